import LanguageModels
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

/// One row of the model's log-probabilities at a time, from its whole logits.
private func naive(_ model: LanguageModel, _ completion: Completion, temperature: Double) -> Tensor
{
  let tokens = Tensor(completion.sequence).unsqueezed(0)
  let first = completion.prompt.count - 1
  let logits = model.logits(tokens).select(0, 0)
    .slice(0, first..<first + completion.tokens.count)
  return (logits / temperature).logSoftmax(along: 1)
}

@Suite struct `Statistics of completions` {
  let completions = Fixture.completions

  private func whole(_ model: LanguageModel, temperature: Double) -> Tensor {
    .concatenate(completions.map { naive(model, $0, temperature: temperature) }, along: 0)
  }

  @Test(arguments: [1, 0.6]) func `equal the whole logits of each text alone`(temperature: Double)
    throws
  {
    let (model, reference) = (try Fixture.exact(), try Fixture.exact())
    Tensor.withoutRecording {
      for tensor in reference.parameters.tensors { tensor.assign(tensor.detached() * 0.9) }
    }
    let layout = ResponseLayout(completions)
    let others = Tensor.range(layout.count).unsqueezed(1) .< 5
    let extra = others.cast(to: .int64)
    let (statistics, hidden) = model.statistics(
      layout, temperature: temperature, others: extra, reference: reference)
    let (log, other) = (
      whole(model, temperature: temperature), whole(reference, temperature: temperature)
    )
    let targets = Tensor.concatenate([layout.tokens.unsqueezed(1), extra], along: 1)
    expectEqual(statistics.logProbabilities, log.gathered(targets, along: 1), tolerance: 1e-10)
    let p = log.exponential()
    expectEqual(statistics.entropies, -(p * log).sum(along: 1), tolerance: 1e-10)
    expectEqual(
      try #require(statistics.divergences), (p * (log - other)).sum(along: 1), tolerance: 1e-10)
    #expect(hidden.shape == [layout.count, 16])
  }

  @Test func `gradients for every weight equal those of the whole logits`() throws {
    let model = try Fixture.exact()
    let layout = ResponseLayout(completions)
    let scale = Generator(seed: 3).normal([layout.count], dataType: .float64)
    let chunked = Tensor.recording {
      let statistics = model.statistics(layout).statistics
      return ((statistics.logProbabilities.select(1, 0) + statistics.entropies * 0.3) * scale)
        .sum().gradients(of: model.parameters.tensors)
    }
    let naive = Tensor.recording {
      let log = whole(model, temperature: 1)
      let chosen = log.gathered(layout.tokens.unsqueezed(1), along: 1).select(1, 0)
      let entropy = -(log.exponential() * log).sum(along: 1)
      return ((chosen + entropy * 0.3) * scale).sum().gradients(of: model.parameters.tensors)
    }
    for (left, right) in zip(chunked, naive) { expectEqual(left, right, tolerance: 1e-9) }
  }

  @Test func `the order and the company of completions change nothing`() throws {
    let model = try Fixture.exact()
    let together = model.statistics(ResponseLayout(completions)).statistics.logProbabilities
    let reversed = model.statistics(ResponseLayout(completions.reversed()))
      .statistics.logProbabilities
    let alone = completions.map {
      model.statistics(ResponseLayout([$0])).statistics.logProbabilities
    }
    expectEqual(together, .concatenate(alone, along: 0), tolerance: 1e-12)
    expectEqual(reversed, .concatenate(alone.reversed(), along: 0), tolerance: 1e-12)
  }

  @Test func `what pads short texts changes nothing`() throws {
    let model = try Fixture.exact()
    let texts = completions.map(\.sequence)
    let states = [0, 39].map { padding -> Tensor in
      let batch = TokenBatch(texts, padding: padding)
      return model.trunk(batch.tokens).reshaped(-1, 16)
        .selecting(batch.lastPositions, along: 0)
    }
    expectEqual(states[0], states[1], tolerance: 1e-12)
  }

  @Test func `the reference gets no gradient`() throws {
    let (model, reference) = (try Fixture.exact(), try Fixture.exact())
    let slopes = try Tensor.recording {
      try #require(
        model.statistics(ResponseLayout(completions), reference: reference).statistics.divergences
      ).sum().gradients(of: reference.parameters.tensors + model.parameters.tensors)
    }
    #expect(slopes.prefix(reference.parameters.count).allSatisfy { $0.magnitude().sum().item == 0 })
    // At equal models the divergence is at its lowest point, so its slope is zero too.
    for slope in slopes { #expect(slope.magnitude().maximum().item < 1e-12) }
  }
}

@Suite struct `Sibling states` {
  @Test func `equal one row per token`() throws {
    let model = try Fixture.language()
    let layout = ResponseLayout(Fixture.completions)
    let generator = Generator(seed: 4)
    let others = (0..<layout.count).map { _ in generator.integer(below: 40) }
    let (siblings, sequence) = model.trunk.siblingStates(layout, siblings: Tensor(others))
    var place = 0
    for completion in Fixture.completions {
      for step in completion.tokens.indices {
        let text = completion.prompt + completion.tokens[..<step] + [others[place]]
        let last = model.trunk(Tensor(text).unsqueezed(0)).select(0, 0).select(0, text.count - 1)
        expectEqual(row(siblings, place), last, tolerance: 1e-5)
        place += 1
      }
    }
    #expect(place == layout.count && siblings.shape == [place, 16])
    let plain = model.trunk(layout.batch.tokens)
    expectEqual(layout.predicting(sequence), layout.predicting(plain), tolerance: 1e-5)
    expectEqual(layout.ending(sequence), layout.ending(plain), tolerance: 1e-5)
  }

  @Test func `the chosen tokens' siblings are the sequence's own states`() throws {
    let model = try Fixture.exact()
    let layout = ResponseLayout(Fixture.completions)
    let (siblings, sequence) = model.trunk.siblingStates(layout, siblings: layout.tokens)
    let own = sequence.reshaped(-1, 16).selecting(layout.predictors + Tensor([1]), along: 0)
    expectEqual(siblings, own, tolerance: 1e-12)
  }

  @Test func `texts as long as the model have siblings too`() throws {
    let model = try Fixture.exact()
    let long = Completion(prompt: [3, 4], tokens: Array(1...30), finish: .length)
    let layout = ResponseLayout([long, Fixture.completions[1]])
    let (siblings, sequence) = model.trunk.siblingStates(layout, siblings: layout.tokens)
    let own = sequence.reshaped(-1, 16).selecting(layout.predictors + Tensor([1]), along: 0)
    expectEqual(siblings, own, tolerance: 1e-12)
  }
}
