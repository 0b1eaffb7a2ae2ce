import Foundation
import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Rewards
import RunRecords
import TensorTestSupport
import Testing
import Torch
import Training

@Suite struct `Supervised training` {
  private static let texts: [SupervisedTrainer.Example] = [
    [3, 4, 5, 6, 0], [7, 8, 9, 0], [10, 11, 12, 13, 14, 0], [15, 3, 16, 0],
  ].map { .init(prompt: [0], completion: $0, byteCount: 2 * $0.count) }

  private func configuration(epochs: Int, _ rate: Double = 1e-2) -> SupervisedTrainer.Configuration
  {
    var configuration = SupervisedTrainer.Configuration()
    configuration.epochs = epochs
    configuration.optimizer.learningRate = rate
    configuration.optimizer.weightDecay = 0
    return configuration
  }

  private func trainer(
    _ model: LanguageModel, epochs: Int = 60, averaging: Double = 0, seed: UInt64 = 0,
    examples: [SupervisedTrainer.Example] = texts
  ) throws -> SupervisedTrainer {
    var configuration = configuration(epochs: epochs)
    configuration.averaging = averaging
    return try SupervisedTrainer(
      model, examples: examples, configuration: configuration, seed: seed)
  }

  @Test func `starts at ln V, and learns its texts by heart`() throws {
    let model = try Tiny.language(Tiny.shape(initializerRange: 0.02))
    let trainer = try trainer(model)
    let first = try trainer.step()
    expectEqual(try #require(first[.loss]) / log(20), 1, tolerance: 1e-2)
    while trainer.stepsTaken < trainer.stepCount { _ = try trainer.step() }
    // Nobody can know which of the four texts comes: ln 4 for each, over 19 tokens.
    #expect(trainer.evaluate(Self.texts).loss < 4 * log(4) / 19 + 0.15)
  }

  // Copying is not a matter of frequencies: every token follows the mark 1 equally often.
  @Test func `learns to copy a token over a mark`() throws {
    let examples = (2..<20).map {
      SupervisedTrainer.Example(prompt: [0, $0, 1], completion: [$0, 0], byteCount: 1)
    }
    let model = try Tiny.language(Tiny.shape(initializerRange: 0.1))
    let trainer = try trainer(model, epochs: 120, examples: examples)
    let before = trainer.evaluate(examples).loss
    while trainer.stepsTaken < trainer.stepCount { _ = try trainer.step() }
    let after = trainer.evaluate(examples).loss
    #expect(before > 1.5 && after < 0.2, "\(before) → \(after)")
  }

  @Test func `learns nothing from the prompt itself`() throws {
    // The loss of a step is the mean over the completions' tokens, whatever precedes them.
    let model = try Tiny.language()
    let example = SupervisedTrainer.Example(
      prompt: [0, 5, 6], completion: [7, 0], byteCount: 1)
    let loss = try trainer(model, examples: [example]).evaluate([example]).loss
    let layout = ResponseLayout([
      Completion(prompt: [0, 5, 6], tokens: [7, 0], finish: .stopToken)
    ])
    expectEqual(
      loss, -model.statistics(layout).statistics.logProbabilities.doubles.reduce(0, +) / 2,
      tolerance: 1e-6)
  }

  @Test func `learns what is marked, and only reads the rest`() throws {
    let model = try Tiny.language()
    let example = SupervisedTrainer.Example(
      prompt: [0, 5], completion: [7, 8, 9, 10, 0], byteCount: 1,
      isLearned: [true, false, false, true, true])
    // The tokens by themselves, each after all that goes before it.
    let parts = [([0, 5], [7]), ([0, 5, 7, 8, 9], [10, 0])].map {
      SupervisedTrainer.Example(prompt: $0.0, completion: $0.1, byteCount: 1)
    }
    let trainer = try trainer(model, examples: [example])
    expectEqual(
      trainer.evaluate([example]).loss, trainer.evaluate(parts).loss, tolerance: 1e-6)
    let report = try trainer.step()
    expectEqual(
      try #require(report[.loss]), try self.trainer(Tiny.language()).evaluate(parts).loss,
      tolerance: 1e-6)
    #expect(report[.tokenCount] == 3)
  }

  @Test func `counts bits per byte as nats over ln 2 and bytes`() throws {
    let (loss, bits) = try trainer(Tiny.language()).evaluate(Self.texts)
    let tokens = Self.texts.reduce(0) { $0 + $1.completion.count }
    // Two bytes for each token.
    expectEqual(bits, loss * Double(tokens) / log(2) / Double(2 * tokens), tolerance: 1e-9)
  }

  @Test func `saves the averaged weights that it evaluates`() throws {
    let model = try Tiny.language()
    let trainer = try trainer(model, epochs: 12, averaging: 0.9)
    while trainer.stepsTaken < trainer.stepCount { _ = try trainer.step() }
    let judged = trainer.evaluate(Self.texts).loss
    let raw = Tiny.bytes(model.parameters)
    let own = try self.trainer(model).evaluate(Self.texts).loss
    trainer.finish()
    #expect(Tiny.bytes(model.parameters) != raw)
    expectEqual(try self.trainer(model).evaluate(Self.texts).loss, judged, tolerance: 1e-6)
    #expect(abs(own - judged) > 1e-3)
  }

  @Test func `averages as written: d rises as n / (n + 10)`() throws {
    let model = try Tiny.language()
    let trainer = try trainer(model, epochs: 3, averaging: 0.9)
    let copy = { model.parameters.tensors.map { $0.detached().copy() } }
    var averages = copy()
    for count in 1...3 {
      _ = try trainer.step()
      let decay = min(0.9, Double(count) / Double(count + 10))
      averages = zip(averages, copy()).map { $0 * decay + $1 * (1 - decay) }
    }
    trainer.finish()
    for (found, expected) in zip(model.parameters.tensors, averages) {
      expectEqual(found.detached(), expected, tolerance: 1e-6)
    }
  }

  @Test func `with one seed gives the same bits, with another others`() throws {
    var shape = Tiny.shape()
    shape.residualDropout = 0.2
    let runs = try [UInt64(1), 1, 2].map { seed in
      let model = try Tiny.language(shape)
      let trainer = try trainer(model, seed: seed)
      for _ in 0..<3 { _ = try trainer.step() }
      return Tiny.bytes(model.parameters)
    }
    #expect(runs[0] == runs[1] && runs[0] != runs[2])
  }

  @Test func `keeps no tensors from step to step`() async {
    await #expect(processExitsWith: .success) {
      Device.threadCount = 1
      var configuration = SupervisedTrainer.Configuration()
      configuration.averaging = 0.5
      configuration.batchTokens = 12
      var shape = Tiny.shape()
      shape.residualDropout = 0.1
      let examples = (3..<9).map {
        SupervisedTrainer.Example(prompt: [0], completion: [$0, $0, 0], byteCount: 1)
      }
      let trainer = try SupervisedTrainer(
        Tiny.language(shape), examples: examples, configuration: configuration, seed: 0)
      _ = try (trainer.step(), trainer.step())
      let count = Tensor.liveCount
      for _ in 0..<4 {
        _ = try trainer.step()
        _ = trainer.evaluate(examples)
        precondition(Tensor.liveCount == count, "\(Tensor.liveCount) tensors, not \(count)")
      }
    }
  }
}
