/// The page of several runs beside each other.
public struct ComparisonPage: Sendable {
  /// What the page shows.
  public var content: RunComparison

  /// Makes a page.
  public init(content: RunComparison) {
    self.content = content
  }

  /// The page as one file.
  public var html: String {
    Page(
      title: content.groups.count > 4
        ? "\(content.groups.count) runs" : content.groups.map(\.name).joined(separator: ", "),
      kind: "runs compared",
      introduction: [],
      sections: [numberSection, differenceSection, curveSection] + sampleSections
        + [provenanceSection(Provenance(command: content.command))]
    ).html
  }

  private var numberSection: Page.Section {
    Page.Section("numbers", "Numbers") {
      tag("p") {
        "The last value, the best one with its step, and the mean of the last tenth."
          + (content.groups.contains { $0.runs.count > 1 }
            ? " Of several seeds: the mean ± half of the 95\u{202F}% interval, of two both." : "")
      }
      scrollingTable(content.numberTable, label: "Numbers")
    }
  }

  private var differenceSection: Page.Section {
    Page.Section("differences", "What differs", short: "Differences") {
      if content.differences.isEmpty {
        tag("p") { "The configurations are the same, key by key." }
      } else {
        scrollingTable(content.differenceTable, label: "Differences")
      }
    }
  }

  private var curveSection: Page.Section {
    Page.Section("curves", "Curves") {
      seriesKey(
        content.groups.enumerated().map { ($1.name, content.style(of: $0)) }, of: "run")
      tag("div", ["class": "grid"]) { content.drawn.map(curveFigure) }
    }
  }

  private func curveFigure(_ metric: RunComparison.Metric) -> Markup {
    let series = content.groups.enumerated().compactMap { place, group in
      content.digest(of: metric, in: group).map { digest in
        LineChart.Series(
          name: shortened(group.name), style: content.style(of: place), band: digest.band)
      }
    }.filter { !$0.band.points.isEmpty }
    let ends = series.compactMap { one in
      one.band.points.last.map { "\(one.name) \(NumberFormat.significant($0.summary.mean))" }
    }
    let chart = LineChart(
      text: ChartText(
        title: metric.name, summary: "At the end: \(ends.joined(separator: ", ")).",
        horizontal: "step", vertical: ""), series: series)
    return figure(
      metric.name, metric.explanation.isEmpty ? nil : metric.explanation, svg: chart.svg)
  }

  /// A name that leaves room for the curves; the key above has the whole one.
  private func shortened(_ name: String) -> String {
    name.count > 16 ? name.prefix(7) + "…" + name.suffix(8) : name
  }

  private var sampleSections: [Page.Section] {
    let steps = content.commonSteps
    guard let last = steps.last, content.groups.count > 1 else { return [] }
    let shown = steps.first == last ? [last] : [steps[0], last]
    return [
      Page.Section("samples", "Completions at the same step", short: "Completions") {
        if content.groups.contains(where: { $0.runs.count > 1 }) {
          tag("p") { "Of several seeds the first one’s." }
        }
        shown.map { step in Markup(content.samples(at: step).map { article($0, step: step) }) }
      }
    ]
  }

  private func article(_ samples: [RunSample], step: Int) -> Markup {
    let isOnePrompt = Set(samples.map(\.prompt)).count == 1
    return tag("article", ["class": "card"]) {
      tag("p", ["class": "eyebrow"]) { "Step \(step)" }
      if isOnePrompt { tag("p", ["class": "prompt"]) { samples[0].prompt } }
      tag("div", ["class": "samples"]) {
        samples.enumerated().map { place, sample in
          tag("div", ["class": "sample"]) {
            tag("header") {
              tag("b") {
                swatch(content.style(of: place))
                content.groups[place].name
              }
              tag("span") { scoreText(sample.scores) }
            }
            tag("p") {
              if !isOnePrompt { tag("span", ["class": "given"]) { sample.prompt } }
              sample.completion
            }
          }
        }
      }
    }
  }

  private func scoreText(_ scores: [String: Double]) -> String {
    scores.sorted { $0.key < $1.key }
      .map { "\($0.key) \(NumberFormat.significant($0.value))" }.joined(separator: " · ")
  }
}

extension RunComparison {
  /// The steps at which the first run of every group has completions.
  var commonSteps: [Int] {
    let sets = groups.map { group in Set(group.runs.first?.samples.map(\.step) ?? []) }
    guard let first = sets.first else { return [] }
    return sets.dropFirst().reduce(first) { $0.intersection($1) }.sorted()
  }

  /// The first few completions of a step, each with those of all groups.
  func samples(at step: Int, limit: Int = 3) -> [[RunSample]] {
    let columns = groups.map { group in
      group.runs.first?.samples.filter { $0.step == step } ?? []
    }
    let count = min(limit, columns.map(\.count).min() ?? 0)
    return (0..<count).map { place in columns.map { $0[place] } }
  }
}
