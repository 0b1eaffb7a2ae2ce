import Testing

@testable import Reports

private func run(
  _ name: String, seed: Int, rate: String = "0.1", command: String = "ppo", ends: Double = 1
) -> RunComparison.Run {
  RunComparison.Run(
    name: name, command: command,
    settings: [
      Setting("seed", "\(seed)"), Setting("training.rate", rate),
      Setting("output", "models/\(name)"), Setting("policy", "base"),
    ],
    curves: [
      MetricCurve(
        name: "score",
        points: (0..<20).map { CurvePoint(step: Double($0), value: ends * Double($0)) })
    ],
    samples: [1, 20].map {
      RunSample(step: $0, prompt: "The film", completion: "of \(name) at \($0)")
    })
}

private let score = RunComparison.Metric("score", direction: .rising)

private func comparison(_ runs: [RunComparison.Run], isGrouped: Bool = false) -> RunComparison {
  RunComparison(runs: runs, areSeedsGrouped: isGrouped, metrics: [score])
}

@Suite struct `Runs beside each other` {
  private let sweep = [
    run("sweep-1", seed: 1, ends: 1), run("sweep-2", seed: 2, ends: 2),
    run("sweep-3", seed: 3, ends: 3),
  ]

  @Test func `tell only the keys that differ`() {
    let found = comparison([run("a", seed: 1), run("b", seed: 1, rate: "0.2")])
    #expect(found.differences.map(\.key) == ["training.rate", "output"])
    #expect(found.differences[0].values == ["0.1", "0.2"])
    #expect(comparison([run("a", seed: 1), run("a", seed: 1)]).differences.isEmpty)
  }

  @Test func `count a key that one of them lacks as a difference`() {
    var other = run("b", seed: 1)
    other.settings.removeAll { $0.name == "policy" }
    let found = comparison([run("a", seed: 1), other]).differences
    #expect(found.first { $0.key == "policy" }?.values == ["base", "—"])
  }

  @Test func `have last, best and the mean of the last tenth`() throws {
    let row = try #require(comparison([run("a", seed: 1)]).numberTable.rows.first)
    #expect(row.map(\.text).suffix(3) == ["19.0", "19.0 at 19", "18.5"])
  }

  @Test func `are one where only seed and output differ, if asked`() throws {
    #expect(comparison(sweep).groups.count == 3)
    let found = comparison(sweep + [run("other", seed: 1, rate: "0.2")], isGrouped: true)
    #expect(found.groups.map(\.name) == ["sweep × 3", "other"])
    #expect(found.differences.first { $0.key == "seed" }?.values == ["1, 2, 3", "1"])
    // 19, 38, 57: s = 19, half-width 4.302653·19/√3 = 47.2.
    #expect(found.numberTable.rows[0].map(\.text)[3] == "38 ± 47")
  }

  @Test func `are not one where the command differs`() {
    let found = comparison(
      [run("a", seed: 1), run("b", seed: 2, command: "control")], isGrouped: true)
    #expect(found.groups.count == 2)
  }

  @Test func `of two seeds show both values`() {
    let found = comparison(Array(sweep.prefix(2)), isGrouped: true)
    #expect(found.numberTable.rows[0].map(\.text)[3] == "19.0 to 38.0")
  }

  @Test func `put completions of the same step side by side on their page`() throws {
    let found = comparison([run("a", seed: 1), run("b", seed: 2)])
    let outline = try #require(Outline(ComparisonPage(content: found).html))
    #expect(outline.elements["article"] == 2)
    for text in ["of a at 1", "of b at 1", "of a at 20", "of b at 20", "training.rate"] {
      #expect(outline.text.contains(text) == (text != "training.rate"), "\(text)")
    }
    let links = outline.attributes.filter { ["src", "href"].contains($0.name) }
    #expect(links.allSatisfy { $0.value.hasPrefix("#") })
  }

  @Test func `need no completions in common`() throws {
    var other = run("b", seed: 2)
    other.samples = []
    let outline = try #require(
      Outline(ComparisonPage(content: comparison([run("a", seed: 1), other])).html))
    #expect(outline.elements["article"] == nil)
  }
}

@Suite struct `Lists of runs` {
  private let rows = [
    RunListing.Row(
      name: "a", command: "ppo", started: "2026-01-01 00:00", steps: 9, state: "finished",
      bytes: 2048, values: [.init("score", 0.5), .init("kl", .nan)], page: "a/report.html"),
    RunListing.Row(
      name: "b", command: "", started: "", steps: 0, state: "damaged", bytes: 3,
      problem: "manifest.json:1: is not the manifest of a run"),
  ]

  @Test func `say what matters for each run, and what is wrong with it`() {
    let table = RunListing(title: "runs", rows: rows).table
    #expect(
      table.rows[0].map(\.text)
        == ["a", "ppo", "2026-01-01 00:00", "9", "finished", "2.0 KiB", "score 0.500 · kl —"])
    #expect(table.rows[1].last?.text == "manifest.json:1: is not the manifest of a run")
  }

  @Test func `have columns for chosen metrics`() {
    let table = RunListing(title: "runs", rows: rows, metrics: ["score"]).table
    #expect(table.columns.map(\.title).suffix(2) == ["score", "problem"])
    #expect(table.rows[0][6].text == "0.500")
    #expect(table.rows[1].last?.text.contains("manifest") == true)
  }

  @Test func `are a page with links to the runs' own`() throws {
    let outline = try #require(Outline(RunListing(title: "runs", rows: rows).html))
    let links = outline.attributes.filter { $0.name == "href" }.map(\.value)
    #expect(links == ["#runs", "a/report.html"])
    #expect(outline.text.contains("is not the manifest"))
  }
}
