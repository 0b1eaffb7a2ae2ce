/// The page of an experiment.
///
///     let page = ExperimentPage(content: report)
///     try page.html.write(to: url, atomically: true, encoding: .utf8)
public struct ExperimentPage: Sendable {
  /// What the page shows.
  public var content: ExperimentReport

  /// Makes a page.
  public init(content: ExperimentReport) {
    self.content = content
  }

  /// The page as one file.
  public var html: String {
    Page(
      title: content.title, kind: "experiment", introduction: content.introduction,
      sections: content.parts.enumerated().map { section($1, number: $0 + 1) }
        + [provenanceSection(content.provenance)] + notesSection(content.notes)
    ).html
  }

  private func section(_ part: ExperimentReport.Part, number: Int) -> Page.Section {
    let short = part.shortHeading.isEmpty ? part.heading : part.shortHeading
    return Page.Section("part-\(number)", part.heading, short: short) {
      part.paragraphs.map { paragraph in tag("p") { paragraph } }
      part.tables.map { card($0, under: part.heading) }
      if !part.charts.isEmpty {
        tag("div", ["class": "grid"]) {
          part.charts.map { chart in
            figure(
              chart.content.text.title, chart.caption.isEmpty ? nil : chart.caption,
              svg: chart.content.svg)
          }
        }
      }
      part.notes.map { note in tag("p", ["class": "remark"]) { note } }
    }
  }

  private func card(_ table: ExperimentReport.Table, under heading: String) -> Markup {
    tag("div", ["class": "card"]) {
      if !table.title.isEmpty { tag("h3") { table.title } }
      if !table.caption.isEmpty { tag("p", ["class": "note"]) { table.caption } }
      tag(
        "div",
        [
          "class": "scroll", "tabindex": "0", "role": "region",
          "aria-label": table.title.isEmpty ? heading : table.title,
        ]
      ) { table.content.markup }
    }
  }
}
