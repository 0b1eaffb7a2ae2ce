public import Foundation

/// What a run reports about one step: one line of `events.jsonl`.
///
/// The line is a flat JSON object: `step`, `time` (seconds since 1970) and one key per metric. JSON
/// has no NaN and no infinity; such a value is written as `null`, which every reader understands,
/// and the key `nonfinite` tells which of them it was:
///
///     {"step":3,"time":1767225600.5,"loss":null,"lr":0.001,"nonfinite":{"loss":"nan"}}
public struct MetricEvent: Hashable, Sendable {
  /// The step, counted from the run's start.
  public var step: Int
  /// When the step was over.
  public var time: Date
  /// The values by metric.
  public var values: [Metric: Double]

  /// Creates an event.
  public init(step: Int, time: Date = Date(), values: [Metric: Double]) {
    self.step = step
    self.time = time
    self.values = values
  }

  /// The value of a metric, if it was reported.
  public subscript(metric: Metric) -> Double? { values[metric] }

  static let reservedKeys: Set<String> = ["step", "time", "nonfinite"]
}

extension MetricEvent {
  /// The event as it stands in the file, with its line feed; metrics sorted by name.
  ///
  /// Names need no escaping, because ``Metric`` admits none that would. Swift prints the shortest
  /// digits that read back as the same number.
  var line: Data {
    var fields = ["\"step\":\(step)", "\"time\":\(Self.json(time.timeIntervalSince1970))"]
    var nonfinite: [String] = []
    for (metric, value) in values.sorted(by: { $0.key.name < $1.key.name }) {
      fields.append("\"\(metric.name)\":\(Self.json(value))")
      if !value.isFinite { nonfinite.append("\"\(metric.name)\":\"\(value)\"") }
    }
    if !nonfinite.isEmpty {
      fields.append("\"nonfinite\":{\(nonfinite.joined(separator: ","))}")
    }
    return Data("{\(fields.joined(separator: ","))}\n".utf8)
  }

  private static func json(_ value: Double) -> String {
    value.isFinite ? "\(value)" : "null"
  }
}

extension MetricEvent: Decodable {
  /// Reads an event; a metric that the catalogue does not know is kept under its name.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    step = try container.decode(Int.self, forKey: Key("step"))
    time = Date(timeIntervalSince1970: try container.decode(Double.self, forKey: Key("time")))
    let nonfinite =
      try container.decodeIfPresent([String: String].self, forKey: Key("nonfinite")) ?? [:]
    values = [:]
    for key in container.allKeys where !Self.reservedKeys.contains(key.stringValue) {
      let name = key.stringValue
      let metric = Metric.named(name) ?? Metric(name, .none, "Not in the catalogue.")
      values[metric] =
        try container.decodeNil(forKey: key)
        ? nonfinite[name].flatMap(Double.init) ?? .nan
        : container.decode(Double.self, forKey: key)
    }
  }

  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(_ stringValue: String) { self.stringValue = stringValue }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
