import Testing

@testable import Environments

@Suite struct `A seeded generator` {
  /// From the reference code in C (Vigna, prng.di.unimi.it/splitmix64.c).
  @Test func `gives the published sequence`() {
    var generator = SeededGenerator(seed: 1_234_567)
    #expect(
      (0..<5).map { _ in generator.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  /// The bound is five standard deviations of a share over n draws, √(p(1 − p)/n).
  @Test func `draws indices as often as their probabilities say, and never at zero`() {
    var generator = SeededGenerator(seed: 5)
    let (probabilities, n) = ([0, 0.5, 0, 0.2, 0.3, 0], 20_000)
    var counts = Array(repeating: 0, count: probabilities.count)
    for _ in 0..<n { counts[generator.index(from: probabilities)] += 1 }
    for (count, p) in zip(counts, probabilities) {
      #expect(abs(Double(count) / Double(n) - p) <= 5 * (p * (1 - p) / Double(n)).squareRoot())
    }
  }

  @Test func `draws an index even if rounding leaves the probabilities short of one`() {
    var generator = SeededGenerator(seed: 5)
    #expect((0..<100).allSatisfy { _ in generator.index(from: [0, 1e-12, 0]) == 1 })
  }

  @Test func `draws evenly below a bound and within one`() {
    var generator = SeededGenerator(seed: 6)
    let indices = (0..<3000).map { _ in generator.index(below: 3) }
    let counts = (0..<3).map { value in indices.count { $0 == value } }
    // √(3000 · 1/3 · 2/3) = 25.8
    #expect(counts.allSatisfy { abs($0 - 1000) < 130 })
    let numbers = (0..<3000).map { _ in generator.uniform(within: 0.05) }
    #expect(numbers.allSatisfy { (-0.05..<0.05).contains($0) })
    // The mean's standard deviation is 0.05/√(3 · 3000) = 0.00053.
    #expect(abs(numbers.reduce(0, +) / 3000) < 0.0027)
    #expect((numbers.min() ?? 0) < -0.049 && (numbers.max() ?? 0) > 0.049)
  }
}
