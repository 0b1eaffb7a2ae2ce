import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Rewards
import RunRecords
import TensorTestSupport
import Torch
import Training

/// A reward that is a function of one completion.
struct EachReward: Reward {
  var score: @Sendable (Completion) -> Double

  func grades(_ completions: [Completion]) -> [Grade] { completions.map { Grade(score($0)) } }

  /// Nearly every completion has another score, so that no step is without advantages.
  static let varied = EachReward { Double($0.tokens.reduce(0, +) % 7) / 7 }

  /// 1 where a token occurs.
  static func token(_ token: Int) -> EachReward {
    EachReward { $0.tokens.contains(token) ? 1 : 0 }
  }
}

/// A reward that is a function of all completions of a step.
struct StepReward: Reward {
  var answer: @Sendable ([Completion]) -> [Double]

  func grades(_ completions: [Completion]) -> [Grade] { answer(completions).map { Grade($0) } }
}

/// A reward that pays for tokens where they stand.
struct TokenReward: Reward {
  var pay: @Sendable (Completion) -> Grade

  func grades(_ completions: [Completion]) -> [Grade] { completions.map(pay) }
}

/// A tiny run of policy optimization.
struct Scene {
  let policy: LanguageModel
  let reference: LanguageModel
  let trainer: PolicyTrainer<LanguageAgent>

  static let prompts = [[0, 3], [0], [0, 5, 6], [0, 7]]

  /// A few short steps with one update each, changed at will.
  init(
    _ preset: Method.Preset = .ppo, reward: any Reward = EachReward.varied, seed: UInt64 = 0,
    prompts: [[Int]] = prompts, shape: DecoderConfiguration = Tiny.shape(), device: Device = .cpu,
    _ change: (inout PolicyConfiguration) -> Void = { _ in }
  ) throws {
    var configuration = PolicyConfiguration(preset)
    configuration.steps = 10
    configuration.episodesPerStep = 8
    configuration.epochs = 1
    configuration.sampling = Sampling(maximumLength: 6)
    configuration.optimizer.learningRate = 1e-3
    change(&configuration)
    policy = try Tiny.language(shape, device: device)
    reference = try policy.copy()
    trainer = try PolicyTrainer(
      configuration,
      .init(
        policy: policy, reference: reference, reward: reward, prompts: prompts,
        decode: { $0.map(String.init).joined(separator: " ") }), seed: seed)
  }

  /// Takes some steps.
  @discardableResult
  func steps(_ count: Int) throws -> [StepReport] {
    try (0..<count).map { _ in try trainer.step() }
  }
}

/// The mean of numbers.
func mean(_ values: some Collection<Double>) -> Double {
  values.reduce(0, +) / Double(values.count)
}
