public import LanguageModels
public import NeuralNetworks

/// A run of policy optimization on a language model.
public struct PolicyConfiguration: Codable, Equatable, Sendable {
  /// The four choices.
  public var method = Method()
  /// How completions are drawn; log-probabilities are taken at the same temperature.
  public var sampling = Sampling()
  /// What becomes of scores, and of completions that are cut.
  public var completions = CompletionRules()
  /// Steps of the run.
  public var steps = 100
  /// Completions per step.
  public var episodesPerStep = 32
  /// Passes over a step's completions.
  public var epochs = 4
  /// Updates per pass.
  public var minibatches = 1
  /// Parts that each update is computed in, one after the other: the same update in less memory.
  public var microBatches = 1
  /// The optimizer.
  public var optimizer = AdamW.Configuration(learningRate: 1e-4, epsilon: 1e-5)
  /// How the learning rate changes.
  public var schedule = LearningRateSchedule(decay: .linear, finalFactor: 0.1)

  enum CodingKeys: String, CodingKey {
    case method, sampling, completions, steps
    case episodesPerStep = "episodes_per_step"
    case epochs, minibatches
    case microBatches = "micro_batches"
    case optimizer, schedule
  }

  /// PPO with the defaults of the literature.
  public init() {}

  /// A preset's method; one that updates once per batch gets one epoch.
  public init(_ preset: Method.Preset) {
    method = Method(preset)
    if [.policyGradient, .trustRegion].contains(method.objective.kind) { epochs = 1 }
  }

  /// How a step's completions are used.
  var update: UpdateSettings {
    UpdateSettings(
      epochs: epochs, minibatches: minibatches, microBatches: microBatches, optimizer: optimizer,
      schedule: schedule)
  }

  /// Says what does not go together.
  ///
  /// - Throws: `TrainingError.configuration` with the key to change.
  public func validate() throws(TrainingError) {
    try method.validate()
    try completions.validate(hasCritic: method.critic.kind != .none)
    if let problem = sampling.problem {
      throw .configuration(key: "sampling", reason: problem)
    }
    guard sampling.isUntruncated else {
      throw .configuration(
        key: "sampling",
        reason:
          "training needs draws from the whole distribution: temperature above 0, top_k 0, top_p 1, min_p 0, repetition_penalty 1, min_new_tokens 0"
      )
    }
    for (key, value) in [("steps", steps), ("episodes_per_step", episodesPerStep)]
    where value < 1 {
      throw .configuration(key: key, reason: "\(value) is below 1")
    }
    try update.validate(method)
    if method.reference.placement == .budget, completions.truncated == .bootstrap {
      throw .configuration(
        key: "completions.truncated",
        reason:
          "bootstrap values the state behind a cut, which has no part in the budget: use score")
    }
    try method.validate(trajectories: episodesPerStep, key: "episodes_per_step")
    guard episodesPerStep % method.advantage.groupSize == 0 else {
      throw .configuration(
        key: "episodes_per_step",
        reason:
          "\(episodesPerStep) is not a multiple of method.advantage.group_size \(method.advantage.groupSize)"
      )
    }
    guard minibatches <= episodesPerStep else {
      throw .configuration(
        key: "minibatches", reason: "\(minibatches) of only \(episodesPerStep) episodes")
    }
  }
}
