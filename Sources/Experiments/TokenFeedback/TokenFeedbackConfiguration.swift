import LanguageModels
import NeuralNetworks
import PolicyOptimization
public import Training

/// Feedback on tokens and on whole texts, at equal annotation bits.
public struct TokenFeedbackConfiguration: Codable, Equatable, Sendable {
  /// The methods.
  public var methods = TokenMethod.allCases
  /// What annotators may spend, in bits.
  public var bits = [500.0, 5_000, 50_000]
  /// How often annotators err.
  public var noises = [0.0, 0.1, 0.3]
  /// What is spent where they err, or where nothing holds unmarked tokens, and on the goal that is not local.
  public var middleBits = 5_000.0
  /// Worlds, each with facts and a base policy of its own.
  public var seeds = 5
  /// Texts that a base policy learns from.
  public var texts = 8_000
  /// Steps of policies that learn from marks directly, and of reward models.
  public var steps = 300
  /// Step size of policies that learn from marks.
  public var learningRate = 1e-3
  /// β of marks.
  public var beta = 0.1
  /// Steps of PPO.
  public var policySteps = 100
  /// Texts per step of PPO.
  public var episodesPerStep = 128
  /// Step size of PPO.
  public var policyLearningRate = 1e-3
  /// β of PPO's KL penalty.
  public var policyPenalty = 0.2
  /// Runs at a time; 0 takes one for each core.
  public var workers = 0

  enum CodingKeys: String, CodingKey {
    case methods, bits, noises
    case middleBits = "middle_bits"
    case seeds, texts, steps
    case learningRate = "learning_rate"
    case beta
    case policySteps = "policy_steps"
    case episodesPerStep = "episodes_per_step"
    case policyLearningRate = "policy_learning_rate"
    case policyPenalty = "policy_penalty"
    case workers
  }

  /// All methods, three budgets of bits, three rates of error, five worlds.
  public init() {}

  /// Says what does not go together.
  ///
  /// - Throws: `TrainingError.configuration` with the key to change.
  public func validate() throws(TrainingError) {
    let counts = [
      ("methods", methods.count), ("bits", bits.count), ("noises", noises.count),
      ("seeds", seeds), ("texts", texts), ("steps", steps), ("policy_steps", policySteps),
      ("episodes_per_step", episodesPerStep),
    ]
    for (key, value) in counts where value < 1 {
      throw .configuration(key: key, reason: "\(value) is below 1")
    }
    for value in bits + [middleBits] where !(value >= 100 && value <= 1e6) {
      throw .configuration(
        key: "bits",
        reason: "\(value) is outside 100 (some marks) to 1000000 (a million comparisons)")
    }
    for value in noises where !(0..<0.5).contains(value) {
      throw .configuration(
        key: "noises",
        reason: "\(value) is outside [0, 0.5): beyond, verdicts are worth their opposite")
    }
    guard workers >= 0 else {
      throw .configuration(key: "workers", reason: "\(workers) is below 0")
    }
    for (key, value) in [("learning_rate", learningRate), ("beta", beta)]
    where !(value > 0 && value.isFinite) {
      throw .configuration(key: key, reason: "\(value) is not above 0")
    }
    try policy(horizon: .text).validate()
  }

  /// How far a policy that is rewarded looks ahead.
  enum Horizon {
    case text, token
  }

  /// How marks are learned from: so many steps, however many rows there are.
  func marks(_ kind: TokenObjective.Kind, rows: Int, holds: Bool) -> TokenTrainer.Configuration {
    var training = TokenTrainer.Configuration()
    training.objective.kind = kind
    training.objective.beta = beta
    training.unmarkedWeight = holds ? 1 : 0
    training.batchRows = 32
    training.epochs = epochs(rows: rows, batch: training.batchRows)
    training.optimizer.learningRate = learningRate
    return training
  }

  /// How a reward model learns.
  func reward(rows: Int) -> RewardTrainer.Configuration {
    var training = RewardTrainer.Configuration()
    training.batchTexts = 64
    training.epochs = min(20, max(1, epochs(rows: rows, batch: training.batchTexts)))
    training.optimizer.learningRate = learningRate
    return training
  }

  /// How a policy learns from rewards.
  func policy(horizon: Horizon) -> PolicyConfiguration {
    var training = PolicyConfiguration(.ppoKL)
    training.method.reference.coefficient = policyPenalty
    training.method.advantage.discount = horizon == .text ? 1 : 0
    training.method.advantage.lambda = horizon == .text ? 0.95 : 0
    training.method.critic.lambda = horizon == .text ? 0.95 : 0
    // Who looks no further than a token pays for its KL at that token, over all that might stand there.
    if horizon == .token {
      training.method.reference.placement = .loss
      training.method.reference.estimator = .full
    }
    training.sampling = Sampling(maximumLength: FactWorld.longest)
    training.steps = policySteps
    training.episodesPerStep = episodesPerStep
    training.epochs = 4
    training.optimizer.learningRate = policyLearningRate
    return training
  }

  private func epochs(rows: Int, batch: Int) -> Int {
    let batches = (rows + batch - 1) / batch
    return max(1, (steps + batches / 2) / batches)
  }

  /// Which runs are wanted, and how many at a time, does not change what a run gives.
  var common: TokenFeedbackConfiguration {
    var common = self
    (common.methods, common.bits, common.noises) = ([], [], [])
    (common.seeds, common.workers, common.middleBits) = (0, 0, 0)
    return common
  }
}
