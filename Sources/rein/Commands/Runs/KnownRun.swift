import Foundation
import Reports
import RunRecords

/// A run with its configuration read, as lists, comparisons and pages need it.
struct KnownRun {
  let folder: RunFolder
  let settings: [Setting]
  let overview: RunOverview

  init(_ folder: RunFolder) {
    self.folder = folder
    settings = ConfigurationSettings.read(of: folder)
    overview = RunOverview(
      reading: folder, plannedSteps: ConfigurationSettings.plannedSteps(in: settings))
  }

  /// All runs below a folder.
  static func all(in path: String) throws -> [KnownRun] {
    try RunSearch().folders(in: URL(fileURLWithPath: path)).map(KnownRun.init)
  }

  /// The metrics that say most about the run and that it reported.
  var tellingMetrics: [Metric] {
    Metric.telling(of: overview.command).filter { overview.lastValues[$0] != nil }
  }

  /// The path below a folder; the folder's own name for the folder itself.
  func name(below root: URL) -> String {
    let (base, path) = (root.standardizedFileURL.path, folder.url.standardizedFileURL.path)
    guard path.hasPrefix(base), path.count > base.count else { return folder.url.lastPathComponent }
    return String(path.dropFirst(base.count).drop { $0 == "/" })
  }

  /// The run as a row of a list.
  func row(below root: URL, metrics: [Metric] = [], page: String? = nil) -> RunListing.Row {
    RunListing.Row(
      name: name(below: root), command: overview.command,
      started: overview.started.map(KnownRun.text) ?? "", steps: overview.steps,
      state: overview.state.rawValue, bytes: overview.bytes,
      values: (metrics.isEmpty ? tellingMetrics : metrics).compactMap { metric in
        overview.lastValues[metric].map { RunListing.Value(metric.name, $0) }
      }, problem: overview.problem, page: page)
  }

  /// A moment to the minute, in the reader's time zone.
  static func text(_ date: Date) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyy-MM-dd HH:mm"
    return formatter.string(from: date)
  }
}

/// Metrics by the names that a person typed.
enum MetricChoice {
  /// The metrics with the given names.
  ///
  /// - Parameters:
  ///   - names: What was typed.
  ///   - known: What the runs reported.
  /// - Returns: The metrics, in the same order.
  /// - Throws: `InputProblem` with the nearest names for one that no run reported.
  static func metrics(_ names: [String], among known: Set<Metric>) throws -> [Metric] {
    try names.map { name in
      if let metric = known.first(where: { $0.name == name }) { return metric }
      throw InputProblem(
        "--metric \(name): no run reports it" + suggestion(for: name, among: known.map(\.name)))
    }
  }

  /// “; did you mean …?”, or nothing.
  static func suggestion(for name: String, among names: [String]) -> String {
    let near = nearestNames(to: name, among: names)
    return near.isEmpty ? "" : "; did you mean \(near.joined(separator: ", "))?"
  }
}
