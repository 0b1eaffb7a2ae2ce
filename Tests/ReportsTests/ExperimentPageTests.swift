import Testing

@testable import Reports

@Suite struct `Pages of experiments` {
  private static let report = ExperimentReport(
    title: "Cakes & <ale>", introduction: ["First paragraph.", "Second paragraph."],
    parts: [
      ExperimentReport.Part(
        heading: "Long heading", shortHeading: "Short", paragraphs: ["What was seen."],
        tables: [
          ExperimentReport.Table(
            title: "Table", caption: "How to read it.",
            TextTable(
              columns: [
                TextTable.Column("name"), TextTable.Column("number", alignment: .decimal),
              ],
              rows: [
                ["a<b", "0.27"], ["c", TextTable.Cell("0.268941", emphasis: .caution)], ["short"],
              ]))
        ],
        charts: [
          ExperimentReport.Chart(
            caption: "A caption.",
            LineChart(
              text: ChartText(title: "Chart", summary: "", horizontal: "", vertical: ""),
              series: []))
        ], notes: ["A remark."])
    ], provenance: Provenance(command: "rein reproduce something"), notes: ["On the whole."])

  @Test func `hold every word, table and chart of their report`() throws {
    let outline = try #require(Outline(ExperimentPage(content: Self.report).html))
    let words = [
      "Cakes & <ale>", "First paragraph.", "Second paragraph.", "Long heading", "Short",
      "What was seen.", "Table", "How to read it.", "number", "a<b", "0.268941", "Chart",
      "A caption.", "A remark.", "rein reproduce something", "On the whole.", "experiment",
    ]
    for word in words { #expect(outline.text.contains(word), "\(word)") }
    #expect(outline.elements["table"] == 1 && outline.elements["figure"] == 1)
    #expect(outline.elements["th"] == 2 + 3 && outline.elements["td"] == 3)
  }

  @Test func `line numbers up at their points and keep what a cell wants to say`() throws {
    let html = ExperimentPage(content: Self.report).html
    // Four digits fewer than the longest: four figure spaces.
    #expect(html.contains("0.27\u{2007}\u{2007}\u{2007}\u{2007}<"))
    #expect(html.contains("<td class=\"number caution\">0.268941<"))
  }

  @Test func `fetch nothing and link to their own sections`() throws {
    let outline = try #require(Outline(ExperimentPage(content: Self.report).html))
    let identifiers = outline.attributes.filter { $0.name == "id" }.map(\.value)
    #expect(identifiers.count == Set(identifiers).count)
    for attribute in outline.attributes where attribute.name == "href" {
      #expect(identifiers.contains(String(attribute.value.dropFirst())))
    }
    #expect(!outline.attributes.contains { $0.name == "src" })
  }

  @Test func `stand without any parts`() throws {
    let empty = ExperimentReport(
      title: "Nothing", introduction: [], parts: [], provenance: Provenance(command: ""))
    #expect(Outline(ExperimentPage(content: empty).html) != nil)
    #expect(empty.terminal().isEmpty)
  }

  @Test func `have the same tables in a terminal and in Markdown`() {
    let markdown = Self.report.markdown
    let terminal = Self.report.terminal()
    for word in ["Long heading", "How to read it.", "0.268941", "A remark."] {
      #expect(markdown.contains(word) && terminal.contains(word), "\(word)")
    }
    #expect(markdown.contains("`rein reproduce something`"))
    #expect(markdown.hasPrefix("# Cakes & <ale>\n\n") && markdown.hasSuffix("A remark.\n"))
  }
}
