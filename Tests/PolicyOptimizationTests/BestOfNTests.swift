import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing

/// <doc:BestAnswers>
@Suite struct `Best of n` {
  private static let scores: [Double] = [0.3, 2, -1, 2, 0.7, 0.3]

  // All ways to draw n of the answers, ties broken evenly.
  private func enumerated(_ scores: [Double], of count: Int) -> [Double] {
    var result = [Double](repeating: 0, count: scores.count)
    var subsets = 0.0
    for bits in 0..<(1 << scores.count) where bits.nonzeroBitCount == count {
      subsets += 1
      let drawn = scores.indices.filter { bits >> $0 & 1 == 1 }
      let best = drawn.map { scores[$0] }.max() ?? 0
      let winners = drawn.filter { scores[$0] == best }
      for winner in winners { result[winner] += 1 / Double(winners.count) }
    }
    return result.map { $0 / subsets }
  }

  @Test(arguments: 1...6) func `is chosen as often as among all subsets`(count: Int) {
    let found = BestOfN.probabilities(Self.scores, of: count)
    for (left, right) in zip(found, enumerated(Self.scores, of: count)) {
      expectEqual(left, right, tolerance: 1e-12)
    }
    expectEqual(found.reduce(0, +), 1, tolerance: 1e-12)
  }

  @Test func `of one is the mean, of all the best`() {
    let values: [Double] = [1, 2, 3, 4, 5, 6]
    expectEqual(
      BestOfN.expectation(of: values, choosingBy: Self.scores, 1), 3.5, tolerance: 1e-12)
    // The two best share the choice.
    expectEqual(BestOfN.expectation(of: values, choosingBy: Self.scores, 6), 3, tolerance: 1e-12)
  }

  @Test func `never scores less for more answers`() {
    let expectations = (1...6).map {
      BestOfN.expectation(of: Self.scores, choosingBy: Self.scores, $0)
    }
    #expect(zip(expectations, expectations.dropFirst()).allSatisfy { $0 <= $1 + 1e-12 })
  }

  // m answers, all equally probable at first: the density of the best of n is n·F^(n−1), and its divergence ln n − (n − 1)/n.
  @Test(arguments: [1, 2, 4, 16]) func `is as far from the policy as the integral says`(count: Int)
  {
    let many = 20_000
    var sum = 0.0
    for index in 0..<many {
      let (low, high) = (Double(index) / Double(many), Double(index + 1) / Double(many))
      let probability = pow(high, Double(count)) - pow(low, Double(count))
      if probability > 0 { sum += probability * log(probability * Double(many)) }
    }
    expectEqual(BestOfN.divergence(count), sum, tolerance: 1e-3)
  }

  @Test func `stays exact among thousands`() {
    let scores = (0..<5000).map { Double($0) }
    let sum = BestOfN.probabilities(scores, of: 64).reduce(0, +)
    expectEqual(sum, 1, tolerance: 1e-9)
    // E[max of n of 0 ..< N] = n(N + 1)/(n + 1) − 1.
    expectEqual(
      BestOfN.expectation(of: scores, choosingBy: scores, 64) / (64 * 5001 / 65 - 1), 1,
      tolerance: 1e-9)
  }
}
