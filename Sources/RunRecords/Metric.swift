/// A quantity that a run reports, with what it means.
///
/// The catalogue is the one place where a name is spelled. Where TRL's PPO trainer reports the same
/// quantity, the name is TRL's, so that curves can be laid over each other.
public struct Metric: Sendable {
  /// What a value counts or measures.
  public enum Unit: String, CaseIterable, Sendable {
    /// A natural logarithm of probabilities.
    case nats
    /// A binary logarithm of probabilities per byte of text.
    case bitsPerByte = "bits per byte"
    /// A number from 0 to 1.
    case share
    /// A whole number of things.
    case count
    /// Tokens.
    case tokens
    /// Wall-clock time.
    case seconds
    /// Bytes.
    case bytes
    /// The scale of the reward function.
    case reward
    /// A number without a unit.
    case none = "–"
  }

  /// The name in logs, such as `objective/kl`.
  public let name: String
  /// What a value counts or measures.
  public let unit: Unit
  /// What it says, in one or two sentences.
  public let meaning: String

  init(_ name: String, _ unit: Unit, _ meaning: String) {
    self.name = name
    self.unit = unit
    self.meaning = meaning
  }

  /// The part of the name before the slash, which groups metrics; empty for names without one.
  public var group: String {
    name.firstIndex(of: "/").map { String(name[..<$0]) } ?? ""
  }
}

/// Two metrics are the same when they have the same name.
extension Metric: Hashable {
  /// Compares names.
  public static func == (left: Metric, right: Metric) -> Bool {
    left.name == right.name
  }

  /// Hashes the name.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
  }
}
