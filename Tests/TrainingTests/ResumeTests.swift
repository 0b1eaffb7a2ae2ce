import Feedback
import Foundation
import LanguageModels
import NeuralNetworks
import PolicyOptimization
import RunRecords
import TensorTestSupport
import Testing
import Torch
import Training

/// A run that is broken off and taken up again is the run that was not, to the bit.
@Suite struct `Taking a run up again` {
  /// What a kind of training is made of, from nothing, the same every time.
  private typealias Making = () throws -> (trainer: any Trainer & Resumable, weights: Parameters)

  private static let clocks: Set<Metric> = [
    .rolloutSeconds, .rewardSeconds, .estimateSeconds, .updateSeconds, .episodesPerSecond,
  ]

  private func steps(_ trainer: any Trainer, _ count: Int) throws -> [[String: UInt64]] {
    try (0..<count).map { _ in
      var values: [String: UInt64] = [:]
      for (metric, value) in try trainer.step().metrics where !Self.clocks.contains(metric) {
        values[metric.name] = value.bitPattern
      }
      return values
    }
  }

  // The second half after a restart, beside the second half without one; then a control without the restoration.
  private func expectSame(
    _ name: String, after first: Int = 3, then second: Int = 4, _ make: Making
  ) throws {
    try withTemporaryFolder { folder in
      let whole = try make()
      let start = try steps(whole.trainer, first)
      let file = folder.appending(path: "state")
      try whole.trainer.writeState(to: file)
      let rest = try steps(whole.trainer, second)
      #expect(start.count == first && Set(rest.map(\.count)) != [0])

      let resumed = try make()
      try resumed.trainer.restoreState(from: file)
      #expect(resumed.trainer.stepsTaken == first, "\(name)")
      #expect(try steps(resumed.trainer, second) == rest, "\(name): reports")
      #expect(Tiny.bytes(resumed.weights) == Tiny.bytes(whole.weights), "\(name): weights")

      let anew = try make()
      _ = try steps(anew.trainer, second)
      #expect(Tiny.bytes(anew.weights) != Tiny.bytes(whole.weights), "\(name): the control")
    }
  }

  private static let examples: [SupervisedTrainer.Example] = [
    [3, 4, 5, 6, 0], [7, 0], [10, 11, 12, 13, 14, 9, 8, 0], [15, 3, 16, 0], [4, 4, 0], [9, 0],
  ].map { .init(prompt: [0], completion: $0, byteCount: 1) }

  private func supervised(
    adapted: Bool = false, examples: [SupervisedTrainer.Example] = examples, seed: UInt64 = 5
  ) throws -> (trainer: any Trainer & Resumable, weights: Parameters) {
    var shape = Tiny.shape()
    shape.residualDropout = 0.2
    shape.embeddingDropout = 0.2
    var configuration = SupervisedTrainer.Configuration()
    configuration.epochs = 9
    configuration.batchTokens = 16
    configuration.averaging = 0.9
    configuration.microBatches = 2
    var model = try Tiny.language(shape)
    if adapted {
      var lora = LoRA()
      lora.dropout = 0.2
      model = try model.adapted(by: lora, using: Generator(seed: 3))
    }
    let trainer = try SupervisedTrainer(
      model, examples: examples, configuration: configuration, seed: seed)
    return (trainer, model.trainedParameters)
  }

  @Test func `trained on texts, with dropout, averaged weights and batches that wait`() throws {
    // Four steps end within an epoch: batches wait.
    try expectSame("texts", after: 4) { try supervised() }
    try expectSame("an adapter", after: 4) { try supervised(adapted: true) }
  }

  @Test func `trained on preferences of both kinds`() throws {
    let texts = Self.examples.map { $0.prompt + $0.completion }
    let kinds: [RewardTrainer.Preferences] = [
      .rated(texts.enumerated().map { .init(tokens: $1, ratings: [$0, 3, $0 % 2]) }),
      .pairs(
        texts: texts,
        pairs: [(0, 1), (2, 3), (4, 5), (5, 0), (1, 2)].map {
          .init(first: $0, second: $1, probability: 0.8)
        }),
    ]
    for preferences in kinds {
      try expectSame("preferences") {
        var shape = Tiny.shape()
        shape.residualDropout = 0.2
        var configuration = RewardTrainer.Configuration()
        configuration.epochs = 9
        configuration.batchTexts = 3
        configuration.averaging = 0.9
        configuration.languageModelWeight = 0.1
        let model = try Tiny.reward(shape)
        let trainer = try RewardTrainer(
          model, preferences: preferences, configuration: configuration, seed: 5)
        return (trainer, model.trainedParameters)
      }
    }
  }

  @Test func `trained on its best answers`() throws {
    try expectSame("best answers", after: 2, then: 2) {
      var configuration = BestOfNConfiguration()
      configuration.rounds = 4
      configuration.promptsPerRound = 3
      configuration.answers = 3
      configuration.imitates = true
      configuration.sampling.maximumLength = 5
      let policy = try Tiny.language()
      let trainer = try BestOfNTrainer(
        configuration,
        .init(
          policy: policy, reference: policy.copy(), reward: EachReward.varied,
          prompts: Scene.prompts, decode: { "\($0)" }), seed: 2)
      return (trainer, policy.parameters)
    }
  }

  @Test func `trained on preferences alone`() throws {
    try expectSame("pairs") {
      var shape = Tiny.shape()
      shape.residualDropout = 0.2
      var configuration = PreferenceTrainer.Configuration()
      configuration.epochs = 5
      configuration.batchPairs = 2
      configuration.optimizer.learningRate = 1e-3
      let policy = try Tiny.language(shape)
      let pairs = Self.examples.map {
        PreferenceExample(prompt: $0.prompt, chosen: $0.completion, rejected: [2, 0])
      }
      let trainer = try PreferenceTrainer(
        policy, reference: policy.copy(), examples: pairs, configuration: configuration, seed: 5)
      return (trainer, policy.parameters)
    }
  }

  @Test func `trained on marked tokens`() throws {
    let examples = Self.examples.enumerated().map { index, example in
      MarkedExample(
        prompt: example.prompt, completion: example.completion,
        marks: index == 1
          ? [] : [.init(place: index % 2, sign: index % 3 == 0 ? .good : .bad)])
    }
    var shape = Tiny.shape()
    shape.residualDropout = 0.2
    try expectSame("marks") {
      var configuration = TokenTrainer.Configuration()
      configuration.objective.kind = .cringe
      configuration.batchRows = 2
      let policy = try Tiny.language(shape)
      let trainer = try TokenTrainer(
        policy, reference: Tiny.language(), examples: examples, configuration: configuration,
        seed: 5)
      return (trainer, policy.trainedParameters)
    }
    try expectSame("a reward model of tokens") {
      var configuration = RewardTrainer.Configuration()
      configuration.epochs = 9
      configuration.batchTexts = 2
      configuration.averaging = 0.9
      let model = try Tiny.reward(shape)
      let trainer = try RewardTrainer(
        model, preferences: .marked(examples), configuration: configuration, seed: 5)
      return (trainer, model.trainedParameters)
    }
  }

  @Test(arguments: Method.Preset.allCases)
  func `trained by reinforcement`(preset: Method.Preset) throws {
    let make: (_ critic: Method.CriticChoice.Kind?) throws -> Scene = { critic in
      try Scene(preset, seed: 7) {
        if let critic { $0.method.critic.kind = critic }
        $0.method.reference.target = $0.method.reference.placement == .reward ? 0.5 : nil
        $0.method.reference.horizon = 30
        if ![.trustRegion, .policyGradient].contains($0.method.objective.kind) {
          $0.epochs = 2
          $0.minibatches = 2
        }
      }
    }
    try expectSame(preset.rawValue) {
      let scene = try make(nil)
      return (scene.trainer, scene.policy.parameters + scene.trainer.agent.critic.parameters)
    }
    guard preset == .ppoKL else { return }
    try expectSame("on a budget") {
      let scene = try Scene(preset, seed: 7) {
        $0.method.reference.placement = .budget
        $0.method.reference.budget = KLBudget(nats: 0.02, rampSteps: 4)
        $0.epochs = 2
      }
      let head = try #require(scene.trainer.agent.budgetHead)
      return (scene.trainer, scene.policy.parameters + head.parameters)
    }
    try expectSame("with a value model") {
      let scene = try make(.valueModel)
      return (scene.trainer, scene.policy.parameters + scene.trainer.agent.critic.parameters)
    }
  }

  @Test func `nowhere but where it began`() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "state")
      try supervised().trainer.writeState(to: file)
      let changed =
        Array(Self.examples.dropLast()) + [
          .init(prompt: [0], completion: [8, 0], byteCount: 1)
        ]
      #expect(throws: CheckpointError.changed("the training data")) {
        try supervised(examples: changed).trainer.restoreState(from: file)
      }
      #expect(throws: CheckpointError.self) {
        try supervised(adapted: true).trainer.restoreState(from: file)
      }
      #expect(throws: CheckpointError.self) {
        try Scene(.ppo).trainer.restoreState(from: file)
      }
      let bytes = try Data(contentsOf: file)
      try bytes.prefix(bytes.count - 10).write(to: file)
      #expect(throws: WeightError.self) { try supervised().trainer.restoreState(from: file) }
    }
  }
}
