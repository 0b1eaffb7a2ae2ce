/// The page of any single run: what it came to, all its curves, its completions and its configuration.
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
      sections: [overviewSection] + distanceSections + sampleSections + metricSections
        + numberSections + configurationSections + [provenanceSection(content.provenance)]
        + notesSection(content.notes)
    ).html
  }

  func curve(_ name: String) -> MetricCurve? {
    content.metrics.first { $0.name == name }
  }

  private var configurationSections: [Page.Section] {
    guard !content.configuration.isEmpty else { return [] }
    return [
      Page.Section("configuration", "Configuration") {
        tag("details", ["class": "card"]) {
          tag("summary") { "All keys, as they were resolved" }
          tag("pre") { tag("code") { content.configuration } }
        }
      }
    ]
  }
}
