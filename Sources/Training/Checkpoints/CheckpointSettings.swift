import Foundation

/// When a run writes checkpoints, and which of them stay.
public struct CheckpointSettings: Codable, Equatable, Sendable {
  /// Steps between two checkpoints; nil writes none but where the run is stopped.
  public var interval: Int? = 50
  /// How many stay, the newest first.
  public var keep = 2
  /// A metric by which the best checkpoint stays too, whatever its age; nil keeps none.
  public var best: String?
  /// Which value of it is the best one; nil is the lowest of losses and divergences, the highest of everything else.
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
    guard best != nil || bestIs == nil else {
      throw .configuration(
        key: "checkpoints.best_is", reason: "says nothing without `checkpoints.best`, a metric")
    }
  }

  /// Whether a value is better than another.
  func isBetter(_ value: Double, than other: Double) -> Bool {
    let isFalling = ["loss", "kl", "bits", "nll"].contains { best?.contains($0) ?? false }
    return (bestIs ?? (isFalling ? .lowest : .highest)) == .lowest ? value < other : value > other
  }
}
