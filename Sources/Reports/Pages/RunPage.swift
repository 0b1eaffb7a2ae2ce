/// The page of any single run: all its curves, its samples and its configuration.
public struct RunPage: Sendable {
  /// What the page shows.
  public var content: RunReport

  /// Makes a page.
  public init(content: RunReport) {
    self.content = content
  }

  /// The page as one file.
  public var html: String {
    Page(
      title: content.title, introduction: [],
      sections: [summarySection] + metricSections + sampleSections + configurationSections
        + [provenanceSection(content.provenance)] + notesSection(content.notes)
    ).html
  }

  private var prefixes: [String] {
    content.metrics.map(\.prefix).reduce(into: []) { prefixes, prefix in
      if !prefixes.contains(prefix) { prefixes.append(prefix) }
    }
  }

  private var summarySection: Page.Section {
    Page.Section("summary", "Summary") {
      if content.metrics.isEmpty {
        tag("p") { "No metrics were recorded." }
      } else {
        tag("div", ["class": "card"]) {
          tag(
            "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": "Summary"]
          ) { summaryTable }
        }
      }
    }
  }

  private var summaryTable: Markup {
    tag("table") {
      tag("thead") {
        tag("tr") {
          tag("th", ["scope": "col"]) { "Metric" }
          tag("th", ["scope": "col"]) { "Over the run" }
          ["First", "Last", "Lowest", "Highest"].map { title in
            tag("th", ["scope": "col", "class": "number"]) { title }
          }
        }
      }
      tag("tbody") {
        content.metrics.map { metric in
          let values = metric.points.map(\.value)
          let finite = values.filter(\.isFinite)
          return tag("tr") {
            tag("th", ["scope": "row"]) { metric.name }
            tag("td") {
              Markup(
                verbatim: SparklineDrawing(
                  values: Band([metric.points]).points.compactMap(\.summary.mean),
                  style: .numbered(3), title: metric.name
                ).svg)
            }
            [values.first, values.last, finite.min(), finite.max()].map { value in
              tag("td", ["class": "number"]) { NumberFormat.significant(value) }
            }
          }
        }
      }
    }
  }

  private var metricSections: [Page.Section] {
    prefixes.enumerated().map { place, prefix in
      Page.Section("metrics-\(place + 1)", prefix.isEmpty ? "General" : prefix) {
        tag("div", ["class": "grid small"]) {
          content.metrics.filter { $0.prefix == prefix }.map(metricFigure)
        }
      }
    }
  }

  private func metricFigure(_ metric: MetricCurve) -> Markup {
    let rejected = metric.points.count { !$0.value.isFinite }
    let note = rejected > 0 ? "\(rejected) values were not finite and are left out. " : ""
    let last = NumberFormat.significant(metric.points.last?.value)
    let chart = LineChart(
      text: ChartText(
        title: metric.name, summary: "Last value \(last). \(note)\(metric.explanation)",
        horizontal: "step", vertical: ""),
      series: [
        LineChart.Series(name: metric.name, style: .numbered(3), band: Band([metric.points]))
      ], size: .small)
    let caption = note + metric.explanation
    return figure(metric.name, caption.isEmpty ? nil : caption, svg: chart.svg)
  }

  private var sampleSections: [Page.Section] {
    guard !content.samples.isEmpty else { return [] }
    return [
      Page.Section("samples", "Samples") {
        content.samples.map { sample in
          tag("article", ["class": "card"]) {
            tag("p", ["class": "eyebrow"]) { "Step \(sample.step)" }
            tag("p", ["class": "prompt"]) { sample.prompt }
            tag("div", ["class": "samples"]) {
              tag("div", ["class": "sample"]) {
                tag("p") { sample.completion }
              }
            }
            tag("p", ["class": "note"]) {
              sample.scores.sorted { $0.key < $1.key }
                .map { "\($0.key) \(NumberFormat.significant($0.value))" }.joined(separator: " · ")
            }
          }
        }
      }
    ]
  }

  private var configurationSections: [Page.Section] {
    guard !content.configuration.isEmpty else { return [] }
    return [
      Page.Section("configuration", "Configuration") {
        tag("div", ["class": "card"]) {
          tag("pre") { tag("code") { content.configuration } }
        }
      }
    ]
  }
}
