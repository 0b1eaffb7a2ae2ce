import Foundation
import Testing

@testable import Reports

private typealias Run = MethodComparison.Run

private func run(
  _ method: String, _ task: String, seed: Int, gold: Double, hacks: Double = 0, kl: Double = 2,
  failure: String? = nil
) -> Run {
  Run(
    method: method, task: task, seed: seed,
    final: ["gold_reward": gold, "hack_rate": hacks, "kl": kl],
    curves: [
      "gold_reward": [.init(step: 0, value: 0), .init(step: 1, value: gold)],
      "kl": [.init(step: 0, value: 0), .init(step: 1, value: kl)],
    ], failure: failure)
}

private func comparison(
  _ runs: [Run], methods: [String] = ["a", "b"],
  tasks: [MethodComparison.RewardTask] = [.init("x"), .init("x-clean", controlOf: "x")]
) -> MethodComparison {
  MethodComparison(
    title: "T", methods: methods.map { .init($0) }, tasks: tasks, runs: runs,
    provenance: Provenance(command: "rein compare"))
}

private func numbers(_ comparison: MethodComparison, resamples: Int = 200) -> MethodResults {
  MethodResults(comparison, bootstrap: .init(resamples: resamples, seed: 5))
}

@Suite struct `Methods compared` {
  static let small = numbers(
    SyntheticComparison.comparison(seeds: 3, steps: 30, holes: 2), resamples: 100)

  @Test func `have the same rows when listed twice, whatever the name and the place`() {
    var found = source
    let twins = found.runs.filter { $0.method == "gaa" }.map { run -> Run in
      var run = run
      run.method = "another name"
      return run
    }
    found.methods.insert(.init("another name"), at: 0)
    found.runs = twins.reversed() + found.runs
    let results = numbers(found, resamples: 100)
    for scope in [MethodComparison.Scope.holes, .controls, .task("popcorn")] {
      let rows = results.table(in: scope).rows
      let gaa = found.methods.firstIndex { $0.name == "gaa" } ?? 0
      #expect(rows[0].dropFirst().map(\.text) == rows[gaa].dropFirst().map(\.text))
      #expect(rows[0].count > 6)
      for metric in MethodMetric.allCases {
        #expect(
          results.estimate(metric, of: "another name", in: scope).interval
            == results.estimate(metric, of: "gaa", in: scope).interval)
      }
    }
    #expect(results.goldAtEqualDivergence["gaa"] == results.goldAtEqualDivergence["another name"])
    #expect(results.bestShares["gaa"] == results.bestShares["another name"])
  }

  private var source: MethodComparison { Self.small.comparison }

  @Test func `do not heed the order of runs`() {
    var turned = Self.small.comparison
    turned.runs.reverse()
    let other = numbers(turned, resamples: 100)
    #expect(other.markdown == Self.small.markdown)
    #expect(other.front == Self.small.front)
  }

  @Test func `average by hand what can be averaged by hand`() {
    let found = numbers(
      comparison([
        run("a", "x", seed: 1, gold: 0.2), run("a", "x", seed: 2, gold: 0.4),
        run("a", "x", seed: 3, gold: 0.9), run("b", "x", seed: 1, gold: 0.3),
      ]))
    #expect(found.estimate(.gold, of: "a", in: .holes).value == 0.5)
    #expect(found.estimate(.gold, of: "a", in: .holes).interval?.upper == 0.9)
    #expect(found.estimate(.gold, of: "b", in: .holes).interval == nil)
    #expect(found.estimate(.gold, of: "a", in: .controls).value == nil)
  }

  @Test func `leave diverged runs out and count them`() {
    let runs = [
      run("a", "x", seed: 1, gold: 0.2), run("a", "x", seed: 2, gold: 0.4),
      run("a", "x", seed: 3, gold: 900, failure: "loss is not a number"),
    ]
    let found = numbers(comparison(runs, methods: ["a"]))
    #expect(abs((found.estimate(.gold, of: "a", in: .holes).value ?? 0) - 0.3) < 1e-12)
    #expect(found.table().rows[0][1].text == "2 of 3")
    #expect(found.findings.contains { $0.topic == "Diverged" && $0.text.contains("1 of a") })
    #expect(found.equalDivergences == ["x": 2])
  }

  @Test func `show what was not measured as missing and never as zero`() {
    let found = numbers(
      comparison([run("a", "x", seed: 1, gold: 0), run("a", "x", seed: 2, gold: 0)]))
    let rows = found.table([.gold, .askRate]).rows
    #expect(found.table([.gold, .askRate]).columns.map(\.title) == ["method", "runs", "Gold"])
    #expect(rows[0][2].text == "0 [0, 0]")
    #expect(rows[1][2].text == "—")
  }

  @Test func `do not rank who lacks a task, and star the average`() {
    let tasks: [MethodComparison.RewardTask] = [.init("easy"), .init("hard")]
    let runs =
      [1, 2].flatMap { seed in
        [
          run("a", "easy", seed: seed, gold: 0.9), run("b", "easy", seed: seed, gold: 0.8),
          run("b", "hard", seed: seed, gold: 0.1),
        ]
      } + [run("a", "hard", seed: 1, gold: 0, failure: "diverged")]
    let found = numbers(comparison(runs, tasks: tasks))
    #expect(found.front.points[0] == nil && found.front.isOnFront == [false, true])
    #expect(found.table([.gold]).rows[0][2].text.hasPrefix("0.900*"))
    #expect(found.bestShares.keys.sorted() == ["b"])
    #expect(found.findings[0].text.hasPrefix("b earned the most gold"))
    #expect(found.footnotes.contains { $0.hasPrefix("*") })
  }

  @Test func `average rewards on a common scale where every task says its own`() {
    var tasks: [MethodComparison.RewardTask] = [
      .init("x", rewardRange: Interval(lower: 10, upper: 20)),
      .init("y", rewardRange: Interval(lower: 0, upper: 1)),
    ]
    let runs = [run("a", "x", seed: 1, gold: 15), run("a", "y", seed: 1, gold: 0.7)]
    let scaled = numbers(comparison(runs, methods: ["a"], tasks: tasks))
    #expect(abs((scaled.estimate(.gold, of: "a", in: .holes).value ?? 0) - 0.6) < 1e-12)
    #expect(scaled.estimate(.gold, of: "a", in: .task("x")).value == 15)
    #expect(scaled.estimate(.divergence, of: "a", in: .holes).value == 2)
    tasks[1].rewardRange = nil
    let raw = numbers(comparison(runs, methods: ["a"], tasks: tasks))
    #expect(raw.estimate(.gold, of: "a", in: .holes).value == 7.85)
  }

  @Test func `fall by seed, measured against their own control`() {
    let runs = [
      run("a", "x", seed: 1, gold: 0, hacks: 0.9), run("a", "x", seed: 2, gold: 0, hacks: 0.3),
      run("a", "x-clean", seed: 1, gold: 0, hacks: 0.25),
      run("b", "x", seed: 1, gold: 0, hacks: 0.1),
    ]
    let found = comparison(runs)
    #expect(found.outcomes(of: "a").map(\.kind) == [.divided])
    #expect(found.outcomes(of: "a")[0].fallenCount == 1)
    #expect(found.outcomes(of: "b").map(\.kind) == [.stayedOut])
    #expect(comparison([]).outcomes(of: "a").map(\.kind) == [.unknown])
  }

  @Test func `are compared at the KL that all of them reached`() {
    // Gold is proportional to KL: at 2 nats a has 0.25 of 0.5, b all of its 0.4.
    let found = numbers(
      comparison(
        [1, 2].flatMap {
          [
            run("a", "x", seed: $0, gold: 0.5, kl: 4), run("b", "x", seed: $0, gold: 0.4, kl: 2),
          ]
        }))
    #expect(found.equalDivergences == ["x": 2])
    #expect(found.goldAtEqualDivergence["a"]?.value == 0.25)
    #expect(found.goldAtEqualDivergence["b"]?.value == 0.4)
  }

  @Test func `say when one seed cannot decide`() {
    let found = numbers(
      comparison([run("a", "x", seed: 1, gold: 0.5), run("b", "x", seed: 1, gold: 0.4)]))
    #expect(found.findings[0].text.contains("nobody can say how sure"))
    #expect(found.bestShares.isEmpty)
  }

  @Test func `mean over tasks only where all tasks of a seed have a value`() {
    var short = run("a", "y", seed: 1, gold: 0.4)
    short.curves["gold_reward"]?.removeLast()
    let found = comparison(
      [run("a", "x", seed: 1, gold: 0.8), short], tasks: [.init("x"), .init("y")])
    #expect(found.seedCurves(.gold, of: "a", in: .holes).map { $0.map(\.step) } == [[0]])
    #expect(found.seedCurves(.gold, of: "a", in: .task("x"))[0].count == 2)
  }
}

@Suite struct `Tables of methods` {
  @Test func `stand in the terminal with findings, and in Markdown task by task`() {
    let text = results.terminal()
    #expect(text.contains("Earned over 2 holes") && text.contains("Paid over 2 controls"))
    #expect(text.contains("pessimist") && text.contains("Ask rate, %"))
    #expect(!text.contains("\u{1B}") && results.terminal(coloring: .ansi).contains("\u{1B}"))
    // Narrow enough for a screen.
    let widths = text.split(separator: "\n").filter { $0.contains("──") }.map { $0.count }
    #expect(widths.allSatisfy { $0 <= 120 })
    #expect(results.markdown.contains("### popcorn-clean\n\n| method"))
  }

  private var results: MethodResults { `Methods compared`.small }

  @Test func `write one digit of the uncertainty, or two that begin with a 1`() {
    let column = { (strata: [[Double]]) in
      EstimateColumn(.gold, [Estimate(strata, bootstrap: .init(resamples: 500))]).text(at: 0)
    }
    #expect(column([[0.5, 0.58]]) == "0.54 [0.50, 0.58]")
    #expect(column([[0.5, 0.524]]) == "0.512 [0.500, 0.524]")
    #expect(column([[0.5]]) == "0.500")
    #expect(column([]) == "—")
  }
}
