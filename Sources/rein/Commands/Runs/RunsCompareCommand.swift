import ArgumentParser
import Files
import Foundation
import Reports
import RunRecords

struct RunsCompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Runs beside each other: what differs, and what came of it.",
    discussion: """
      The keys whose values differ, then the last and the best value of each metric and the mean of its last tenth. With \
      --group, runs that differ in nothing but seed and output are one, with mean and 95 % interval (two seeds: both values).

        rein runs compare runs/a runs/b --metric objective/kl
        rein runs compare runs/sweep-* --group --html comparison.html
      """)

  @Argument(help: ArgumentHelp("The run folders.", valueName: "run"))
  var folders: [String]

  @Option(
    help: "A metric to compare; may be given again; none takes those that matter for the runs.")
  var metric: [String] = []

  @Flag(help: "Take runs that differ only in their seed together.")
  var group = false

  @Option(help: "Write a page with curves and completions.")
  var html: String?

  @Flag(help: "Print the comparison as one JSON object.")
  var json = false

  func validate() throws {
    guard Set(folders.map { URL(fileURLWithPath: $0).standardizedFileURL.path }).count > 1 else {
      throw ValidationError("Name two runs or more.")
    }
  }

  func run() throws {
    let runs = try folders.map { folder -> KnownRun in
      let run = KnownRun(try RunFolder(opening: URL(fileURLWithPath: folder)))
      if let problem = run.overview.problem { throw InputProblem(problem) }
      return run
    }
    let reported = Set(runs.flatMap { $0.overview.lastValues.keys })
    let chosen = try MetricChoice.metrics(metric, among: reported)
    let telling = runs.flatMap(\.tellingMetrics).reduce(into: [Metric]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    let comparison = RunComparison(
      runs: try zip(runs, Self.names(folders)).map { run, name in
        let history = try RunHistory(of: run.folder)
        return RunComparison.Run(
          name: name, command: run.overview.command, settings: run.settings,
          curves: history.curves, samples: history.samples)
      }, areSeedsGrouped: group,
      metrics: (chosen.isEmpty ? telling : chosen).map(\.compared),
      drawn: chosen.isEmpty
        ? (telling + reported.subtracting(telling).sorted { $0.name < $1.name }).map(\.compared)
        : chosen.map(\.compared),
      command: ExperimentResults.command)
    if let html {
      let page = ComparisonPage(content: comparison).html
      try AtomicFile.write(Data(page.utf8), to: URL(fileURLWithPath: html))
    }
    if json {
      try Console.printJSON(comparison.fields.merging(html.map { ["page": $0] } ?? [:]) { $1 })
    } else {
      show(comparison)
    }
  }

  private func show(_ comparison: RunComparison) {
    let coloring = Console.coloring
    Console.print(
      comparison.differences.isEmpty
        ? "The configurations are the same, key by key."
        : comparison.differenceTable.terminal(coloring: coloring))
    Console.print("\n" + comparison.numberTable.terminal(coloring: coloring))
    if let html { Console.print("\n\(html)") }
  }

  /// The folders' own names, with as much of the path before them as tells them apart.
  static func names(_ folders: [String]) -> [String] {
    let parts = folders.map { URL(fileURLWithPath: $0).standardizedFileURL.pathComponents }
    let longest = parts.map(\.count).max() ?? 1
    for count in 1...max(1, longest) {
      let names = parts.map { $0.suffix(count).joined(separator: "/") }
      if Set(names).count == names.count { return names }
    }
    return folders
  }
}

extension Metric {
  fileprivate var compared: RunComparison.Metric {
    let better: CurveDigest.Direction? =
      switch direction {
      case .rising: .rising
      case .falling: .falling
      case nil: nil
      }
    return RunComparison.Metric(name, explanation: meaning, direction: better)
  }
}

extension RunComparison {
  /// The comparison as JSON's values.
  fileprivate var fields: [String: Any] {
    [
      "differences": differences.map { ["key": $0.key, "values": $0.values] as [String: Any] },
      "runs": groups.map { group in
        [
          "name": group.name, "members": group.runs.map(\.name),
          "metrics": Dictionary(
            metrics.compactMap { metric in
              digest(of: metric, in: group).map { (metric.name, $0.fields) }
            }, uniquingKeysWith: { $1 }),
        ] as [String: Any]
      },
    ]
  }
}

extension RunComparison.Digest {
  fileprivate var fields: [String: Any] {
    func numbers(_ summary: Summary) -> [String: Any] {
      var fields: [String: Any] = ["values": summary.values]
      fields["mean"] = summary.mean
      fields["interval"] = summary.tellingInterval.map { [$0.lower, $0.upper] }
      return fields
    }
    return ["last": numbers(last), "best": numbers(best), "last_tenth": numbers(tail)]
  }
}
