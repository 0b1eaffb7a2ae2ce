import LanguageModels
import NeuralNetworks
import RunRecords
import TensorTestSupport
import Testing
import Torch
import Training

@Suite struct `Updates in parts` {
  // Answers and texts differ in length, so that parts of equal numbers of them have unequal numbers of tokens.
  @Test(
    arguments: [
      Method.Preset.ppo, .ppoKL, .actde, .gaaPerToken, .grpo, .rloo, .ppoPenalty,
    ],
    [2, 3, 8])
  func `are the updates that the whole gives`(preset: Method.Preset, parts: Int) throws {
    let outcomes = try [1, parts].map { parts in
      let scene = try Scene(preset) {
        $0.microBatches = parts
        // The plain policy gradient serves one update.
        $0.minibatches = preset == .rloo ? 1 : 2
        $0.epochs = preset == .rloo ? 1 : 2
        $0.sampling.maximumLength = 9
        // Adam's first step is the gradient's sign unless ε is large: rounding would show.
        $0.optimizer.epsilon = 1e-2
      }
      let report = try scene.trainer.step()
      return (scene.policy.parameters.tensors.map { $0.detached() }, report)
    }
    for (whole, parted) in zip(outcomes[0].0, outcomes[1].0) {
      expectEqual(parted, whole, tolerance: 1e-6)
    }
    let clock: Set<Metric> = [
      .episodesPerSecond, .rolloutSeconds, .rewardSeconds, .estimateSeconds, .updateSeconds,
    ]
    for (metric, value) in outcomes[0].1.metrics where !clock.contains(metric) {
      expectEqual(try #require(outcomes[1].1[metric]), value, tolerance: 1e-4)
    }
  }

  // Weights after three updates, with their losses, on texts of unequal length.
  private func taught(_ change: (inout SupervisedTrainer.Configuration) -> Void) throws -> (
    weights: [Tensor], losses: [Double]
  ) {
    let examples: [SupervisedTrainer.Example] = [
      [3, 4, 5, 6, 0], [7, 0], [10, 11, 12, 13, 14, 9, 8, 0], [15, 3, 16, 0],
    ].map { .init(prompt: [0], completion: $0, byteCount: 1) }
    var configuration = SupervisedTrainer.Configuration()
    configuration.optimizer.epsilon = 1e-2
    change(&configuration)
    let model = try Tiny.language()
    let trainer = try SupervisedTrainer(
      model, examples: examples, configuration: configuration, seed: 3)
    let losses = try (0..<3).map { _ in try #require(trainer.step()[.loss]) }
    return (model.parameters.tensors.map { $0.detached() }, losses)
  }

  private func expectTaught(
    _ change: (inout SupervisedTrainer.Configuration) -> Void,
    as other: (inout SupervisedTrainer.Configuration) -> Void
  ) throws {
    let (found, wanted) = try (taught(change), taught(other))
    for (found, wanted) in zip(found.weights, wanted.weights) {
      expectEqual(found, wanted, tolerance: 1e-6)
    }
    for (found, wanted) in zip(found.losses, wanted.losses) {
      expectEqual(found, wanted, tolerance: 1e-6)
    }
  }

  @Test(arguments: [1, 3]) func `teach a text what it learns alone, packed into rows`(parts: Int)
    throws
  {
    try expectTaught {
      $0.packedLength = 12
      $0.microBatches = parts
    } as: {
      $0.microBatches = parts
    }
  }

  @Test(arguments: [2, 4, 9]) func `teach a text what the whole teaches`(parts: Int) throws {
    try expectTaught {
      $0.microBatches = parts
    } as: { _ in
    }
  }

  @Test func `refuse rows that are shorter than a text, or longer than a batch`() throws {
    let example = SupervisedTrainer.Example(prompt: [0], completion: [3, 4, 0], byteCount: 1)
    for (packed, tokens) in [(3, 64), (65, 64)] {
      var configuration = SupervisedTrainer.Configuration()
      configuration.packedLength = packed
      configuration.batchTokens = tokens
      #expect {
        try SupervisedTrainer(
          Tiny.language(), examples: [example], configuration: configuration, seed: 0)
      } throws: {
        "\($0)".contains("packed_length: \(packed)") || "\($0)".contains("of \(packed) tokens")
      }
    }
  }

  // Texts of a batch are compared with each other, so a part's gradient depends on the others' scores.
  @Test(arguments: [2, 3, 64], [0, 0.5]) func `teach a preference what the whole teaches`(
    parts: Int, languageModelWeight: Double
  ) throws {
    let texts = [[0, 3, 4, 5, 0], [0, 7, 0], [0, 10, 11, 12, 13, 0], [0, 15, 3, 0], [0, 6, 0]]
      .enumerated().map { RewardTrainer.RatedText(tokens: $1, ratings: [$0, 2]) }
    let outcomes = try [1, parts].map { parts in
      var configuration = RewardTrainer.Configuration()
      configuration.microBatches = parts
      configuration.languageModelWeight = languageModelWeight
      configuration.optimizer.epsilon = 1e-2
      configuration.epochs = 3
      let model = try Tiny.reward()
      let trainer = try RewardTrainer(
        model, preferences: .rated(texts), configuration: configuration, seed: 3)
      let losses = try (0..<3).compactMap { _ in try trainer.step()[.loss] }
      return (model.parameters.tensors.map { $0.detached() }, losses)
    }
    #expect(outcomes[0].1.count == 3)
    for (whole, parted) in zip(outcomes[0].0, outcomes[1].0) {
      expectEqual(parted, whole, tolerance: 1e-6)
    }
    for (whole, parted) in zip(outcomes[0].1, outcomes[1].1) {
      expectEqual(parted, whole, tolerance: 1e-6)
    }
  }

  @Test func `are refused below one, and where a part cannot know its share`() {
    #expect(throws: TrainingError.self) { try Scene { $0.microBatches = 0 } }
    #expect(
      throws: TrainingError.configuration(
        key: "micro_batches",
        reason: "trust-region differentiates one loss twice and takes it whole: use 1")
    ) { try Scene(.trpo) { $0.microBatches = 2 } }
    for preset in [Method.Preset.gaaCode, .gaaText] {
      #expect(throws: TrainingError.self) { try Scene(preset) { $0.microBatches = 2 } }
    }
  }

  @Test func `of texts are refused below one`() throws {
    var configuration = SupervisedTrainer.Configuration()
    configuration.microBatches = 0
    let model = try Tiny.language()
    #expect(throws: TrainingError.self) {
      try SupervisedTrainer(
        model, examples: [.init(prompt: [0], completion: [1], byteCount: 1)],
        configuration: configuration, seed: 0)
    }
  }
}
