import LanguageModels
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

@Suite struct `Heads` {
  private func builder() -> ParameterBuilder {
    ParameterBuilder(generator: Generator(seed: 5), dataType: .float64)
  }
  let hidden = Generator(seed: 6).normal([4, 3], dataType: .float64)

  @Test func `a fresh value head answers zero in the shape of the states`() throws {
    let head = try ValueHead(width: 3, builder())
    expectEqual(head(hidden), .zeros([4], dataType: .float64), tolerance: 0)
    #expect(head(hidden.reshaped(2, 2, 3)).shape == [2, 2])
    #expect(head.parameters.names == ["v_head.weight", "v_head.bias"])
  }

  @Test func `a value head is one linear function`() throws {
    let head = try ValueHead(width: 3, builder())
    head.parameters.tensors[0].assign(Tensor([1.0, 10, 100], shape: [3, 1]))
    head.parameters.tensors[1].assign(Tensor([0.5]))
    expectEqual(head(Tensor([1.0, 2, 3], shape: [1, 3])), Tensor([321.5]), tolerance: 1e-12)
  }

  @Test func `an action-value head gives the taken tokens' entries of the whole row`() throws {
    let builder = builder()
    _ = try ValueHead(width: 3, builder)
    let head = try ActionValueHead(width: 3, actionCount: 7, builder)
    #expect(head.parameters.names == ["q_head.weight", "q_head.bias"], "only its own weights")
    expectEqual(head.all(hidden), .zeros([4, 7], dataType: .float64), tolerance: 0)
    let generator = Generator(seed: 8)
    for tensor in head.parameters.tensors {
      tensor.assign(generator.normal(tensor.shape, dataType: .float64))
    }
    let actions = Tensor([6, 0, 3, 3])
    expectEqual(
      head(hidden, actions: actions),
      head.all(hidden).gathered(actions.unsqueezed(1), along: 1).select(1, 0), tolerance: 1e-12)
  }

  @Test func `only the taken tokens' weights get a gradient`() throws {
    let head = try ActionValueHead(width: 3, actionCount: 7, builder())
    let states = hidden
    let slopes = Tensor.recording {
      head(states, actions: Tensor([6, 0, 3, 3])).sum().gradients(of: head.parameters.tensors)
    }
    // ∂Q(s, a)/∂bias counts how often a was taken.
    expectEqual(slopes[1].reshaped(-1), Tensor([1.0, 0, 0, 2, 0, 0, 1]))
    expectEqual(slopes[0].select(0, 6), hidden.select(0, 0), tolerance: 1e-12)
    expectEqual(slopes[0].select(0, 1), .zeros([3], dataType: .float64), tolerance: 0)
  }
}

@Suite struct `Reward models` {
  let texts = [[7, 12, 3], [30], [17, 17, 4, 8, 38, 11], [5, 5], [9, 8, 7, 6]]

  @Test func `scores do not depend on the company, its order or the number of rows`() throws {
    let model = try Fixture.reward()
    let alone = texts.map { model.scores([$0])[0] }
    for rows in [1, 2, 3, 64] {
      for (score, right) in zip(model.scores(texts, rows: rows), alone) {
        expectEqual(score, right, tolerance: 1e-5)
      }
    }
    #expect(Set(alone).count == texts.count && model.scores([]).isEmpty)
  }

  @Test func `normalisation shifts and scales`() throws {
    var model = try Fixture.reward()
    let raw = model.scores(texts)
    model.normalization = RewardModel.Normalization(mean: 0.5, deviation: 4)
    for (score, value) in zip(model.scores(texts), raw) {
      expectEqual(score, (value - 0.5) / 4, tolerance: 1e-12)
    }
  }

  @Test func `a score reads the last real token and what is before it`() throws {
    let model = try Fixture.reward()
    let batch = TokenBatch(texts, padding: 39)
    let states = model.trunk(batch.tokens)
    expectEqual(model.rawScores(batch), model.rawScores(hidden: states, batch), tolerance: 0)
    #expect(model.scores([[7, 12, 3]]) != model.scores([[8, 12, 3]]))
    #expect(model.scores([[7, 12, 3]]) != model.scores([[7, 12, 4]]))
  }

  @Test func `a fresh head on a language model's trunk is drawn, its trunk is not`() throws {
    let folder = ModelFolder(try Fixture.url("language"))
    let model = try folder.rewardModel(headFrom: Generator(seed: 1))
    let language = try Fixture.language()
    let tokens = Tensor([1, 2, 3]).unsqueezed(0)
    expectEqual(model.trunk(tokens), language.trunk(tokens), tolerance: 0)
    let head = try #require(model.parameters.tensors.last)
    #expect(model.parameters.names.last == "score.weight" && head.shape == [1, 16])
    // N(0, 1/17): the mean square of 16 draws is within five of its deviations, √(2/16)/17.
    expectEqual(head.squared().mean().item * 17 / 1000, 1e-3, tolerance: 5 * 0.3536e-3)
  }

  @Test func `a fresh head has no bias and is drawn with variance 1/(width + 1)`() throws {
    let shape = DecoderConfiguration(
      vocabularyCount: 8, positionCount: 4, width: 512, layerCount: 1, headCount: 1)
    let model = try RewardModel(shape, ParameterBuilder(generator: Generator(seed: 4)))
    let head = try #require(model.parameters.tensors.last)
    #expect(model.parameters.names.filter { $0.hasPrefix("score") } == ["score.weight"])
    // The mean square of 512 draws is within five of its deviations, √(2/512).
    let square = head.squared().mean().item
    #expect(head.count == 512 && abs(square * 513 - 1) < 5 * (2.0 / 512).squareRoot())
  }
}
