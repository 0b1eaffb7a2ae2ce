public import NeuralNetworks
import PolicyOptimization

/// How a step's samples are used for updates.
public struct UpdateSettings: Equatable, Sendable {
  /// Passes over a step's samples.
  public var epochs: Int
  /// Updates per pass.
  public var minibatches: Int
  /// Parts that each update is computed in, one after the other: the same update in less memory.
  public var microBatches: Int
  /// The optimizer.
  public var optimizer: AdamW.Configuration
  /// How the learning rate changes over the run.
  public var schedule: LearningRateSchedule

  /// Settings.
  public init(
    epochs: Int = 4, minibatches: Int = 1, microBatches: Int = 1,
    optimizer: AdamW.Configuration = AdamW.Configuration(learningRate: 1e-4, epsilon: 1e-5),
    schedule: LearningRateSchedule = LearningRateSchedule(decay: .linear, finalFactor: 0.1)
  ) {
    self.epochs = epochs
    self.minibatches = minibatches
    self.microBatches = microBatches
    self.optimizer = optimizer
    self.schedule = schedule
  }

  /// Says what does not go together with a method.
  ///
  /// - Throws: `TrainingError.configuration` with the key to change.
  func validate(_ method: Method) throws(TrainingError) {
    for (key, value) in [
      ("epochs", epochs), ("minibatches", minibatches), ("micro_batches", microBatches),
    ] where value < 1 {
      throw .configuration(key: key, reason: "\(value) is below 1")
    }
    if microBatches > 1, let awareness = method.objective.greedy,
      awareness.variant != .perToken || awareness.control.shuffled
    {
      throw .configuration(
        key: "micro_batches",
        reason:
          "greedy-aware weights are taken over the whole minibatch here, of which a part sees a part: use 1, or per-token weights"
      )
    }
    if microBatches > 1, method.objective.kind == .trustRegion {
      throw .configuration(
        key: "micro_batches",
        reason: "trust-region differentiates one loss twice and takes it whole: use 1")
    }
    try optimizer.validate()
    try schedule.validate()
    let updatesOnce: [Method.Objective.Kind] = [.policyGradient, .trustRegion]
    guard updatesOnce.contains(method.objective.kind), epochs * minibatches > 1 else { return }
    throw .configuration(
      key: epochs > 1 ? "epochs" : "minibatches",
      reason: method.objective.kind == .policyGradient
        ? "policy-gradient is the gradient of the policy that drew the samples, so they serve one update: use 1, or another objective.kind"
        : "trust-region takes one step on all samples: use 1 (critic.value_epochs says how often the critic sees them)"
    )
  }
}
