import Testing

@testable import Reports

@Suite struct `Text tables` {
  private let table = TextTable(
    columns: [
      .init("method"), .init("rate", alignment: .decimal), .init("seeds", alignment: .trailing),
    ],
    rows: [
      ["ppo", "0.91 ± 0.11", "5"], ["映画", "12.345", "10"],
      [TextTable.Cell("a|b", emphasis: .bad), "—", ""],
    ])

  @Test func `line up at the decimal point, whatever the script`() {
    #expect(
      table.terminal() == """
        method           rate  seeds
        ──────  ─────────────  ─────
        ppo      0.91  ± 0.11      5
        映画    12.345            10
        a|b      —
        """)
  }

  @Test func `colour only when asked`() {
    #expect(!table.terminal().contains("\u{1B}"))
    #expect(table.terminal(coloring: .ansi).contains("\u{1B}[31ma|b   \u{1B}[0m"))
  }

  @Test func `become Markdown with escaped bars`() {
    #expect(
      table.markdown == """
        | method |        rate | seeds |
        | ------ | ----------: | ----: |
        | ppo    | 0.91 ± 0.11 |     5 |
        | 映画   |      12.345 |    10 |
        | a\\|b   |           — |       |
        """)
  }

  @Test func `keep rows apart when a text has line breaks`() {
    let table = TextTable(columns: [.init("text")], rows: [["one\ntwo\r\nthree"]])
    #expect(table.terminal().split(separator: "\n").count == 3)
  }

  @Test func `may be empty`() {
    #expect(TextTable(columns: [.init("method")]).terminal() == "method\n──────")
  }

  @Test(arguments: [
    ("ppo", 3), ("映画", 4), ("🎬", 2), ("e\u{301}", 1), ("👩‍👩‍👧", 2), ("한국", 4), ("❤️", 2), ("", 0),
  ])
  func `know how wide a text is`(text: String, width: Int) {
    #expect(terminalWidth(of: text) == width)
  }
}

@Suite struct `Sparklines` {
  @Test func `span from the lowest to the highest bar`() {
    #expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█")
  }

  @Test func `show gaps and constants`() {
    #expect(sparkline([1, .nan, 1]) == "▄·▄")
    #expect(sparkline([]) == "")
    #expect(sparkline([.nan, .infinity]) == "··")
  }

  @Test func `fit the width`() {
    #expect(sparkline((0..<1000).map(Double.init), width: 10).count == 10)
  }

  @Test func `survive the largest numbers`() {
    #expect(sparkline([-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude]) == "▁█")
  }
}
