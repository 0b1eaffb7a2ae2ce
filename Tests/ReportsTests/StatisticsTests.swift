import Foundation
import Testing

@testable import Reports

@Suite struct `Student's t` {
  // Closed forms: ν = 1 is Cauchy, tan(π(p − ½)); ν = 2 gives (2p − 1)/√(2p(1 − p)).
  @Test func `has the closed-form quantiles for one and two degrees of freedom`() {
    let cauchy = StudentT(degreesOfFreedom: 1).quantile(0.975)
    #expect(abs(cauchy - tan(.pi * 0.475)) < 1e-9)
    let two = StudentT(degreesOfFreedom: 2).quantile(0.975)
    #expect(abs(two - 0.95 / (2 * 0.975 * 0.025).squareRoot()) < 1e-11)
  }

  // Tables of the t distribution, two-sided 95 %.
  @Test(arguments: [
    (3.0, 3.182446305), (4, 2.776445105), (9, 2.262157163), (19, 2.093024054), (29, 2.045229642),
    (120, 1.979930405),
  ])
  func `has the tabulated quantiles`(freedom: Double, expected: Double) {
    #expect(abs(StudentT(degreesOfFreedom: freedom).quantile(0.975) - expected) < 5e-9)
  }

  @Test func `approaches the normal law`() {
    #expect(abs(StudentT(degreesOfFreedom: 1e7).quantile(0.975) - 1.959963985) < 1e-6)
  }

  @Test(arguments: [0.3, 1, 2.5, 7, 40]) func `is symmetric and inverts itself`(freedom: Double) {
    let law = StudentT(degreesOfFreedom: freedom)
    #expect(law.quantile(0.5) == 0)
    #expect(law.quantile(0.1) == -law.quantile(0.9))
    #expect(abs(law.cumulative(law.quantile(0.8)) - 0.8) < 1e-12)
  }
}

@Suite struct `Summaries over seeds` {
  @Test func `give mean, deviation and interval by hand`() throws {
    // 1, 2, 3: mean 2, s = 1, half-width 4.302652730/√3.
    let summary = Summary([1, 2, 3])
    #expect(summary.mean == 2)
    #expect(summary.standardDeviation == 1)
    let interval = try #require(summary.interval)
    #expect(abs(interval.halfWidth - 4.302652730 / 3.0.squareRoot()) < 1e-8)
  }

  @Test func `have no interval for one value and no mean for none`() {
    #expect(Summary([0.5]).mean == 0.5)
    #expect(Summary([0.5]).interval == nil)
    #expect(Summary([]).mean == nil)
  }

  @Test func `leave out what is not finite and count it`() {
    let summary = Summary([1, .nan, 3, .infinity])
    #expect(summary.mean == 2)
    #expect(summary.rejectedCount == 2)
  }

  @Test func `have exactly zero spread for equal values`() {
    #expect(Summary([0.1, 0.1, 0.1]).standardDeviation == 0)
  }

  @Test func `compare two groups by Welch's interval`() throws {
    // Equal variances 1 and counts 3: ν = 4, standard error √(2/3), so 3 ± 2.776445105·√(2/3).
    let interval = try #require(Summary([4, 5, 6]).differenceInterval(from: Summary([1, 2, 3])))
    #expect(abs(interval.lower - (3 - 2.776445105 * (2.0 / 3).squareRoot())) < 1e-8)
    #expect(abs(interval.lower + interval.upper - 6) < 1e-12)
  }

  @Test func `show an interval from three values on, and of two the values`() {
    #expect(Summary([1, 2, 3]).tellingInterval == Summary([1, 2, 3]).interval)
    #expect(Summary([3, 1]).tellingInterval == nil && Summary([3, 1]).interval != nil)
    #expect(Summary([3, 1]).pair == Interval(lower: 1, upper: 3))
    #expect(Summary([3, 1, .nan]).pair == Interval(lower: 1, upper: 3))
    #expect(Summary([1, 2, 3]).pair == nil && Summary([1]).pair == nil)
  }

  @Test func `without spread differ by exactly their difference`() {
    let interval = Summary([1, 1]).differenceInterval(from: Summary([0, 0]))
    #expect(interval == Interval(lower: 1, upper: 1))
  }
}

@Suite struct `Bands` {
  @Test func `join curves over the union of their steps`() {
    let band = Band([
      [CurvePoint(step: 0, value: 1), CurvePoint(step: 2, value: 3)],
      [CurvePoint(step: 0, value: 3), CurvePoint(step: 1, value: .nan)],
    ])
    #expect(band.points.map(\.step) == [0, 2])
    #expect(band.points.map(\.summary.mean) == [2, 3])
    #expect(band.points.map(\.summary.count) == [2, 1])
  }

  @Test func `thin long curves without changing their mean`() throws {
    let curve = (0..<1000).map { CurvePoint(step: Double($0), value: Double($0)) }
    let band = Band([curve], limit: 100)
    #expect(band.points.count == 100)
    let mean = try #require(Summary(band.points.compactMap(\.summary.mean)).mean)
    #expect(abs(mean - 499.5) < 1)
  }
}

@Suite struct `Spreads` {
  private let saw = (0..<400).map { CurvePoint(step: Double($0), value: Double($0 % 4)) }

  @Test func `are the extremes of what a thinned curve averages`() {
    let spread = Spread(within: saw, limit: 100)
    #expect(spread.points.count == 100)
    #expect(spread.points.allSatisfy { $0.lower == 0 && $0.upper == 3 })
    #expect(spread.points.map(\.step) == Band([saw], limit: 100).points.map(\.step))
  }

  @Test func `are nothing where every value is drawn`() {
    #expect(Spread(within: Array(saw.prefix(50)), limit: 100) == .none)
  }

  @Test func `lie between two curves at the steps of both`() {
    let lower = [CurvePoint(step: 1, value: 0), CurvePoint(step: 2, value: -1)]
    let upper = [CurvePoint(step: 2, value: 5), CurvePoint(step: 3, value: 6)]
    #expect(
      Spread(from: lower, to: upper).points == [Spread.Point(step: 2, lower: -1, upper: 5)])
  }
}

@Suite struct `Digests of curves` {
  private let curve = zip(0..., [5.0, 1, .nan, 4, 9, 1, 6, 7, 8, 3, 2, 4]).map {
    CurvePoint(step: Double($0), value: $1)
  }

  @Test func `are the last value, the best, and the mean of the last tenth`() {
    let rising = CurveDigest(curve, direction: .rising)
    #expect(rising.last == 4 && rising.tail == 3)
    #expect(rising.best == CurvePoint(step: 4, value: 9))
    #expect(CurveDigest(curve, direction: .falling).best == CurvePoint(step: 1, value: 1))
    #expect(CurveDigest(curve).best == nil)
  }

  @Test func `do not hide that a run ended in NaN`() {
    let digest = CurveDigest([CurvePoint(step: 0, value: 1), CurvePoint(step: 1, value: .nan)])
    #expect(digest.last?.isNaN == true && digest.tail == nil)
    #expect(CurveDigest([]).last == nil)
  }
}

@Suite struct `Numbers for people` {
  @Test(arguments: [
    (0.0, "0"), (0.04321, "0.0432"), (12.345, "12.3"), (1234, "1234"), (12345.6, "12,346"),
    (-0.5, "−0.500"), (1.2e-7, "1.20e−7"), (.infinity, "∞"), (.nan, "—"),
  ])
  func `have three significant digits and a true minus sign`(value: Double, text: String) {
    #expect(NumberFormat.significant(value) == text)
  }

  @Test func `do not show a negative zero`() {
    #expect(NumberFormat.fixed(-0.0001, decimals: 2) == "0.00")
  }

  @Test func `show as many decimals as the uncertainty earns`() {
    #expect(NumberFormat.estimate(Summary([1, 2, 3])) == "2.0 ± 2.5")
    #expect(NumberFormat.estimate(Summary([0.5])) == "0.500")
    #expect(NumberFormat.estimate(Summary([])) == "—")
  }

  @Test func `show two values themselves, and equal ones once`() {
    #expect(NumberFormat.estimate(Summary([0.544, 0.48])) == "0.480 to 0.544")
    #expect(NumberFormat.estimate(Summary([-12, 30])) == "−12 to 30")
    #expect(NumberFormat.estimate(Summary([0.5, 0.5])) == "0.500")
    #expect(NumberFormat.estimate(Summary([1, 2]), decimals: 0) == "1 to 2")
    // The digits are those that tell the two apart, not those of 12.7 standard errors.
    #expect(NumberFormat.decimals(forColumn: [Summary([0.12, 0.15])]) == 3)
  }

  @Test(arguments: [
    (0, "0 B"), (312, "312 B"), (4200, "4.1 KiB"), (130_000, "127 KiB"), (1_100_000, "1.0 MiB"),
    (5 << 40, "5.0 TiB"),
  ])
  func `count bytes in units of 1024`(count: Int, text: String) {
    #expect(NumberFormat.bytes(count) == text)
  }

  @Test func `write shares as percentages`() {
    #expect(NumberFormat.percent(0.034) == "3.4\u{202F}%")
    #expect(NumberFormat.percent(0.911) == "91\u{202F}%")
  }
}
