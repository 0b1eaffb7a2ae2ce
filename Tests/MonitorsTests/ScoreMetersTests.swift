import Foundation
import Monitors
import Testing

@Suite struct `Correlation` {
  @Test func `is 1 on a line, and of ranks on any rising curve`() {
    let x = [1.0, 2, 4, 8]
    #expect(pearsonCorrelation(x, x.map { 3 * $0 - 1 }) == 1)
    #expect(pearsonCorrelation(x, x.map { -$0 }) == -1)
    expectClose(spearmanCorrelation(x, x.map { exp($0) }), 1)
    #expect((pearsonCorrelation(x, x.map { exp($0) }) ?? 1) < 0.95)
  }

  @Test func `lets equal values share a rank`() {
    // Ranks 1.5 1.5 3 and 1 2 3: Σxy = 1.5, Σx² = 1.5, Σy² = 2.
    expectClose(spearmanCorrelation([5, 5, 9], [1, 2, 3]), 1.5 / 3.0.squareRoot())
  }

  @Test func `has no value where a side does not vary or is not finite`() {
    #expect(pearsonCorrelation([1, 1, 1], [1, 2, 3]) == nil)
    #expect(spearmanCorrelation([1, 2, 3], [4, 4, 4]) == nil)
    #expect(pearsonCorrelation([1, 2], [1, .nan]) == nil)
    #expect(spearmanCorrelation([1, 2], [1, .infinity]) == nil)
    #expect(pearsonCorrelation([1], [1]) == nil && pearsonCorrelation([], []) == nil)
  }

  @Test func `does not know what scores are counted from, nor in what unit`() {
    var chance = Chance(seed: 4)
    let x = (0..<50).map { _ in chance.normal() }
    let y = x.map { $0 + chance.normal() }
    let moved = y.map { 17 + 3 * $0 }
    expectClose(pearsonCorrelation(x, moved), pearsonCorrelation(x, y) ?? .nan)
    #expect(spearmanCorrelation(x, moved) == spearmanCorrelation(x, y))
  }
}

@Suite struct `Trends` {
  @Test func `find the slope of a line and the bend of a parabola, also at uneven steps`() throws {
    let steps = [1, 2, 5, 9, 10]
    let line = try #require(
      DivergenceTrend(steps: steps, divergences: steps.map { 3 + 0.25 * Double($0) }))
    expectClose(line.velocity, 0.25)
    expectClose(line.acceleration, 0)
    let curve = try #require(
      DivergenceTrend(steps: steps, divergences: steps.map { 0.5 * Double($0 * $0) - 8 }))
    expectClose(curve.acceleration, 1)
  }

  @Test func `leave as much of noise as their formulas say`() throws {
    var chance = Chance(seed: 5)
    let (length, runs) = (10, 4000)
    var (velocity, acceleration) = (0.0, 0.0)
    for _ in 0..<runs {
      let trend = try #require(
        DivergenceTrend(
          steps: Array(0..<length), divergences: (0..<length).map { _ in chance.normal() }))
      velocity += trend.velocity * trend.velocity
      acceleration += trend.acceleration * trend.acceleration
    }
    // Exactly 12/(n(n² − 1)) and 720/(n(n² − 1)(n² − 4)); a variance over N runs is known to √(2/N).
    let n = Double(length)
    let cube = n * (n * n - 1)
    expectClose(velocity / Double(runs) * cube / 12, 1, within: 4 * (2 / Double(runs)).squareRoot())
    expectClose(
      acceleration / Double(runs) * cube * (n * n - 4) / 720, 1,
      within: 4 * (2 / Double(runs)).squareRoot())
  }

  @Test func `say nothing of fewer than three steps`() {
    #expect(Trend(steps: [1, 2], values: [1, 2]) == nil)
    #expect(Trend(steps: [4, 4, 4], values: [1, 2, 3]) == nil)
    #expect(Trend(steps: [1, 2, 3], values: [1, .nan, 3]) == nil)
  }

  @Test func `of proxy and gold part only where one rises and the other falls`() throws {
    let steps = Array(0..<20)
    var chance = Chance(seed: 6)
    let noise = steps.map { _ in chance.normal() }
    let rising = zip(steps, noise).map { 0.5 * Double($0) + $1 }
    let falling = rising.map { -$0 }
    let parting = { (proxy: [Double], gold: [Double]) in
      try #require(ProxyGoldTrend(steps: steps, proxyScores: proxy, goldScores: gold)).parting
    }
    #expect(try parting(rising, falling) > 3)
    #expect(try parting(rising, rising) < -3)
    #expect(try parting(falling, falling) < -3)
    #expect(try parting(falling, rising) < -3)
    #expect(try parting(rising, steps.map { _ in 1 }) == 0)
    // On lines without noise standard errors are 0, and the number stays one.
    #expect(try parting(steps.map { Double($0) }, steps.map { -2 * Double($0) }) == 100)
    expectClose(
      try parting(rising.map { 5 + 100 * $0 }, falling), try parting(rising, falling),
      within: 1e-9)
  }
}

@Suite struct `Disagreement of an ensemble` {
  @Test func `is the mean deviation over members, in deviations of their mean`() throws {
    // Deviations 1 and 0; means 2 and 4, which lie 1 from their mean.
    let found = try #require(EnsembleDisagreement(memberScores: [[1, 3], [4, 4]]))
    #expect(found.deviation == 0.5)
    #expect(found.relative == 0.5)
  }

  @Test func `is none where members agree, and not relative where completions are alike`() throws {
    let found = try #require(
      EnsembleDisagreement(memberScores: [[0.1, 0.1, 0.1], [0.1, 0.1, 0.1]]))
    #expect(found.deviation == 0)
    #expect(found.relative == nil)
    #expect(EnsembleDisagreement(memberScores: []) == nil)
    #expect(EnsembleDisagreement(memberScores: [[1], [2]]) == nil)
    #expect(EnsembleDisagreement(memberScores: [[1, .nan]]) == nil)
  }

  @Test func `does not know what scores are counted from, and grows with their unit`() throws {
    var chance = Chance(seed: 7)
    let scores = (0..<20).map { _ in (0..<4).map { _ in chance.normal() } }
    let plain = try #require(EnsembleDisagreement(memberScores: scores))
    let moved = try #require(
      EnsembleDisagreement(memberScores: scores.map { $0.map { 9 - 3 * $0 } }))
    expectClose(moved.deviation, 3 * plain.deviation)
    expectClose(moved.relative, plain.relative ?? .nan)
  }
}
