public import NeuralNetworks

/// A run of policy optimization in an environment.
public struct EnvironmentConfiguration: Codable, Equatable, Sendable {
  /// The four choices.
  public var method = Method()
  /// Steps of the run: each draws, estimates and improves once.
  public var steps = 100
  /// Worlds side by side; with whole episodes, the episodes of a step.
  public var environments = 8
  /// Actions in each world per step; nil plays whole episodes.
  public var rolloutLength: Int? = 128
  /// Whole episodes are cut after so many actions.
  public var episodeLimit = 10_000
  /// The hidden layers' widths; none is a table over observations.
  public var widths = [64, 64]
  /// What follows each hidden layer.
  public var activation = MultilayerPerceptron.Activation.tanh
  /// Passes over a step's samples.
  public var epochs = 4
  /// Updates per pass.
  public var minibatches = 4
  /// The optimizer.
  public var optimizer = AdamW.Configuration(
    learningRate: 3e-4, epsilon: 1e-5, maximumGradientNorm: 0.5)
  /// How the learning rate changes.
  public var schedule = LearningRateSchedule()

  enum CodingKeys: String, CodingKey {
    case method, steps, environments
    case rolloutLength = "rollout_length"
    case episodeLimit = "episode_limit"
    case widths = "hidden_widths"
    case activation, epochs, minibatches, optimizer, schedule
  }

  /// PPO with the defaults of the literature.
  public init() { self.init(.ppo) }

  /// A preset's method with settings that learn classic control.
  ///
  /// γ is 0.99. What may update often per batch, PPO and its kin, gets ten epochs at 1e-3; what may not gets one. Small policies start
  /// from nothing: an action that was never taken has Q = 0, where tables of ACTDE rest.
  public init(_ preset: Method.Preset) {
    method = Method(preset)
    method.advantage.discount = 0.99
    method.critic.clipRange = nil
    if method.critic.kind == .valueHead { method.critic.kind = .valueModel }
    method.critic.weight = 0.5
    method.critic.actionValueWeight = 0.5
    method.critic.actionValueForm = .independent
    if [.policyGradient, .trustRegion].contains(method.objective.kind) {
      (epochs, minibatches) = (1, 1)
    } else {
      epochs = 10
      optimizer.learningRate = 1e-3
    }
    // Returns and groups are of whole episodes.
    if !method.advantage.needsValues { rolloutLength = nil }
  }

  /// How a step's samples are used.
  var update: UpdateSettings {
    UpdateSettings(
      epochs: epochs, minibatches: minibatches, optimizer: optimizer, schedule: schedule)
  }

  /// Says what does not go together.
  ///
  /// - Throws: `TrainingError.configuration` with the key to change.
  public func validate() throws(TrainingError) {
    try method.validate()
    if method.reference.placement == .budget {
      throw .configuration(
        key: "method.reference.placement",
        reason: "budget holds language models: use none, reward or loss")
    }
    try update.validate(method)
    let counts = [
      ("steps", steps), ("environments", environments), ("rollout_length", rolloutLength),
      ("episode_limit", episodeLimit), ("hidden_widths", widths.min()),
    ]
    for case (let key, let value?) in counts where value < 1 {
      throw .configuration(key: key, reason: "\(value) is below 1")
    }
    let size = method.advantage.groupSize
    guard environments % size == 0 else {
      throw .configuration(
        key: "environments",
        reason: "\(environments) is not a multiple of method.advantage.group_size \(size)")
    }
    if rolloutLength == nil { try method.validate(trajectories: environments, key: "environments") }
    if let rolloutLength, !method.advantage.needsValues {
      throw .configuration(
        key: "rollout_length",
        reason:
          "\(method.advantage.estimator.rawValue) needs whole episodes, not \(rolloutLength) actions: use none"
      )
    }
  }
}
