import Foundation

/// Runs beside each other: what they were asked for and what they came to.
public struct RunComparison: Sendable {
  /// One run.
  public struct Run: Sendable {
    /// The name; no two are the same.
    public var name: String
    /// The subcommand that made it.
    public var command: String
    /// The resolved configuration, one setting for each key, in its order.
    public var settings: [Setting]
    /// The metrics.
    public var curves: [MetricCurve]
    /// The completions.
    public var samples: [RunSample]

    /// Makes a run.
    public init(
      name: String, command: String, settings: [Setting], curves: [MetricCurve],
      samples: [RunSample] = []
    ) {
      self.name = name
      self.command = command
      self.settings = settings
      self.curves = curves
      self.samples = samples
    }

    func points(of metric: String) -> [CurvePoint] {
      curves.first { $0.name == metric }?.points ?? []
    }
  }

  /// Runs that are looked at as one: the seeds of one configuration, or a single run.
  public struct Group: Sendable {
    /// The name.
    public var name: String
    /// The runs, at least one.
    public var runs: [Run]
  }

  /// A metric to compare.
  public struct Metric: Hashable, Sendable {
    /// The name.
    public var name: String
    /// What it means; may be empty.
    public var explanation: String
    /// Which values are better, if that can be said.
    public var direction: CurveDigest.Direction?

    /// Makes a metric.
    public init(_ name: String, explanation: String = "", direction: CurveDigest.Direction? = nil) {
      self.name = name
      self.explanation = explanation
      self.direction = direction
    }
  }

  /// A key that is not the same everywhere.
  public struct Difference: Hashable, Sendable {
    /// The key.
    public var key: String
    /// The values, one for each group; of a group that has several, all of them.
    public var values: [String]
  }

  /// The columns of everything.
  public var groups: [Group]
  /// The metrics of the table, the most telling first.
  public var metrics: [Metric]
  /// The metrics that are drawn.
  public var drawn: [Metric]
  /// What was typed.
  public var command: String

  /// Makes a comparison.
  ///
  /// - Parameters:
  ///   - runs: The runs, in order.
  ///   - areSeedsGrouped: Whether runs that differ in nothing but their seed are one.
  ///   - metrics: The metrics of the table.
  ///   - drawn: The metrics that are drawn; nil draws those of the table.
  ///   - command: What was typed.
  public init(
    runs: [Run], areSeedsGrouped: Bool = false, metrics: [Metric], drawn: [Metric]? = nil,
    command: String = ""
  ) {
    groups =
      areSeedsGrouped
      ? RunComparison.groupedBySeed(runs) : runs.map { Group(name: $0.name, runs: [$0]) }
    self.metrics = metrics
    self.drawn = drawn ?? metrics
    self.command = command
  }

  /// Names whose difference makes no other method: the seed, and where the model goes, which must differ.
  static let seedKeys: Set<String> = ["seed", "output"]

  private static func groupedBySeed(_ runs: [Run]) -> [Group] {
    var groups: [(method: [Setting], command: String, runs: [Run])] = []
    for run in runs {
      let method = run.settings.filter { !seedKeys.contains($0.name) }
      if let place = groups.firstIndex(where: { $0.method == method && $0.command == run.command })
      {
        groups[place].runs.append(run)
      } else {
        groups.append((method, run.command, [run]))
      }
    }
    return groups.map { Group(name: name(of: $0.runs), runs: $0.runs) }
  }

  /// What the names have in common, with how many there are.
  private static func name(of runs: [Run]) -> String {
    guard let first = runs.first?.name, runs.count > 1 else { return runs.first?.name ?? "" }
    let common = runs.dropFirst().reduce(first) { $0.commonPrefix(with: $1.name) }
    let end = common.lastIndex { $0.isLetter || $0.isNumber }
    let stem = end.map { String(common[...$0]) } ?? first
    return "\(stem) × \(runs.count)"
  }

  /// The keys that are not the same everywhere, in the order of the configurations.
  public var differences: [Difference] {
    let runs = groups.flatMap(\.runs)
    let keys = runs.flatMap { $0.settings.map(\.name) }.reduce(into: [String]()) { keys, key in
      if !keys.contains(key) { keys.append(key) }
    }
    let values = runs.map { run in
      Dictionary(run.settings.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }
    let differing = keys.filter { key in Set(values.map { $0[key] }).count > 1 }
    return differing.map { key in
      Difference(
        key: key,
        values: groups.map { group in
          let found = group.runs.map { run in run.settings.first { $0.name == key }?.value ?? "—" }
          return found.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            .joined(separator: ", ")
        })
    }
  }

  /// The look of a group, the same in every chart.
  func style(of group: Int) -> SeriesStyle { .numbered(group) }
}
