public import NeuralNetworks
public import PolicyOptimization

extension PreferenceTrainer {
  /// How it trains.
  public struct Configuration: Codable, Equatable, Sendable {
    /// What is learned from a pair.
    public var objective = PreferenceObjective()
    /// Passes over the pairs.
    public var epochs = 1
    /// Pairs in a batch.
    public var batchPairs = 32
    /// Parts that a batch is computed in, one after the other: the same update in less memory.
    public var microBatches = 1
    /// The optimizer.
    public var optimizer = AdamW.Configuration(learningRate: 1e-5, maximumGradientNorm: 1)
    /// How the learning rate changes.
    public var schedule = LearningRateSchedule(decay: .linear, warmUpShare: 0.1)

    enum CodingKeys: String, CodingKey {
      case objective, epochs
      case batchPairs = "batch_pairs"
      case microBatches = "micro_batches"
      case optimizer, schedule
    }

    /// One epoch at a low rate.
    public init() {}
  }
}

extension PreferenceTrainer.Configuration {
  /// Says what cannot be.
  func validate() throws(TrainingError) {
    try optimizer.validate()
    try schedule.validate()
    if let (key, reason) = objective.problem {
      throw .configuration(key: "objective.\(key)", reason: reason)
    }
    for (key, value) in [
      ("epochs", epochs), ("batch_pairs", batchPairs), ("micro_batches", microBatches),
    ] where value < 1 {
      throw .configuration(key: key, reason: "\(value) is below 1")
    }
  }
}
