import Foundation
import Testing

@testable import Reports

@Suite struct `Pages` {
  static let full = SyntheticReport.report(seeds: 2, steps: 12)
  static let fullPage = HoneypotPage(content: full).html

  @Test func `are well-formed and hold all sections`() throws {
    let outline = try #require(Outline(Pages.fullPage))
    #expect(outline.elements["section"] == 10)
    for method in SyntheticReport.methods { #expect(outline.text.contains(method)) }
    #expect(outline.text.contains("rein reproduce honeypot"))
  }

  @Test func `fetch nothing`() throws {
    for html in [
      Pages.fullPage, RunPage(content: SyntheticReport.run).html,
    ] {
      let outline = try #require(Outline(html))
      let names = ["src", "href", "srcset", "data", "action", "poster"]
      for attribute in outline.attributes where names.contains(attribute.name) {
        #expect(attribute.value.hasPrefix("#"), "\(attribute.element) points outside")
      }
      let remaining = html.replacing("xmlns=\"http://www.w3.org/2000/svg\"", with: "")
      for trace in ["http:", "https:", "//cdn", "url(", "@import", "<link", "fetch("] {
        #expect(!remaining.contains(trace))
      }
    }
  }

  @Test func `link only to sections that exist`() throws {
    let outline = try #require(Outline(Pages.fullPage))
    let identifiers = outline.attributes.filter { $0.name == "id" }.map(\.value)
    #expect(Set(identifiers).count == identifiers.count)
    for link in outline.attributes where link.name == "href" {
      #expect(identifiers.contains(String(link.value.dropFirst())))
    }
  }

  @Test func `show markup in completions instead of obeying it`() throws {
    var report = Pages.full
    report.title = "</title><script>alert(1)</script>"
    report.samples[0].base.text = "<img src=x onerror=alert(1)> \u{0}\u{1B}[31m popcorn"
    let html = HoneypotPage(content: report).html
    let outline = try #require(Outline(html))
    #expect(outline.elements["script"] == 1)
    #expect(outline.elements["img"] == nil)
    #expect(outline.text.contains("<img src=x onerror=alert(1)>"))
  }

  @Test func `stand without any data`() throws {
    let empty = HoneypotReport(
      title: "Nothing",
      task: HoneypotTask(introduction: "", bonusWord: BonusWord("")), forms: [],
      provenance: Provenance(command: ""))
    let outline = try #require(Outline(HoneypotPage(content: empty).html))
    #expect(outline.text.contains("No runs were recorded."))
    let run = RunReport(title: "Nothing", metrics: [], provenance: Provenance(command: ""))
    #expect(try #require(Outline(RunPage(content: run).html)).text.contains("No metrics"))
  }

  @Test func `say when one seed gives no interval`() throws {
    let page = HoneypotPage(content: SyntheticReport.report(seeds: 1, steps: 5))
    let outline = try #require(Outline(page.html))
    #expect(outline.text.contains("has no interval"))
    #expect(outline.text.contains("Too few seeds to judge"))
    #expect(!outline.text.contains("fell into the hole."))
  }

  @Test func `survive values that are not finite`() throws {
    var report = Pages.full
    report.forms[0].methods[1].runs[0].final["gold_reward"] = .nan
    report.forms[0].methods[1].runs[0].curves["gold_reward"] = [
      CurvePoint(step: 0, value: .nan), CurvePoint(step: 1, value: .infinity),
    ]
    let outline = try #require(Outline(HoneypotPage(content: report).html))
    #expect(outline.text.contains("(1 not finite)"))
  }

  @Test func `of single runs group metrics by prefix`() throws {
    let outline = try #require(Outline(RunPage(content: SyntheticReport.run).html))
    let headings = ["objective", "policy", "loss", "General", "Configuration"]
    for heading in headings { #expect(outline.text.contains(heading)) }
    // One for each metric, and the score against √KL.
    #expect(outline.elements["figure"] == SyntheticReport.run.metrics.count + 1)
  }

  @Test func `keep their content through JSON`() throws {
    let data = try JSONEncoder().encode(Pages.full)
    #expect(try JSONDecoder().decode(HoneypotReport.self, from: data) == Pages.full)
  }
}
