import ArgumentParser
import Foundation
import RunRecords

struct MetricsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "What every metric of a run means.",
    discussion: """
      Without names all of them, as in Documentation/Metrics.md: rein metrics > Documentation/Metrics.md

        rein metrics objective/kl val/ratio
      """)

  @Argument(help: "The names of metrics; none is all.")
  var names: [String] = []

  @Flag(help: "Print one JSON object per metric.")
  var json = false

  func run() throws {
    let metrics = try names.isEmpty ? Metric.catalogue : names.map(metric)
    if !json && names.isEmpty { return Console.write(Data(Metric.glossaryPage.utf8)) }
    for metric in metrics {
      guard json else {
        Console.print("\(metric.name) (\(unit(of: metric)))\n  \(metric.meaning)")
        continue
      }
      try Console.printJSON([
        "name": metric.name, "unit": metric.unit.rawValue, "meaning": metric.meaning,
      ])
    }
  }

  private func unit(of metric: Metric) -> String {
    let better: String =
      switch metric.direction {
      case .rising: "; greater is better"
      case .falling: "; smaller is better"
      case nil: ""
      }
    return (metric.unit == .none ? "no unit" : metric.unit.rawValue) + better
  }

  private func metric(_ name: String) throws -> Metric {
    if let metric = Metric.named(name) { return metric }
    let near = MetricChoice.suggestion(for: name, among: Metric.catalogue.map(\.name))
    throw InputProblem(
      "no metric is called '\(name)'" + (near.isEmpty ? "; rein metrics lists all" : near))
  }
}
