import LanguageModels
import NeuralNetworks
import PolicyOptimization
public import Training

/// What the ways of holding a policy to a KL budget leave on the table, where the exact optimum is known.
public struct BudgetConfiguration: Codable, Equatable, Sendable {
  /// What episodes are paid for.
  public var rewards = BudgetReward.allCases
  /// The budgets in nats per episode.
  public var budgets = [0.5, 1.0, 2.0]
  /// The ways of holding to them.
  public var forms = BudgetForm.allCases
  /// Worlds, each with a base policy of its own.
  public var seeds = 5
  /// Steps of a learning run.
  public var steps = 150
  /// Episodes per step.
  public var episodesPerStep = 128
  /// Step size of AdamW.
  public var learningRate = 3e-3
  /// Grains into which the best plan divides a budget.
  public var grains = 40
  /// Runs at a time; 0 takes one for each core.
  public var workers = 0

  enum CodingKeys: String, CodingKey {
    case rewards, budgets, forms, seeds, steps
    case episodesPerStep = "episodes_per_step"
    case learningRate = "learning_rate"
    case grains, workers
  }

  /// Two rewards, three budgets, all forms, five worlds.
  public init() {}

  /// Says what does not go together.
  ///
  /// - Throws: `TrainingError.configuration` with the key to change.
  public func validate() throws(TrainingError) {
    let counts = [
      ("rewards", rewards.count), ("budgets", budgets.count), ("forms", forms.count),
      ("seeds", seeds), ("steps", steps), ("episodes_per_step", episodesPerStep),
      ("grains", grains),
    ]
    for (key, value) in counts where value < 1 {
      throw .configuration(key: key, reason: "\(value) is below 1")
    }
    for nats in budgets where !(nats > 0 && nats.isFinite) {
      throw .configuration(key: "budgets", reason: "\(nats) nats are not above 0")
    }
    guard workers >= 0 else {
      throw .configuration(key: "workers", reason: "\(workers) is below 0")
    }
    try training(.analytic, nats: 1, price: 1).validate()
  }

  /// How a policy learns.
  func training(_ form: BudgetForm, nats: Double, price: Double) -> PolicyConfiguration {
    var training = PolicyConfiguration(.ppo)
    training.method.reference = form.reference(
      nats: nats, price: price, episodesPerStep: episodesPerStep)
    training.method.advantage.lambda = 1
    training.method.critic.lambda = 1
    training.sampling = Sampling(maximumLength: BudgetWorld.length)
    training.steps = steps
    training.episodesPerStep = episodesPerStep
    training.epochs = 4
    training.optimizer.learningRate = learningRate
    return training
  }

  /// Which runs are wanted, and how many at a time, does not change what a run gives.
  var common: BudgetConfiguration {
    var common = self
    (common.rewards, common.budgets, common.forms) = ([], [], [])
    (common.seeds, common.workers) = (0, 0)
    return common
  }
}
