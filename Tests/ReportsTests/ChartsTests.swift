import Testing

@testable import Reports

@Suite struct `Ticks on an axis` {
  @Test func `are round numbers`() {
    #expect(
      Ticks(covering: 0...1).values == [0, 0.2, 0.4, 0.6, 0.8, 1].map { ($0 * 5).rounded() * 0.2 })
    #expect(Ticks(covering: 3...98).values == [20, 40, 60, 80])
    #expect(Ticks(covering: -0.13...0.12).values.count == 5)
  }

  @Test func `have the same decimals`() {
    let ticks = Ticks(covering: 0.1...0.4, about: 6)
    #expect(
      ticks.values.map(ticks.label) == ["0.10", "0.15", "0.20", "0.25", "0.30", "0.35", "0.40"])
    let large = Ticks(covering: 0...20_000)
    #expect(large.label(5000) == "5000" && large.label(15_000) == "15,000")
  }

  @Test func `lie inside the range, for any range`() {
    for range in [0...1e-12, -1e300...1e300, 5...5, 1e9...(1e9 + 1)] as [ClosedRange<Double>] {
      let values = Ticks(covering: range).values
      #expect(!values.isEmpty)
      #expect(values.allSatisfy { $0 >= range.lowerBound - 1e-6 && $0 <= range.upperBound + 1e-6 })
    }
  }

  @Test func `come from a range even without values or spread`() {
    #expect(Ticks.range(of: [.nan]) == 0...1)
    let single = Ticks.range(of: [2])
    #expect(single.lowerBound < 2 && single.upperBound > 2)
  }
}

@Suite struct `Labels at line ends` {
  @Test func `stay where they belong when there is room`() {
    #expect(LabelStack.positions([50, 10], gap: 14, within: 0...100) == [50, 10])
  }

  @Test func `move apart evenly and keep their order`() {
    #expect(LabelStack.positions([50, 50], gap: 14, within: 0...100) == [43, 57])
  }

  @Test func `stay inside the frame`() {
    #expect(LabelStack.positions([99, 100], gap: 14, within: 0...100) == [86, 100])
    let many = LabelStack.positions(Array(repeating: 5, count: 20), gap: 14, within: 0...100)
    #expect(many.allSatisfy { $0 >= 0 && $0 <= 100.000001 })
  }
}

@Suite struct `Contour lines` {
  private let plane = Contours(x: 0...1, y: 0...1, count: 8) { x, _ in x }

  @Test func `of a plane are straight`() {
    let lines = plane.lines(at: 0.3)
    #expect(!lines.isEmpty)
    #expect(lines.allSatisfy { abs($0.from.x - 0.3) < 1e-12 && abs($0.to.x - 0.3) < 1e-12 })
    #expect(abs(lines.reduce(0) { $0 + abs($1.from.y - $1.to.y) } - 1) < 1e-12)
  }

  @Test(arguments: [0.0, 0.3, 0.5, 0.99, 1.5]) func `cover the area above a level`(level: Double) {
    let area = plane.areas(atLeast: level).reduce(0) { $0 + shoelace($1) }
    #expect(abs(area - max(0, 1 - level)) < 1e-12)
  }

  @Test func `leave holes where the function is not finite`() {
    let holes = Contours(x: 0...1, y: 0...1, count: 4) { x, _ in x < 0.5 ? .nan : 1 }
    #expect(abs(holes.areas(atLeast: 0).reduce(0) { $0 + shoelace($1) } - 0.5) < 1e-12)
  }

  private func shoelace(_ polygon: [(x: Double, y: Double)]) -> Double {
    polygon.indices.reduce(0) { sum, index in
      let (a, b) = (polygon[index], polygon[(index + 1) % polygon.count])
      return sum + (a.x * b.y - b.x * a.y) / 2
    }
  }
}

@Suite struct `Greedy coefficients` {
  @Test(arguments: [(0.0, 0.0), (0, 0.7), (0.3, 0.2), (1, 0), (1, 1), (0.5, 0.9)])
  func `satisfy their identities`(s: Double, h: Double) {
    let a = GreedyCoefficients.sampledWeight(gap: s, greedyProbability: h)
    let b = GreedyCoefficients.greedyWeight(gap: s, greedyProbability: h)
    #expect(abs(a - b - (1 + 2 * s * (1 - h))) < 1e-12)
    if s == 0 { #expect(a == 1 && b == 0) }
  }

  @Test func `have the published corners`() {
    #expect(GreedyCoefficients.sampledWeight(gap: 1, greedyProbability: 0) == 2)
    #expect(GreedyCoefficients.greedyWeight(gap: 1, greedyProbability: 0) == -1)
    #expect(GreedyCoefficients.sampledWeight(gap: 1, greedyProbability: 1) == 0)
    #expect(GreedyCoefficients.greedyWeight(gap: 1, greedyProbability: 1) == -1)
  }
}
