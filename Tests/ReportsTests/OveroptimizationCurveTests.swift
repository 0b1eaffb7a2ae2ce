import Foundation
import Testing

@testable import Reports

private typealias Curve = OveroptimizationCurve

private func points(
  _ form: Curve.Form, start: Double, alpha: Double, beta: Double, _ distances: [Double]
) -> [Curve.Point] {
  distances.map { d in
    let bend = form == .bestOfN ? d : d > 0 ? log(d) : 0
    return .init(distance: d, reward: start + d * (alpha - beta * bend))
  }
}

private func expectClose(
  _ value: Double?, _ expected: Double, _ tolerance: Double = 1e-9,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    abs((value ?? .nan) - expected) <= tolerance, "\(value ?? .nan) is not \(expected)",
    sourceLocation: sourceLocation)
}

@Suite struct `The curve of over-optimisation` {
  private let distances = [0.0, 0.3, 0.7, 1.1, 1.9, 2.6, 4.2]

  @Test(arguments: Curve.Form.allCases, [(0.9, 0.2), (0.4, -0.1), (-0.3, 0.5)])
  func `is found again in what it made`(form: OveroptimizationCurve.Form, values: (Double, Double))
    throws
  {
    let made = points(form, start: 0.25, alpha: values.0, beta: values.1, distances)
    for start in [0.25, nil] {
      let curve = try #require(Curve(form, to: made.shuffled(), start: start))
      expectClose(curve.start, 0.25)
      expectClose(curve.alpha, values.0)
      expectClose(curve.beta, values.1)
      expectClose(curve.explainedShare, 1)
      #expect(curve.reach == 4.2)
      for point in made { expectClose(curve.reward(at: point.distance), point.reward) }
    }
  }

  // For the three points (1, 1), (2, 2), (3, 1) and R₀ = 0 the normal equations 14a + 36b = 8, 36a + 98b = 18 give
  // a = 34/19, b = −9/19; the residuals −6/19, 6/19, −2/19 have the sum of squares 4/19, the rewards' variance is 2/3.
  @Test func `has the least squares of a case by hand`() throws {
    let curve = try #require(
      Curve(
        .bestOfN,
        to: [(1.0, 1.0), (2, 2), (3, 1)].map { .init(distance: $0.0, reward: $0.1) }, start: 0))
    expectClose(curve.alpha, 34.0 / 19)
    expectClose(curve.beta, 9.0 / 19)
    expectClose(curve.explainedShare, 1 - (4.0 / 19) / (2.0 / 3))
    expectClose(curve.peak?.distance, 34.0 / 18)
  }

  @Test func `peaks where its derivative vanishes`() throws {
    let best = try #require(
      Curve(.bestOfN, to: points(.bestOfN, start: 0, alpha: 1.2, beta: 0.3, distances)))
    expectClose(best.peak?.distance, 2)
    expectClose(best.peak?.reward, 1.2)
    let learned = try #require(
      Curve(
        .reinforcement, to: points(.reinforcement, start: 0.5, alpha: 1.2, beta: 0.6, distances)))
    // exp(1.2/0.6 − 1) = e, where R − R₀ = β·d.
    expectClose(learned.peak?.distance, M_E)
    expectClose(learned.peak?.reward, 0.5 + 0.6 * M_E)
    for curve in [best, learned] {
      let peak = try #require(curve.peak)
      for step in [-0.01, 0.01] { #expect(curve.reward(at: peak.distance + step) < peak.reward) }
    }
  }

  @Test func `has no peak where it never turns, or only falls`() throws {
    for form in Curve.Form.allCases {
      let rising = try #require(
        Curve(form, to: points(form, start: 0, alpha: 0.5, beta: -0.1, distances)))
      #expect(rising.peak == nil)
    }
    let falling = try #require(
      Curve(.bestOfN, to: points(.bestOfN, start: 0, alpha: -0.5, beta: 0.1, distances)))
    #expect(falling.peak == nil)
    // A peak no number can hold is none.
    let distant = try #require(
      Curve(
        .reinforcement, to: points(.reinforcement, start: 0, alpha: 1, beta: 1e-4, distances)))
    #expect(distant.peak == nil)
  }

  @Test(arguments: Curve.Form.allCases)
  func `changes with the units of rewards as they do, and R² not at all`(
    form: OveroptimizationCurve.Form
  ) throws {
    let noise = [0.1, -0.2, 0.05, 0.15, -0.1, 0.02, -0.05]
    let made = zip(points(form, start: 0.2, alpha: 0.8, beta: 0.3, distances), noise).map {
      Curve.Point(distance: $0.distance, reward: $0.reward + $1)
    }
    let plain = try #require(Curve(form, to: made))
    let scaled = try #require(
      Curve(form, to: made.map { .init(distance: $0.distance, reward: 3 * $0.reward - 7) }))
    expectClose(scaled.start, 3 * plain.start - 7)
    expectClose(scaled.alpha, 3 * plain.alpha)
    expectClose(scaled.beta, 3 * plain.beta)
    expectClose(scaled.explainedShare, try #require(plain.explainedShare))
    expectClose(scaled.peak?.distance, try #require(plain.peak?.distance))
    let share = try #require(plain.explainedShare)
    #expect(share > 0 && share < 1)
  }

  // Half-nats instead of nats: d becomes √2·d; α and β follow, the place of the peak moves along and its reward stays.
  @Test(arguments: Curve.Form.allCases)
  func `has the same peak in other units of distance`(form: OveroptimizationCurve.Form) throws {
    let made = points(form, start: 0.2, alpha: 0.8, beta: 0.3, distances)
    let factor = 2.0.squareRoot()
    let plain = try #require(Curve(form, to: made)?.peak)
    let other = try #require(
      Curve(form, to: made.map { .init(distance: factor * $0.distance, reward: $0.reward) })?.peak)
    expectClose(other.distance, factor * plain.distance)
    expectClose(other.reward, plain.reward)
  }

  @Test func `is not made up from too few distances`() {
    let make = { (distances: [Double], start: Double?) in
      Curve(
        .bestOfN, to: points(.bestOfN, start: 0, alpha: 1, beta: 0.1, distances), start: start)
    }
    #expect(make([], nil) == nil)
    #expect(make([1, 1, 2, 2], 0) == nil)
    // At 0 a known start says nothing more.
    #expect(make([0, 1, 2], 0) == nil)
    #expect(make([1, 2, 3], 0) != nil)
    #expect(make([1, 2, 3], nil) == nil)
    #expect(make([0, 1, 2, 3], nil) != nil)
    #expect(make([0, 1, 2, .nan, -1], nil) == nil)
    #expect(make([1, 1 + 1e-12, 1 + 2e-12], 0) == nil)
  }

  @Test func `of a level reward is level, with nothing to explain`() throws {
    let level = [1.0, 2, 3, 4].map { Curve.Point(distance: $0, reward: 0.5) }
    let curve = try #require(Curve(.reinforcement, to: level))
    expectClose(curve.start, 0.5)
    expectClose(curve.alpha, 0)
    expectClose(curve.beta, 0)
    #expect(curve.explainedShare == nil)
  }

  @Test func `says whether its peak was seen`() throws {
    let near = try #require(
      Curve(.bestOfN, to: points(.bestOfN, start: 0, alpha: 1.2, beta: 0.3, distances)))
    #expect(near.summary.hasSuffix("its peak is at √KL 2.00, reward 1.20."))
    let far = try #require(
      Curve(.bestOfN, to: points(.bestOfN, start: 0, alpha: 1.2, beta: 0.06, distances)))
    #expect(far.summary.hasSuffix("at √KL 10.0, reward 6.00, beyond what was seen (√KL 4.20)."))
    let none = try #require(
      Curve(.bestOfN, to: points(.bestOfN, start: 0, alpha: 1.2, beta: -0.3, distances)))
    #expect(none.summary.hasSuffix("no peak follows from it."))
    #expect(near.points(3).map(\.distance) == [0, 2.1, 4.2])
  }
}
