import LanguageModels
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

@Suite struct `Equality with Hugging Face transformers` {
  @Test func `logits of every real token`() throws {
    let (model, expected) = (try Fixture.language(), try Fixture.expected())
    let golden = try Fixture.tensors().tensor("logits")
    let logits = model.logits(TokenBatch(expected.texts, padding: 39).tokens)
    #expect(logits.shape == golden.shape)
    for (index, text) in expected.texts.enumerated() {
      expectEqual(
        row(logits, index).slice(0, 0..<text.count), row(golden, index).slice(0, 0..<text.count),
        tolerance: 1e-4)
    }
  }

  @Test func `gradients of the mean loss for every weight`() throws {
    let (model, expected) = (try Fixture.language(), try Fixture.expected())
    let golden = try Fixture.tensors()
    let (loss, slopes) = model.lossAndGradients(expected.texts)
    expectEqual(loss, expected.loss, tolerance: 1e-5)
    #expect(golden.names.count == 1 + model.parameters.count)
    for (name, slope) in zip(model.parameters.names, slopes) {
      let right = try golden.tensor("gradient.\(name)")
      let size = right.squared().sum().squareRoot().item
      #expect((slope - right).squared().sum().squareRoot().item <= 1e-4 * size, "\(name)")
      expectEqual(slope, right, tolerance: 1e-3 * right.magnitude().maximum().item.clamped)
    }
  }

  @Test func `greedy completions`() throws {
    let expected = try Fixture.expected()
    let sampler = Sampler(
      try Fixture.language(), Sampling(temperature: 0, maximumLength: 8), stopTokens: [])
    let rollout = sampler.rollout(expected.texts, using: Generator(seed: 1))
    #expect(rollout.completions.map(\.tokens) == expected.greedy)
  }

  @Test func `rewards at the last real token`() throws {
    let (model, expected) = (try Fixture.reward(), try Fixture.expected())
    for (score, right) in zip(model.scores(expected.texts), expected.scores) {
      expectEqual(score, right, tolerance: 1e-5)
    }
  }
}

extension Double {
  /// At most 1, as tolerances must stay small.
  fileprivate var clamped: Double { Swift.min(self, 1) }
}
