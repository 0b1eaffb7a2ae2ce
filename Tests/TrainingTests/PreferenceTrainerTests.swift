import Foundation
import LanguageModels
import NeuralNetworks
import PolicyOptimization
import RunRecords
import TensorTestSupport
import Testing
import Torch
import Training

@Suite struct `Training on preferences alone` {
  private static let pairs: [PreferenceExample] = [
    .init(prompt: [0, 7], chosen: [3, 4, 0], rejected: [5, 0]),
    .init(prompt: [0], chosen: [9, 0], rejected: [10, 11, 12, 0]),
    .init(prompt: [0, 2, 2, 6], chosen: [8, 8, 8, 8, 0], rejected: [1, 0]),
    .init(prompt: [0, 5], chosen: [13, 0], rejected: [14, 15, 0]),
  ]

  private func trainer(
    _ policy: LanguageModel, reference: LanguageModel? = nil,
    _ pairs: [PreferenceExample] = pairs,
    _ change: (inout PreferenceTrainer.Configuration) -> Void = { _ in }
  ) throws -> PreferenceTrainer {
    var configuration = PreferenceTrainer.Configuration()
    configuration.batchPairs = pairs.count
    configuration.optimizer.learningRate = 5e-3
    configuration.schedule = LearningRateSchedule()
    change(&configuration)
    return try PreferenceTrainer(
      policy, reference: try reference ?? policy.copy(), examples: pairs,
      configuration: configuration, seed: 1)
  }

  private func finish(_ trainer: PreferenceTrainer) throws {
    while trainer.stepsTaken < trainer.stepCount { _ = try trainer.step() }
  }

  private struct Golden: Decodable {
    struct Case: Decodable {
      var kind: PreferenceObjective.Kind
      var beta: Double
      var loss: Double
      var metrics: [String: Double]
      var gradient_norms: [String: Double]
    }
    var pairs: [[[Int]]]
    var cases: [Case]
  }

  // Scripts/fixtures/preferences.py
  @Test func `says what TRL's trainer says`() throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let golden = try JSONDecoder().decode(
      Golden.self,
      from: Data(contentsOf: tests.appending(path: "TrainingTests/Fixtures/preferences.json")))
    let model = ModelFolder(tests.appending(path: "LanguageModelsTests/Fixtures/language"))
    let pairs = golden.pairs.map {
      PreferenceExample(prompt: $0[0], chosen: $0[1] + [0], rejected: $0[2] + [0])
    }
    for expected in golden.cases {
      let (policy, reference) = (try model.languageModel(), try model.languageModel())
      for tensor in reference.parameters.tensors { tensor.assign(tensor.detached() * 0.9) }
      let trainer = try trainer(policy, reference: reference, pairs) {
        $0.objective.kind = expected.kind
        $0.objective.beta = expected.beta
      }
      let report = try trainer.step()
      expectEqual(
        try #require(report[.loss]) / expected.loss, 1, tolerance: 1e-5)
      // TRL shows sums over tokens and their rewards whatever the loss averages.
      if expected.kind == .sigmoid {
        for (metric, value) in expected.metrics {
          let found = report.metrics.first { $0.metric.name == metric }?.value
          expectEqual(
            try #require(found) / value, 1, tolerance: 1e-4)
        }
      }
      let norm = expected.gradient_norms.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      expectEqual(try #require(report[.gradientNorm]) / norm, 1, tolerance: 1e-4)
    }
  }

  // Detail 44: sums, not means; prompts masked.
  @Test func `starts at ln 2 with sums over the answers' tokens alone`() throws {
    let policy = try Tiny.language()
    let expected = [\PreferenceExample.chosen, \.rejected].map { answer in
      Self.pairs.map { pair in
        let layout = ResponseLayout([
          Completion(prompt: pair.prompt, tokens: pair[keyPath: answer], finish: .stopToken)
        ])
        return policy.statistics(layout).statistics.logProbabilities.sum().item
      }
    }
    let report = try trainer(policy).step()
    expectEqual(try #require(report[.loss]), log(2), tolerance: 1e-6)
    expectEqual(try #require(report[.rewardMargin]), 0, tolerance: 1e-6)
    expectEqual(try #require(report[.chosenLogProbability]), mean(expected[0]), tolerance: 1e-4)
    expectEqual(try #require(report[.rejectedLogProbability]), mean(expected[1]), tolerance: 1e-4)
  }

  @Test(arguments: [2, 3, 4])
  func `in parts, and in any order, is the same update`(parts: Int) throws {
    let train = { (parts: Int, pairs: [PreferenceExample]) in
      let policy = try Tiny.language()
      let trainer = try trainer(policy, pairs) {
        $0.microBatches = parts
        $0.epochs = 3
        $0.optimizer.epsilon = 1e-2
      }
      try finish(trainer)
      return policy
    }
    let whole = try train(1, Self.pairs)
    for other in [try train(parts, Self.pairs), try train(1, Self.pairs.reversed())] {
      for (left, right) in zip(other.parameters.tensors, whole.parameters.tensors) {
        expectEqual(left.detached(), right.detached(), tolerance: 1e-5)
      }
    }
  }

  @Test func `without a reference asks none`() throws {
    let free = { (reference: LanguageModel) in
      let policy = try Tiny.language()
      let trainer = try trainer(policy, reference: reference) {
        $0.objective.isReferenceFree = true
      }
      return try #require(try trainer.step()[.rewardMargin])
    }
    let margins = try [free(Tiny.language()), free(Tiny.language(seed: 9))]
    #expect(margins[0] == margins[1] && margins[0] != 0)
  }

  // One prompt, answers of one token; people prefer by rewards 1, 0 and −0.5. The optimum is π ∝ π_ref·exp(r/β).
  @Test func `ends where the reward model's best policy is`() throws {
    let rewards: [Int: Double] = [3: 1, 4: 0, 5: -0.5]
    let beta = 0.5
    var pairs: [PreferenceExample] = []
    for (first, second) in [(3, 4), (4, 5), (5, 3)] {
      let difference = (rewards[first] ?? 0) - (rewards[second] ?? 0)
      pairs.append(
        .init(
          prompt: [0, 7], chosen: [first], rejected: [second],
          probability: 1 / (1 + exp(-difference))))
    }
    let policy = try Tiny.language()
    let reference = try policy.copy()
    let trainer = try trainer(policy, reference: reference, pairs) {
      $0.epochs = 400
      $0.objective.beta = beta
    }
    try finish(trainer)
    let ratios = { (token: Int) in
      let layout = ResponseLayout([Completion(prompt: [0, 7], tokens: [token], finish: .length)])
      return policy.statistics(layout).statistics.logProbabilities.item
        - reference.statistics(layout).statistics.logProbabilities.item
    }
    expectEqual(ratios(3) - ratios(4), 1 / beta, tolerance: 1e-2)
    expectEqual(ratios(4) - ratios(5), 0.5 / beta, tolerance: 1e-2)
  }

  // Certain labels drive the logistic loss's margins up for ever, and IPO's to 1/2β.
  @Test func `learns what people prefer, and nothing from undecided people`() throws {
    let margins = { (kind: PreferenceObjective.Kind, probability: Double) in
      let policy = try Tiny.language()
      let pairs = Self.pairs.map {
        PreferenceExample(
          prompt: $0.prompt, chosen: $0.chosen, rejected: $0.rejected, probability: probability)
      }
      let trainer = try trainer(policy, pairs) {
        $0.epochs = 150
        $0.objective.kind = kind
        $0.objective.averaging = .sum
      }
      try finish(trainer)
      let report = try trainer.step()
      // β is 0.1: h, not βh.
      return (
        try #require(report[.rewardMargin]) / 0.1, trainer.evaluate(pairs).accuracy,
        try #require(report[.chosenLogProbability])
      )
    }
    let sigmoid = try margins(.sigmoid, 1)
    #expect(sigmoid.0 > 20 && sigmoid.1 == 1, "\(sigmoid)")
    let bounded = try margins(.ipo, 1)
    #expect(abs(bounded.0 - 5) < 0.3, "\(bounded)")
    let undecided = try margins(.sigmoid, 0.5)
    #expect(abs(undecided.0) < 0.1 && undecided.1 == 0.5, "\(undecided)")
  }

  @Test func `refuses settings and data of which nothing can be learned`() throws {
    #expect(throws: TrainingError.noData("the preferences")) {
      try trainer(Tiny.language(), []) { $0.batchPairs = 1 }
    }
    for (key, change) in [
      ("objective.beta", { $0.objective.beta = -1 }), ("batch_pairs", { $0.batchPairs = 0 }),
      ("micro_batches", { $0.microBatches = 0 }), ("epochs", { $0.epochs = 0 }),
      ("objective.label_smoothing", { $0.objective.labelSmoothing = 0.7 }),
      ("optimizer.learning_rate", { $0.optimizer.learningRate = .nan }),
    ] as [(String, (inout PreferenceTrainer.Configuration) -> Void)] {
      #expect {
        try trainer(Tiny.language(), Self.pairs, change)
      } throws: { error in
        guard case .configuration(key: key, reason: _)? = error as? TrainingError else {
          return false
        }
        return true
      }
    }
  }
}
