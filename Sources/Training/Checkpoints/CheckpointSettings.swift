import RunRecords

/// When a run writes checkpoints, and which of them stay.
public struct CheckpointSettings: Codable, Equatable, Sendable {
  /// Steps between two checkpoints; nil writes none but where the run is stopped.
  public var interval: Int? = 50
  /// How many stay, the newest first.
  public var keep = 2
  /// A metric by which the best checkpoint stays too, whatever its age; nil keeps none.
  public var best: String?
  /// Which value of it is the best one; nil is the lowest of metrics that shall fall, the highest of others.
  public var bestIs: Extreme?

  /// Which value is the best one.
  public enum Extreme: String, Codable, Sendable, CaseIterable {
    /// The lowest, as of a loss.
    case lowest
    /// The highest, as of a reward.
    case highest
  }

  enum CodingKeys: String, CodingKey {
    case interval = "every"
    case keep, best
    case bestIs = "best_is"
  }

  /// Every 50 steps, the newest two.
  public init() {}

  /// Says what cannot be.
  ///
  /// - Throws: `TrainingError.configuration` with the key to change.
  func validate() throws(TrainingError) {
    if let interval, interval < 1 {
      throw .configuration(
        key: "checkpoints.every", reason: "\(interval) is below 1; none writes none")
    }
    guard keep >= 1 else {
      throw .configuration(key: "checkpoints.keep", reason: "\(keep) is below 1")
    }
    if let best, Metric.named(best) == nil, bestIs == nil {
      throw .configuration(
        key: "checkpoints.best_is", reason: "say whether \(best) is best lowest or highest")
    }
    guard best != nil || bestIs == nil else {
      throw .configuration(
        key: "checkpoints.best_is", reason: "says nothing without `checkpoints.best`, a metric")
    }
  }

  /// Whether a value is better than another.
  func isBetter(_ value: Double, than other: Double) -> Bool {
    extreme == .lowest ? value < other : value > other
  }

  private var extreme: Extreme {
    bestIs ?? (best.flatMap(Metric.named)?.direction == .falling ? .lowest : .highest)
  }
}
