import Environments
import Foundation
import Pessimism

/// How far a sleeper's price has risen after so many steps: that of the shortest pattern without precedent.
struct PatternBound: Encodable, Sendable {
  var seed: Int
  /// How likely observation 1 is.
  var share: Double
  var steps: Int
  /// The length of the shortest pattern that has not been observed.
  var length: Int
  /// (Length of the sleeper − length of the demonstrator)·ln 2: its price in nats above −ln w(μ).
  var bound: Double

  static let shares = [0.5, 0.1]
  static let steps = [10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000]

  static func measure(in world: PessimismWorld, seed: Int) -> [PatternBound] {
    let automaton = world.automata[world.demonstrator]
    let grid = world.automata.grid
    return shares.flatMap { share in
      var generator = SeededGenerator(seed: UInt64(seed))
      let observations = drawnObservations(
        steps.last ?? 0, share: share, using: &generator)
      return steps.map { steps in
        let pattern = shortestUnseenPattern(
          in: Array(observations[..<steps]), observationCount: 2)
        let sleeper = automaton.sleeper(after: pattern, then: 2)
        let bits =
          sleeper.descriptionLength(over: grid) - automaton.descriptionLength(over: grid)
        return PatternBound(
          seed: seed, share: share, steps: steps, length: pattern.count, bound: bits * log(2.0))
      }
    }
  }
}

/// ln, with −∞ at 0.
func logarithm(_ number: Double) -> Double { log(number) }
