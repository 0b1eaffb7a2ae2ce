/// The page of methods beside each other.
///
///     let page = MethodComparisonPage(results: MethodResults(comparison))
///     try page.html.write(to: url, atomically: true, encoding: .utf8)
public struct MethodComparisonPage: Sendable {
  /// The numbers and what they were made of.
  public var results: MethodResults

  /// Makes a page.
  public init(results: MethodResults) {
    self.results = results
  }

  var content: MethodComparison { results.comparison }

  /// The page as one file.
  public var html: String {
    Page(
      title: content.title, kind: "methods compared", introduction: content.introduction,
      sections: [overviewSection, comparedSection] + distanceSections + holeSections + storySections
        + sampleSections + alarmSections + [provenanceSection(content.provenance)]
        + notesSection(content.notes) + [readingSection]
    ).html
  }

  private var readingSection: Page.Section {
    let metrics = results.known(MethodMetric.allCases, in: .holes)
    return Page.Section("reading", "How to read this page", short: "Reading") {
      tag("div", ["class": "card reading"]) {
        tag("dl") {
          metrics.map { metric in
            Markup([tag("dt") { metric.title }, tag("dd") { metric.explanation }])
          }
          MethodComparisonPage.readings.map { topic, text in
            Markup([tag("dt") { topic }, tag("dd") { text }])
          }
        }
      }
    }
  }

  private static let readings: KeyValuePairs = [
    "Interquartile mean":
      "The mean of the middle half of all runs, whatever their task (Agarwal et al., 2021). One run gone astray does not move it.",
    "Intervals":
      "95\u{202F}% intervals by stratified bootstrap: runs are drawn again within each task. Over two or three seeds of one task such an interval "
      + "is no wider than the seeds themselves, and with fewer than five it promises too much. With one seed there is none.",
    "Resamples":
      "“In 90\u{202F}% of the resamples” means: so often does it hold when the runs are drawn again from those there are. "
      + "It is not the probability that it holds for other tasks.",
    "Falling into a hole":
      "A seed fell when its hack rate lies more than ten points above every seed of the same method in the clean control, or above ten "
      + "per cent where there is no control.",
    "The front":
      "The methods that no other beats in both: less KL and no less gold. Along the dotted line nothing that was tried earns more so near to the start.",
    "What is missing":
      "A dash stands for what was not measured, and never for zero. Runs that did not come to their end are in no average; "
      + "a star marks averages in which a whole task is missing, and such methods are not ranked.",
  ]
}

/// Buttons of which one is pressed, each showing its own part of the page; without scripts all parts are there.
///
/// - Parameters:
///   - group: What the choice is called in the page's source; no two on a page are the same.
///   - purpose: What is chosen, for screen readers.
///   - parts: The name on each button and what it shows.
/// - Returns: The buttons and the parts.
func panels(
  _ group: String, purpose: String, _ parts: [(name: String, style: SeriesStyle?, content: Markup)]
) -> Markup {
  guard parts.count > 1 else { return Markup(parts.map(\.content)) }
  return Markup([
    tag("div", ["class": "key", "role": "group", "aria-label": purpose]) {
      parts.enumerated().map { place, part in
        tag(
          "button",
          [
            "type": "button", "disabled": "disabled", "data-choose": "\(group)-\(place)",
            "data-group": group, "aria-pressed": "\(place == 0)",
          ]
        ) {
          part.style.map(swatch) ?? .empty
          part.name
        }
      }
    },
    Markup(
      parts.enumerated().map { place, part in
        tag("div", ["data-panel": "\(group)-\(place)", "data-group": group]) {
          tag("h3", ["class": "panel-title"]) { part.name }
          part.content
        }
      }),
  ])
}
