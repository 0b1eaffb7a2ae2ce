import Foundation
import Testing

@testable import Reports

@Suite struct `The page of methods compared` {
  static let results = `Methods compared`.small
  static let html = MethodComparisonPage(results: results).html

  private func outline(_ comparison: MethodComparison) throws -> Outline {
    let results = MethodResults(comparison, bootstrap: .init(resamples: 20))
    return try #require(Outline(MethodComparisonPage(results: results).html))
  }

  private func count(_ outline: Outline, _ name: String, _ value: String) -> Int {
    outline.attributes.count { $0.name == name && $0.value == value }
  }

  @Test func `is well-formed and holds all sections`() throws {
    let outline = try #require(Outline(Self.html))
    let sections = outline.attributes.filter { $0.element == "section" && $0.name == "id" }
    #expect(
      sections.map(\.value) == [
        "overview", "compared", "distance", "holes", "methods", "samples", "alarms", "settings",
        "notes", "reading",
      ])
    for method in Self.results.comparison.methods {
      #expect(outline.text.contains(method.name) && outline.text.contains(method.explanation))
    }
    for finding in Self.results.findings { #expect(outline.text.contains(finding.text)) }
  }

  @Test func `fetches nothing and links only to what it holds`() throws {
    let outline = try #require(Outline(Self.html))
    let identifiers = outline.attributes.filter { $0.name == "id" }.map(\.value)
    #expect(Set(identifiers).count == identifiers.count)
    let links = outline.attributes.filter {
      ["src", "href", "srcset", "data", "action", "poster"].contains($0.name)
    }
    #expect(links.count > 10)
    for link in links {
      #expect(link.value.hasPrefix("#") && identifiers.contains(String(link.value.dropFirst())))
    }
    let remaining = Self.html.replacing("xmlns=\"http://www.w3.org/2000/svg\"", with: "")
    for trace in ["http:", "https:", "//cdn", "url(", "@import", "<link", "fetch("] {
      #expect(!remaining.contains(trace))
    }
  }

  @Test func `shows markup in every text instead of obeying it`() throws {
    let evil = "<img src=x onerror=alert(1)>\"'&\u{0}"
    var found = SyntheticComparison.comparison(seeds: 2, steps: 10, holes: 1)
    found.title = evil
    found.introduction = [evil]
    found.methods[0].explanation = evil
    found.methods[0].settings = [Setting(evil, evil)]
    found.tasks[0].explanation = evil
    for index in found.runs.indices {
      found.runs[index].alarms = [
        .init(step: 1, meter: evil, message: evil, evidence: evil, samples: [0, 7])
      ]
      found.runs[index].samples = [
        .init(prompt: evil, tokens: [.init(evil, divergence: 1), .init(" " + evil)])
      ]
    }
    found.runs[0].failure = evil
    let seen = try outline(found)
    #expect(seen.elements["img"] == nil && seen.elements["script"] == 1)
    #expect(seen.text.ranges(of: "<img src=x").count > 12)
    // Names as well, which stand in drawings, buttons and tooltips too.
    found.methods[0].name = evil
    found.tasks[0].name = evil
    found.runs = found.runs.map { run in
      var run = run
      if run.method == "ppo" { run.method = evil }
      if run.task == "popcorn" { run.task = evil }
      return run
    }
    #expect(try outline(found).elements["img"] == nil)
  }

  @Test func `stands without any data, and with one seed of one method`() throws {
    let nothing = try outline(
      MethodComparison(
        title: "Nothing", methods: [], tasks: [], runs: [], provenance: Provenance(command: "")))
    #expect(nothing.text.contains("No finished run says"))
    var single = SyntheticComparison.comparison(seeds: 1, steps: 5, holes: 1)
    single.methods = Array(single.methods.prefix(1))
    let one = try outline(single)
    #expect(one.text.contains("no interval"))
    #expect(one.elements["table"] ?? 0 > 2)
    for index in single.runs.indices {
      single.runs[index].final = ["gold_reward": .nan, "kl": .infinity]
      single.runs[index].curves = ["kl": [.init(step: 0, value: .nan)]]
    }
    #expect(try outline(single).text.contains("not measured"))
  }

  @Test func `shows a missing value as missing and a diverged run as diverged`() throws {
    var found = SyntheticComparison.comparison(seeds: 2, steps: 5, holes: 1)
    for index in found.runs.indices where found.runs[index].method == "gaa" {
      found.runs[index].failure = "loss is not a number"
    }
    let seen = try outline(found)
    #expect(seen.text.contains("2 diverged"))
    #expect(seen.text.contains("A seed diverged: loss is not a number."))
    // Hole and control of the method that has no rate.
    #expect(count(seen, "class", "hole missing") == 1)
    #expect(count(seen, "class", "control missing") == 1)
    #expect(seen.text.contains("—not measured"))
  }

  @Test func `has a panel for every button, the first one pressed`() throws {
    let outline = try #require(Outline(Self.html))
    let buttons = outline.attributes.filter { $0.name == "data-choose" }.map(\.value)
    let shown = outline.attributes.filter { $0.name == "data-panel" }.map(\.value)
    #expect(buttons == shown && Set(buttons).count == buttons.count)
    // Methods; tasks of samples; holes, all holes and all controls.
    #expect(buttons.count == 6 + 4 + 4)
    // Nothing is hidden before the script runs.
    #expect(!outline.attributes.contains { $0.name == "hidden" && $0.element != "button" })
  }

  @Test func `colours tokens by any of three numbers, with words beside the colours`() throws {
    let outline = try #require(Outline(Self.html))
    for shade in TokenShade.allCases {
      #expect(count(outline, "data-by", shade.rawValue) == 1)
      #expect(count(outline, "data-legend", shade.rawValue) == 1)
      #expect(
        Self.html.contains("[data-shade=\(shade.rawValue)] .token[data-\(shade.rawValue)=\"4\"]"))
    }
    #expect(outline.attributes.contains { $0.name == "data-advantage" && $0.value.hasPrefix("-") })
    #expect(outline.text.contains("most at “popcorn”"))
    #expect(
      outline.attributes.contains { $0.name == "title" && $0.value.contains("· Advantage ") })
  }

  @Test func `gives every alarm a mark, a place and its evidence`() throws {
    let outline = try #require(Outline(Self.html))
    let total = Self.results.comparison.runs.reduce(0) { $0 + $1.alarms.count }
    #expect(total > 3)
    #expect(count(outline, "class", "alarm") == total)
    #expect(
      outline.attributes.count { $0.name == "href" && $0.value.hasPrefix("#alarm-") } == total)
    #expect(outline.text.contains("Proxy rose for ten steps while gold fell."))
    var quiet = SyntheticComparison.comparison(seeds: 2, steps: 5, holes: 1)
    for index in quiet.runs.indices { quiet.runs[index].alarms = [] }
    #expect(count(try self.outline(quiet), "id", "alarms") == 0)
  }

  @Test func `draws the front over the holes only`() {
    #expect(Self.html.ranges(of: ">front</text>").count == 1)
  }

  @Test func `keeps its content through JSON`() throws {
    let content = Self.results.comparison
    let data = try JSONEncoder().encode(content)
    #expect(try JSONDecoder().decode(MethodComparison.self, from: data) == content)
  }
}

@Suite struct `Shades` {
  @Test func `have four steps on either side of none`() {
    let values: [Double] = [-9, -1, -0.1, 0, 0.13, 0.5, 1, 3]
    let steps = values.map { TokenShade.step($0, scale: 1) }
    #expect(steps == [-4, -4, 0, 0, 1, 2, 4, 4])
    #expect(TokenShade.step(.nan, scale: 1) == 0 && TokenShade.step(1, scale: 0) == 0)
  }

  @Test func `take their scale from the sizes, without the greatest`() {
    let tokens = (1...100).map { MethodComparison.Token("t", advantage: $0 == 100 ? -1000 : 2) }
    let sample = MethodComparison.Sample(prompt: "", tokens: tokens)
    #expect(TokenShade.advantage.scale(of: [sample]) == 2)
    #expect(TokenShade.reward.scale(of: [sample]) == nil)
    #expect(TokenShade.divergence.scale(of: []) == nil)
  }

  // WCAG 2.2, 1.4.3: 4.5 to 1.
  @Test(arguments: -TokenShade.reach...TokenShade.reach)
  func `let text be read on every step in both themes`(step: Int) {
    let position = Double(step) / Double(DivergingColors.reach)
    #expect(contrast("#1b1f24", DivergingColors.light.color(at: position)) >= 4.5)
    #expect(contrast("#ffffff", DivergingColors.dark.color(at: position)) >= 4.5)
  }

  private func contrast(_ one: String, _ other: String) -> Double {
    let (a, b) = (luminance(one), luminance(other))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }

  private func luminance(_ color: String) -> Double {
    let value = Int(color.dropFirst(), radix: 16) ?? 0
    let parts = [value >> 16, value >> 8, value].map { part -> Double in
      let share = Double(part & 255) / 255
      return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
  }
}
