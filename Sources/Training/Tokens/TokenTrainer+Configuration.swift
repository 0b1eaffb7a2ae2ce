public import NeuralNetworks
public import PolicyOptimization

extension TokenTrainer {
  /// How it trains.
  public struct Configuration: Codable, Equatable, Sendable {
    /// What becomes of a mark.
    public var objective = TokenObjective()
    /// What KL(π ‖ p) on unmarked tokens counts beside the marks.
    public var unmarkedWeight = 1.0
    /// k: of how many of the policy's likeliest other tokens one is drawn, where bad tokens are compared with one.
    public var candidates = 5
    /// Passes over the completions.
    public var epochs = 10
    /// Completions in a batch.
    public var batchRows = 32
    /// Parts that a batch is computed in, one after the other: the same update in less memory.
    public var microBatches = 1
    /// The optimizer.
    public var optimizer = AdamW.Configuration(learningRate: 1e-4, maximumGradientNorm: 1)
    /// How the learning rate changes.
    public var schedule = LearningRateSchedule(decay: .linear, warmUpShare: 0.1)

    enum CodingKeys: String, CodingKey {
      case objective
      case unmarkedWeight = "unmarked_weight"
      case candidates, epochs
      case batchRows = "batch_rows"
      case microBatches = "micro_batches"
      case optimizer, schedule
    }

    /// The closed-form target, ten passes at a low rate.
    public init() {}
  }
}

extension TokenTrainer.Configuration {
  /// Says what cannot be.
  func validate() throws(TrainingError) {
    try optimizer.validate()
    try schedule.validate()
    if let (key, reason) = objective.problem {
      throw .configuration(key: "objective.\(key)", reason: reason)
    }
    guard unmarkedWeight >= 0, unmarkedWeight.isFinite else {
      throw .configuration(key: "unmarked_weight", reason: "\(unmarkedWeight) is not 0 or above")
    }
    for (key, value) in [
      ("candidates", candidates), ("epochs", epochs), ("batch_rows", batchRows),
      ("micro_batches", microBatches),
    ] where value < 1 {
      throw .configuration(key: key, reason: "\(value) is below 1")
    }
  }
}
