import ArgumentParser
import RunRecords

struct MetricsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "What every metric of a run means.",
    discussion:
      "The same glossary is Documentation/Metrics.md: rein metrics > Documentation/Metrics.md")

  @Flag(help: "Print one JSON object per metric.")
  var json = false

  func run() throws {
    guard json else { return Console.print("# Metrics\n\n" + Metric.glossary()) }
    for metric in Metric.catalogue {
      try Console.printJSON([
        "name": metric.name, "unit": metric.unit.rawValue, "meaning": metric.meaning,
      ])
    }
  }
}
