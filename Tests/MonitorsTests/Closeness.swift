import Environments
import Foundation
import Testing

/// Compares numbers that should be the same but for rounding.
func expectClose(
  _ value: Double?, _ expected: Double, within tolerance: Double = 1e-12,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let distance = value.map { abs($0 - expected) } ?? .infinity
  #expect(
    distance <= tolerance * max(1, abs(expected)),
    "\(String(describing: value)), expected \(expected)", sourceLocation: sourceLocation)
}

/// Random numbers for tests, each from its own seed.
struct Chance {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func uniform() -> Double { Double(generator.next() >> 11) * 0x1p-53 }

  /// Standard normal, by Box and Muller.
  mutating func normal() -> Double {
    (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
  }

  mutating func index(below bound: Int) -> Int { Int(uniform() * Double(bound)) }

  mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var elements = elements
    for last in elements.indices.dropFirst().reversed() {
      elements.swapAt(last, index(below: last + 1))
    }
    return elements
  }

  /// Completions of random tokens.
  mutating func texts(_ count: Int, length: Int, vocabulary: Int) -> [[Int]] {
    (0..<count).map { _ in (0..<length).map { _ in index(below: vocabulary) } }
  }
}
