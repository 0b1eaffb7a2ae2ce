extension Metric {
  /// Every metric that Rein itself reports, in the order of the glossary.
  public static let catalogue: [Metric] =
    objectiveMetrics + policyMetrics + trustRegionMetrics + criticMetrics + completionMetrics
    + selectionMetrics + environmentMetrics + hackingMetrics + budgetMetrics
    + supervisedMetrics + rewardModelMetrics + preferenceMetrics + markMetrics + runMetrics

  /// The metric of the catalogue with a name, if there is one.
  public static func named(_ name: String) -> Metric? {
    byName[name]
  }

  private static let byName = Dictionary(
    catalogue.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

  /// A metric that the catalogue does not know, such as one that a user's reward reports.
  ///
  /// Names may hold letters, digits and `_ - . / @`, and must not be one of the catalogue's, which
  /// already has a meaning, nor a key that every event has.
  ///
  /// - Throws: ``MetricError``.
  public static func custom(
    _ name: String, unit: Unit = .none, meaning: String
  ) throws(MetricError) -> Metric {
    let marks: Set<Character> = ["_", "-", ".", "/", "@"]
    guard !name.isEmpty,
      name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) || marks.contains($0) })
    else { throw .invalidName(name) }
    guard !MetricEvent.reservedKeys.contains(name) else { throw .reservedName(name) }
    guard named(name) == nil else { throw .knownName(name) }
    return Metric(name, unit, meaning)
  }
}

/// Why a metric cannot be made.
public enum MetricError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The name is empty or holds other characters than letters, digits and `_ - . / @`.
  case invalidName(String)
  /// The name is a key that every event has.
  case reservedName(String)
  /// The catalogue gives this name a meaning already.
  case knownName(String)

  /// The error in one sentence, with what to do about it.
  public var description: String {
    switch self {
    case .invalidName(let name):
      "the metric name '\(name)' may hold only letters, digits and _ - . / @"
    case .reservedName(let name):
      "the metric name '\(name)' is a key that every event has; choose another name"
    case .knownName(let name):
      "the metric name '\(name)' has a meaning already; use Metric.named(\"\(name)\")"
    }
  }
}
