extension Metric {
  /// Documentation/Metrics.md: the glossary under its heading.
  public static var glossaryPage: String { "# Metrics\n\n" + glossary() }

  /// The catalogue as a Markdown table, for the documentation.
  ///
  /// - Parameter metrics: The rows, in order.
  /// - Returns: The table, with a line feed at its end.
  public static func glossary(of metrics: [Metric] = catalogue) -> String {
    var lines = ["| Metric | Unit | Meaning |", "|---|---|---|"]
    for metric in metrics {
      // A bar inside a cell would end it.
      let meaning = metric.meaning.split(separator: "|", omittingEmptySubsequences: false)
        .joined(separator: "\\|")
      lines.append("| `\(metric.name)` | \(metric.unit.rawValue) | \(meaning) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
