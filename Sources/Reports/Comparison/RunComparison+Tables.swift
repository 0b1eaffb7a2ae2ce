extension RunComparison {
  /// What a group's runs came to in one metric.
  public struct Digest: Sendable {
    /// The last values.
    public let last: Summary
    /// The best values; empty where no direction is the better one.
    public let best: Summary
    /// The step of the best value of a single run.
    public let bestStep: Double?
    /// The means of the last tenths.
    public let tail: Summary
    /// The curves.
    public let band: Band
  }

  /// What a group's runs came to in one metric; nil where none of them reports it.
  public func digest(of metric: Metric, in group: Group) -> Digest? {
    let curves = group.runs.map { $0.points(of: metric.name) }.filter { !$0.isEmpty }
    guard !curves.isEmpty else { return nil }
    let digests = curves.map { CurveDigest($0, direction: metric.direction) }
    return Digest(
      last: Summary(digests.compactMap(\.last)), best: Summary(digests.compactMap(\.best?.value)),
      bestStep: digests.count == 1 ? digests[0].best?.step : nil,
      tail: Summary(digests.compactMap(\.tail)), band: Band(curves))
  }

  /// Metrics down, and under each metric the groups.
  public var numberTable: TextTable {
    let rows = metrics.flatMap { metric in
      let known = groups.compactMap { group in digest(of: metric, in: group).map { (group, $0) } }
      return known.enumerated().map { place, entry -> [TextTable.Cell] in
        let (group, digest) = entry
        return [
          .init(place == 0 ? metric.name : "", emphasis: .strong), .init(group.name),
          .init(sparkline(digest.band.points.compactMap(\.summary.mean), width: 16)),
          .init(NumberFormat.estimate(digest.last)), .init(best(digest)),
          .init(NumberFormat.estimate(digest.tail)),
        ]
      }
    }
    return TextTable(
      columns: [
        .init("metric"), .init("run"), .init("over the run"), .init("last", alignment: .decimal),
        .init("best", alignment: .decimal), .init("last tenth", alignment: .decimal),
      ], rows: rows)
  }

  private func best(_ digest: Digest) -> String {
    guard digest.best.count > 0 else { return "" }
    let step = digest.bestStep.map { " at \(NumberFormat.fixed($0, decimals: 0))" }
    return NumberFormat.estimate(digest.best) + (step ?? "")
  }

  /// Keys down, groups across; only keys that differ.
  public var differenceTable: TextTable {
    TextTable(
      columns: [.init("key")] + groups.map { .init($0.name) },
      rows: differences.map { difference in
        [.init(difference.key)] + difference.values.map { TextTable.Cell($0) }
      })
  }
}
