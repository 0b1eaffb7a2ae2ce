public import Environments
import NeuralNetworks
public import Training

/// CartPole and Acrobot by methods of the family, each with one setting for both worlds.
public struct ClassicControlConfiguration: Codable, Equatable, Sendable {
  /// The worlds.
  public var tasks = ClassicControlTask.allCases
  /// The methods.
  public var methods = ClassicControlMethod.allCases
  /// Runs per world and method.
  public var seeds = 5
  /// Actions of a run, in all its worlds together.
  public var actions = 200_000
  /// Runs at a time; 0 takes one for each core.
  public var workers = 0

  /// Two worlds, five methods, five seeds.
  public init() {}

  /// Says what does not go together.
  ///
  /// - Throws: `TrainingError.configuration` with the key to change.
  public func validate() throws(TrainingError) {
    let counts = [
      ("tasks", tasks.count), ("methods", methods.count), ("seeds", seeds), ("actions", actions),
    ]
    for (key, value) in counts where value < 1 {
      throw .configuration(key: key, reason: "\(value) is below 1")
    }
    guard workers >= 0 else {
      throw .configuration(key: "workers", reason: "\(workers) is below 0")
    }
    for method in methods { try method.configuration(actions: actions).validate() }
  }

  /// Which runs are wanted, and how many at a time, does not change what a run gives.
  var common: ClassicControlConfiguration {
    var common = self
    (common.tasks, common.methods, common.seeds, common.workers) = ([], [], 0, 0)
    return common
  }
}

/// A world of classic control.
public enum ClassicControlTask: String, Codable, Sendable, CaseIterable {
  /// Balance a pole on a cart: 1 for every action until it falls, 500 at most.
  case cartPole = "cartpole"
  /// Swing two links up: −1 for every action until they are, 500 at most.
  case acrobot

  /// The world.
  public var environment: any Environment {
    switch self {
    case .cartPole: WorldChoice.Name.cartPole.environment
    case .acrobot: WorldChoice.Name.acrobot.environment
    }
  }

  /// The mean return at which gymnasium calls it solved.
  public var threshold: Double { self == .cartPole ? 475 : -100 }

  /// For headings.
  public var title: String { self == .cartPole ? "CartPole-v1" : "Acrobot-v1" }
}

/// A method with the setting it has here.
public enum ClassicControlMethod: String, Codable, Sendable, CaseIterable {
  /// Vanilla policy gradient.
  case vpg
  /// Advantage actor–critic.
  case a2c
  /// Proximal policy optimization, clipped.
  case ppo
  /// PPO with its adaptive penalty.
  case ppoPenalty = "ppo-penalty"
  /// Trust region policy optimization.
  case trpo

  /// The preset.
  public var preset: Method.Preset {
    switch self {
    case .vpg: .vpg
    case .a2c: .a2c
    case .ppo: .ppo
    case .ppoPenalty: .ppoPenalty
    case .trpo: .trpo
    }
  }

  /// The setting, in words.
  public var meaning: String {
    switch self {
    case .vpg: "8 × 500 actions a step, λ .97, one step of 1e-2, 80 of the critic at 1e-3"
    case .a2c: "8 × 5 actions a step, λ 1, one step of 7e-4"
    case .ppo: "8 × 128 actions a step, λ .95, 10 epochs of 4 minibatches, 1e-3 falling to 0, ε .2"
    case .ppoPenalty: "as ppo, with an adaptive penalty around a KL of .01 instead of clipping"
    case .trpo: "8 × 500 actions a step, λ .97, δ .01, 80 steps of the critic at 1e-3"
    }
  }

  /// The setting: γ .99, two hidden layers of 64 and tanh for policy and critic each, 8 worlds side by side.
  ///
  /// - Parameter actions: Actions of the whole run.
  /// - Returns: A run's configuration, of whole steps: at least that many actions.
  public func configuration(actions: Int) -> EnvironmentConfiguration {
    var configuration = EnvironmentConfiguration(preset)
    configuration.environments = 8
    configuration.method.critic.kind = .valueModel
    configuration.optimizer.maximumGradientNorm = 0.5
    switch self {
    case .vpg:
      configuration.rolloutLength = 500
      configuration.optimizer.learningRate = 1e-2
      configuration.method.critic.learningRateFactor = 0.1
    case .trpo:
      configuration.rolloutLength = 500
      configuration.optimizer.learningRate = 1e-3
    case .a2c:
      configuration.rolloutLength = 5
      configuration.optimizer.learningRate = 7e-4
    case .ppo, .ppoPenalty:
      configuration.rolloutLength = 128
      configuration.epochs = 10
      configuration.minibatches = 4
      configuration.optimizer.learningRate = 1e-3
      configuration.schedule = LearningRateSchedule(decay: .linear, finalFactor: 0)
    }
    let perStep = configuration.environments * (configuration.rolloutLength ?? 1)
    configuration.steps = (actions + perStep - 1) / perStep
    return configuration
  }
}
