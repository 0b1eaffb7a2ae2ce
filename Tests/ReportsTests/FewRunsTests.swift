import Foundation
import Testing

@testable import Reports

/// What rliable and SciPy make of the same runs; written by Scripts/fixtures/comparison.py.
struct GoldenRuns: Decodable {
  struct Case: Decodable {
    var one: [[Double]]
    var other: [[Double]]
    var mean: Double
    var meanInterval: [Double]
    var improvement: Double
    var improvementInterval: [Double]
  }
  struct Trimmed: Decodable {
    var values: [Double]
    var mean: Double
  }
  var cases: [Case]
  var trimmed: [Trimmed]

  static func load() throws -> GoldenRuns {
    let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures")
    return try JSONDecoder().decode(
      GoldenRuns.self, from: Data(contentsOf: folder.appending(path: "comparison.json")))
  }
}

@Suite struct `Interquartile means` {
  @Test func `leave out a quarter at either end`() {
    // Of 8 values two go at either end: the mean of 3, 4, 5 and 6.
    #expect(interquartileMean([8, -100, 2, 3, 1000, 4, 5, 6].map(Double.init)) == 4.5)
    #expect(interquartileMean([1, 2, 9]) == 4)
    #expect(interquartileMean([7]) == 7)
    #expect(interquartileMean([]) == nil)
  }

  @Test(arguments: 1...40) func `of equal values are exactly that value`(count: Int) {
    #expect(interquartileMean(Array(repeating: 0.1, count: count)) == 0.1)
  }

  @Test func `agree with SciPy's trimmed mean for every remainder by four`() throws {
    let golden = try GoldenRuns.load()
    #expect(golden.trimmed.count == 13)
    for one in golden.trimmed {
      #expect(abs(try #require(interquartileMean(one.values)) - one.mean) < 1e-12)
    }
  }

  @Test func `do not heed the order`() {
    let values = (0..<23).map { Double(($0 * 7919) % 101) / 7 }
    #expect(interquartileMean(values) == interquartileMean(values.reversed()))
  }

  @Test func `have quantiles between neighbours`() {
    #expect(quantile(0.25, ofSorted: [0, 1, 2, 3, 4]) == 1)
    #expect(quantile(0.1, ofSorted: [0, 10]) == 1)
    #expect(quantile(1, ofSorted: [0, 10]) == 10)
    #expect(quantile(0.5, ofSorted: []) == nil)
  }
}

@Suite struct `The stratified bootstrap` {
  @Test func `draws by a published generator`() {
    // The reference numbers of SplitMix64 for the seed 1234567.
    var generator = SplitMixGenerator(seed: 1_234_567)
    #expect(generator.next() == 6_457_827_717_110_365_317)
    #expect(generator.next() == 3_203_168_211_198_807_973)
    #expect(generator.next() == 9_817_491_932_198_370_423)
    let counts = (0..<6000).reduce(into: [0, 0, 0]) { counts, _ in
      counts[generator.index(below: 3)] += 1
    }
    // Each is 2000 ± 36.5; five deviations.
    #expect(counts.allSatisfy { abs($0 - 2000) < 183 })
  }

  @Test func `has the intervals of rliable`() throws {
    let bootstrap = StratifiedBootstrap(resamples: 20_000, seed: 1)
    for one in try GoldenRuns.load().cases {
      let estimate = Estimate(one.one, bootstrap: bootstrap)
      #expect(abs(try #require(estimate.value) - one.mean) < 1e-12)
      let interval = try #require(estimate.interval)
      // An end of 20,000 resamples strays by about 1 % of the interval's width.
      let slack = 0.05 * (one.meanInterval[1] - one.meanInterval[0])
      #expect(abs(interval.lower - one.meanInterval[0]) < slack)
      #expect(abs(interval.upper - one.meanInterval[1]) < slack)
    }
  }

  @Test func `of two values knows only these, and of equal ones no spread`() {
    // Both draws are the lower value with probability ¼, and both the upper with ¼.
    let two = Estimate([[1, 3]], bootstrap: .init(resamples: 1000))
    #expect(two.interval == Interval(lower: 1, upper: 3))
    let equal = Estimate([[2, 2, 2], [2, 2]], bootstrap: .init(resamples: 50))
    #expect(equal.value == 2 && equal.interval == Interval(lower: 2, upper: 2))
  }

  @Test func `says nothing of a task with one run, and leaves out what is not finite`() {
    let one = Estimate([[1, 2, 3], [5]], bootstrap: .init(resamples: 20))
    #expect(one.value != nil && one.interval == nil)
    let gap = Estimate([[1, .nan, 3], [.infinity]], bootstrap: .init(resamples: 20))
    #expect(gap.value == 2 && gap.count == 2 && gap.missingTaskCount == 1)
    #expect(Estimate([[], []], bootstrap: .init(resamples: 20)).value == nil)
  }

  @Test func `does not heed the order of runs or of tasks`() {
    let bootstrap = StratifiedBootstrap(resamples: 300, seed: 4)
    let strata = [[0.3, 0.1, 0.7, 0.2], [2, 1, 5], [-1, 4]]
    let turned = [[4, -1], [0.7, 0.2, 0.3, 0.1], [5, 2, 1]]
    #expect(
      bootstrap.interquartileMeans(of: strata) == bootstrap.interquartileMeans(of: turned))
    let rows = { (strata: [[Double]]) in strata.map { $0.map { [$0, 2 * $0] } } }
    let sums = { (rows: [[[Double]]]) in rows.joined().reduce(0) { $0 + $1[0] * $1[1] } }
    #expect(
      bootstrap.replicates(of: rows(strata), statistic: sums)
        == bootstrap.replicates(of: rows(turned), statistic: sums))
  }

  @Test func `draws each task from its own runs only`() {
    let strata = [[[0.0], [1]], [[10], [11], [12]]]
    for rows in StratifiedBootstrap(resamples: 100).replicates(of: strata, statistic: { $0 }) {
      #expect(rows.map(\.count) == [2, 3])
      #expect(rows[0].allSatisfy { $0[0] < 5 } && rows[1].allSatisfy { $0[0] > 5 })
    }
  }

  @Test func `draws equal data alike, other data and other seeds independently`() {
    let bootstrap = StratifiedBootstrap(resamples: 2000, seed: 9)
    let one = [[0.0, 1, 2, 3, 4]]
    let other = [[10.0, 11, 12, 13, 14]]
    let (first, second) = (
      bootstrap.interquartileMeans(of: one), bootstrap.interquartileMeans(of: other)
    )
    #expect(first == bootstrap.interquartileMeans(of: one))
    #expect(
      first != StratifiedBootstrap(resamples: 2000, seed: 10).interquartileMeans(of: one))
    // With common draws the two would move together and their difference would seem certain.
    let (x, y) = (Summary(first), Summary(second))
    let products = zip(first, second).map {
      ($0 - (x.mean ?? 0)) * ($1 - (y.mean ?? 0))
    }
    let correlation =
      products.reduce(0, +) / 1999 / ((x.standardDeviation ?? 0) * (y.standardDeviation ?? 0))
    // Of independent draws 0 ± 1/√2000; four deviations.
    #expect(abs(correlation) < 0.09)
  }
}

@Suite struct `Probabilities of improvement` {
  private let bootstrap = StratifiedBootstrap(resamples: 4000, seed: 2)

  @Test func `count pairs, with ties as halves, and average tasks`() throws {
    // First task: 3 > 2, 3 = 3, 1 < 2, 1 < 3, 1.5 of 4. Second: always. (0.375 + 1)/2.
    let found = try #require(
      ProbabilityOfImprovement([([3, 1], [2, 3]), ([5, 6], [1])], bootstrap: bootstrap))
    #expect(found.value == 0.6875)
    #expect(found.interval == nil)
    #expect(ProbabilityOfImprovement([([], [1])], bootstrap: bootstrap) == nil)
  }

  @Test func `agree with rliable`() throws {
    for one in try GoldenRuns.load().cases {
      let pairs = zip(one.one, one.other).map { (one: $0, other: $1) }
      let found = try #require(ProbabilityOfImprovement(pairs, bootstrap: bootstrap))
      #expect(abs(found.value - one.improvement) < 1e-12)
      let interval = try #require(found.interval)
      let slack = 0.07 * (one.improvementInterval[1] - one.improvementInterval[0])
      #expect(abs(interval.lower - one.improvementInterval[0]) < slack)
      #expect(abs(interval.upper - one.improvementInterval[1]) < slack)
      let turned = try #require(
        ProbabilityOfImprovement(pairs.map { ($0.other, $0.one) }, bootstrap: bootstrap))
      #expect(abs(found.value + turned.value - 1) < 1e-12)
      #expect(
        found
          == ProbabilityOfImprovement(
            pairs.reversed().map { ($0.one.reversed(), $0.other.reversed()) }, bootstrap: bootstrap)
      )
    }
  }
}

@Suite struct `The front of KL and gold` {
  private let bootstrap = StratifiedBootstrap(resamples: 400, seed: 3)

  private func runs(_ divergence: Double, _ gold: Double, spread: Double = 0.01) -> [[[Double]]] {
    [(0..<4).map { [divergence + spread * Double($0), gold - spread * Double(3 - $0)] }]
  }

  @Test func `is what none beats in both`() {
    let front = ParetoFront(
      [runs(1, 0.3), runs(4, 0.6), runs(5, 0.5), runs(4.5, 0.2)], bootstrap: bootstrap)
    #expect(front.isOnFront == [true, true, false, false])
    #expect(front.frontShares == [1, 1, 0, 0])
    #expect(front.dominanceShares[1][2] == 1 && front.dominanceShares[2][1] == 0)
    // The last is beaten by the first two and not by the third, which went farther.
    #expect(front.dominanceShares.map { $0[3] } == [1, 1, 0, 0])
  }

  @Test func `of one method is that method, and of none is empty`() {
    #expect(ParetoFront([runs(3, 0.1)], bootstrap: bootstrap).isOnFront == [true])
    #expect(ParetoFront([runs(3, 0.1)], bootstrap: bootstrap).frontShares == [1])
    #expect(ParetoFront([], bootstrap: bootstrap).points.isEmpty)
  }

  @Test func `does not let a method beat its twin, nor one without runs stand on it`() {
    let front = ParetoFront([runs(3, 0.1), runs(3, 0.1), [], [[]]], bootstrap: bootstrap)
    #expect(front.isOnFront == [true, true, false, false])
    #expect(front.dominanceShares[0][1] == 0 && front.dominanceShares[1][0] == 0)
    #expect(front.frontShares == [1, 1, nil, nil])
  }

  @Test func `is unsure where runs scatter`() throws {
    let front = ParetoFront(
      [runs(1, 0.5, spread: 0.3), runs(1.05, 0.48, spread: 0.31)], bootstrap: bootstrap)
    let share = try #require(front.dominanceShares[0][1])
    #expect(share > 0.05 && share < 0.8)
  }

  @Test func `has no shares with one run for a task`() {
    let front = ParetoFront([[[[1, 0.5]]], [[[2, 0.4]]]], bootstrap: bootstrap)
    #expect(front.isOnFront == [true, false])
    #expect(front.frontShares == [nil, nil] && front.dominanceShares[0][1] == nil)
  }
}

@Suite struct `Rewards at equal KL` {
  private func curve(_ values: [Double]) -> [CurvePoint] {
    values.enumerated().map { CurvePoint(step: Double($0.offset), value: $0.element) }
  }

  @Test func `lie on the line between the steps around it`() {
    let divergence = curve([0, 1, 3, 2, 5])
    let reward = curve([0, 0.4, 0.8, 9, 0.1])
    let found = { RewardAtDivergence.reward(divergence: divergence, reward: reward, at: $0) }
    #expect(found(0) == 0)
    #expect(found(1) == 0.4)
    // The first crossing counts, whatever comes after.
    #expect(abs((found(2) ?? 0) - 0.6) < 1e-12)
    #expect(abs((found(3.5) ?? 0) - (9 - 8.9 * 0.5)) < 1e-12)
    #expect(found(6) == nil)
    #expect(RewardAtDivergence.reach(divergence: divergence, reward: reward) == 5)
  }

  @Test func `ask for steps that both curves have`() {
    let divergence = [CurvePoint(step: 1, value: 2), CurvePoint(step: 2, value: .nan)]
    #expect(
      RewardAtDivergence.reward(divergence: divergence, reward: curve([1]), at: 2) == nil)
    // A run that begins beyond was never there.
    #expect(
      RewardAtDivergence.reward(divergence: curve([3, 4]), reward: curve([1, 1]), at: 2) == nil)
  }
}
