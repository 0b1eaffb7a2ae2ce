import Environments
import Foundation
import Pessimism
import Testing

/// Compares numbers that should be the same but for rounding.
func expectClose(
  _ value: Double, _ expected: Double, within tolerance: Double = 1e-12,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    abs(value - expected) <= tolerance * max(1, abs(expected)), "\(value), expected \(expected)",
    sourceLocation: sourceLocation)
}

enum Worlds {
  /// 20,745 automata that play .02, .5 or .98.
  static let automata = AutomatonClass.all()

  /// 4,100 that play .02 or .98, a bit each.
  static let resolute = AutomatonClass.all(grid: .binary([0.02, 0.98]))

  /// 25 automata without memory, all equally likely at first.
  static let memoryless = AutomatonClass.all(
    upTo: 1, grid: .binary([0.1, 0.3, 0.5, 0.7, 0.9]))

  /// All sequences of so many observations out of two.
  static func observations(_ count: Int) -> [[Int]] {
    (0..<1 << count).map { number in (0..<count).map { number >> $0 & 1 } }
  }

  static func coins(_ count: Int, using generator: inout SeededGenerator) -> [Int] {
    (0..<count).map { _ in Int(generator.next() >> 63) }
  }

  static func uniform(using generator: inout SeededGenerator) -> Double {
    Double(generator.next() >> 11) * 0x1p-53
  }

  static func distribution(_ count: Int, using generator: inout SeededGenerator) -> [Double] {
    let raw = (0..<count).map { _ in -log(1 - uniform(using: &generator)) }
    let sum = raw.reduce(0, +)
    return raw.map { $0 / sum }
  }
}
