import Foundation
import Reports
import RunRecords

extension KnownRun {
  /// What the run's own page shows.
  ///
  /// - Throws: What keeps its records from being read.
  func report() throws -> RunReport {
    let manifest = try folder.readManifest()
    let history = try RunHistory(of: folder)
    let text = (try? String(contentsOf: folder.configuration, encoding: .utf8)) ?? ""
    return RunReport(
      title: folder.url.standardizedFileURL.lastPathComponent, state: overview.state.rawValue,
      facts: facts(manifest), keyMetrics: tellingMetrics.map(\.name), metrics: history.curves,
      bestAnswers: try folder.readBestAnswers().map {
        BestAnswers(
          count: $0.count, divergence: $0.divergence, score: $0.score, gold: $0.gold)
      }, samples: history.samples, configuration: text,
      provenance: Provenance(
        command: manifest.starts.map { $0.commandLine.joined(separator: " ") }
          .joined(separator: "\n"),
        settings: [
          SettingGroup(name: "Seed", settings: [Setting("seed", "\(manifest.seed)")]),
          SettingGroup(
            name: "Versions",
            settings: manifest.versions.sorted { $0.key < $1.key }.map { Setting($0.key, $0.value) }
          ),
        ]))
  }

  private func facts(_ manifest: RunManifest) -> [Setting] {
    let planned = ConfigurationSettings.plannedSteps(in: settings).map { " of \($0)" } ?? ""
    var facts = [
      Setting("command", "rein \(overview.command)"),
      Setting("steps", "\(overview.steps)\(planned)"), Setting("seed", "\(manifest.seed)"),
    ]
    if let started = overview.started { facts.append(Setting("started", Self.text(started))) }
    if let last = overview.lastActivity, let begun = manifest.starts.last?.date,
      overview.steps > 0
    {
      facts.append(
        Setting(
          manifest.starts.count == 1 ? "took" : "took since it was last started",
          Self.duration(last.timeIntervalSince(begun))))
    }
    if manifest.starts.count > 1 { facts.append(Setting("starts", "\(manifest.starts.count)")) }
    return facts + [Setting("size on disk", NumberFormat.bytes(overview.bytes))]
  }

  /// 45 s, 12 min, 3 h 20 min.
  static func duration(_ seconds: TimeInterval) -> String {
    let minutes = Int(seconds / 60)
    if minutes < 1 { return "\(max(0, Int(seconds))) s" }
    return minutes < 60 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
  }
}
