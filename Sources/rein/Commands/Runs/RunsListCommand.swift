import ArgumentParser
import Foundation
import Reports
import RunRecords

struct RunsListCommand: ParsableCommand {
  /// What runs can be sorted by, apart from metrics.
  enum Order: String, CaseIterable, ExpressibleByArgument {
    case started, name, command, steps, state, size
  }

  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "All runs in a folder, with how far they have come.",
    discussion: """
      A run is a folder with a manifest.json, at most four folders deep. States: running (a program is writing it), finished \
      (all steps), stopped (fewer, with a model), unfinished (fewer, without one), saved (a model, and no count of steps to \
      go by), empty, damaged (with the reason).

        rein runs list
        rein runs list --metric objective/scores --metric objective/kl --sort size
      """)

  @Argument(help: ArgumentHelp("The folder of runs.", valueName: "folder"))
  var folder = "runs"

  @Option(
    help: "started, name, command, steps, state or size; size and steps put the greatest last.")
  var sort = Order.started

  @Option(help: "A metric to show in a column of its own; may be given again.")
  var metric: [String] = []

  @Flag(help: "Print the list as one JSON object.")
  var json = false

  func run() throws {
    let root = URL(fileURLWithPath: folder)
    let runs = try KnownRun.all(in: folder).sorted { isBefore($0.overview, $1.overview) }
    let chosen = try MetricChoice.metrics(
      metric, among: Set(runs.flatMap { $0.overview.lastValues.keys }))
    if json {
      return try Console.printJSON(["runs": runs.map { fields(of: $0, below: root, chosen) }])
    }
    guard !runs.isEmpty else { return Console.print("\(folder) holds no runs") }
    let listing = RunListing(
      title: folder, rows: runs.map { $0.row(below: root, metrics: chosen) },
      metrics: chosen.map(\.name))
    Console.print(listing.table.terminal(coloring: Console.coloring))
  }

  // Equal ones, and those without a date, by path.
  private func isBefore(_ left: RunOverview, _ right: RunOverview) -> Bool {
    let paths = (left.folder.url.path, right.folder.url.path)
    func ordered<Key: Comparable>(_ first: Key, _ second: Key) -> Bool {
      first == second ? paths.0 < paths.1 : first < second
    }
    return switch sort {
    case .started: ordered(left.started ?? .distantPast, right.started ?? .distantPast)
    case .name: paths.0 < paths.1
    case .command: ordered(left.command, right.command)
    case .steps: ordered(left.steps, right.steps)
    case .state: ordered(left.state.rawValue, right.state.rawValue)
    case .size: ordered(left.bytes, right.bytes)
    }
  }

  private func fields(of run: KnownRun, below root: URL, _ chosen: [Metric]) -> [String: Any] {
    let overview = run.overview
    let metrics = chosen.isEmpty ? Array(overview.lastValues.keys) : chosen
    var fields: [String: Any] = [
      "name": run.name(below: root), "path": run.folder.url.relativePath,
      "command": overview.command, "steps": overview.steps, "state": overview.state.rawValue,
      "bytes": overview.bytes,
    ]
    fields["metrics"] = Dictionary(
      metrics.compactMap { metric in overview.lastValues[metric].map { (metric.name, $0) } },
      uniquingKeysWith: { $1 })
    fields["started"] = overview.started.map { ISO8601DateFormatter().string(from: $0) }
    fields["seed"] = overview.seed
    fields["problem"] = overview.problem
    return fields
  }
}
