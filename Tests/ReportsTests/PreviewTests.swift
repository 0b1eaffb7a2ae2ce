import Foundation
import Testing

@testable import Reports

/// Where to write pages for looking at, such as a temporary folder; unset in ordinary runs.
private let previewFolder = ProcessInfo.processInfo.environment["REIN_PREVIEW_FOLDER"]

@Suite struct `Previews` {
  @Test(.enabled(if: previewFolder != nil)) func `write the pages where a browser can show them`()
    throws
  {
    let folder = URL(fileURLWithPath: try #require(previewFolder), isDirectory: true)
    let methods = MethodResults(
      SyntheticComparison.comparison(), bootstrap: .init(resamples: 200))
    let pages = [
      "honeypot": HoneypotPage(content: SyntheticReport.report()).html,
      "honeypot-one": HoneypotPage(content: SyntheticReport.report(seeds: 1)).html,
      "honeypot-two": HoneypotPage(content: SyntheticReport.report(seeds: 2)).html,
      "methods": MethodComparisonPage(results: MethodResults(SyntheticComparison.comparison()))
        .html,
      "methods-one": MethodComparisonPage(
        results: MethodResults(SyntheticComparison.comparison(seeds: 1, holes: 1))
      ).html,
      "run": RunPage(content: SyntheticReport.run).html,
    ]
    for (name, html) in pages {
      let file = folder.appendingPathComponent(name + ".html")
      try html.write(to: file, atomically: true, encoding: .utf8)
    }
    let report = SyntheticReport.report()
    let table = report.table(on: report.forms[0])
    try (methods.terminal() + "\n\n" + methods.markdown)
      .write(to: folder.appendingPathComponent("methods.txt"), atomically: true, encoding: .utf8)
    try (table.terminal() + "\n\n" + table.markdown)
      .write(to: folder.appendingPathComponent("table.txt"), atomically: true, encoding: .utf8)
  }
}
