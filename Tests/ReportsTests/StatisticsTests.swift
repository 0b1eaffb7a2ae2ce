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

  @Test func `write shares as percentages`() {
    #expect(NumberFormat.percent(0.034) == "3.4\u{202F}%")
    #expect(NumberFormat.percent(0.911) == "91\u{202F}%")
  }
}
