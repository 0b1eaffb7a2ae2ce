public import NeuralNetworks
import Torch

extension SupervisedTrainer {
  /// How it trains.
  public struct Configuration: Codable, Equatable, Sendable {
    /// Passes over the training texts.
    public var epochs = 4
    /// The most tokens in a batch, padding included.
    public var batchTokens = 4096
    /// The most tokens of a row into which several texts are packed, none of which sees another; nil packs nothing.
    public var packedLength: Int?
    /// Parts that a batch is computed in, one after the other: the same update in less memory.
    public var microBatches = 1
    /// The optimizer.
    public var optimizer = AdamW.Configuration(
      learningRate: 2e-3, beta2: 0.95, weightDecay: 0.1, maximumGradientNorm: 1)
    /// How the learning rate changes.
    public var schedule = LearningRateSchedule(decay: .cosine, warmUpShare: 0.05)
    /// Decay of the weights' moving average, which is what is evaluated and saved; 0 averages nothing.
    public var averaging = 0.0

    enum CodingKeys: String, CodingKey {
      case epochs
      case batchTokens = "batch_tokens"
      case packedLength = "packed_length"
      case microBatches = "micro_batches"
      case optimizer, schedule, averaging
    }

    /// A few epochs at a moderate rate.
    public init() {}
  }
}

extension SupervisedTrainer.Configuration {
  /// The batches of one pass over some texts.
  func batches(
    of examples: [SupervisedTrainer.Example], using generator: Generator
  ) -> [[Int]] {
    let lengths = examples.map(\.length)
    return packedLength.map {
      LengthBuckets.packed(
        lengths, rowLength: $0, tokensPerBatch: batchTokens, using: generator)
    } ?? LengthBuckets.batches(of: lengths, tokensPerBatch: batchTokens, using: generator)
  }

  /// Says whether texts of some length can be packed.
  func validate(longest: Int) throws(TrainingError) {
    guard let packedLength, packedLength < longest else { return }
    throw .configuration(
      key: "packed_length",
      reason: "\(packedLength) is less than the \(longest) tokens of the longest text")
  }

  /// Says what cannot be.
  func validate() throws(TrainingError) {
    try optimizer.validate()
    try schedule.validate()
    for (key, value) in [
      ("epochs", epochs), ("batch_tokens", batchTokens), ("micro_batches", microBatches),
    ] where value < 1 {
      throw .configuration(key: key, reason: "\(value) is below 1")
    }
    if let packedLength, packedLength > batchTokens {
      throw .configuration(
        key: "packed_length",
        reason: "a row of \(packedLength) tokens does not fit batch_tokens \(batchTokens)")
    }
    guard (0..<1).contains(averaging) else {
      throw .configuration(key: "averaging", reason: "\(averaging) is outside [0, 1)")
    }
  }
}
