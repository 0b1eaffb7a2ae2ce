import Environments
import Foundation
import Pessimism

/// Are near-optimal policies simple? Sequences of twelve actions in random problems, by value and by length of description.
///
/// Point (3) of the argument of Cohen and others (2024), which they leave untested.
struct SimplicityRecord: Encodable, Sendable {
  static let horizon = 12
  static let problems = 200
  static let stateCounts = [1, 2, 4, 8, 16]
  /// Shares of all sequences, the best first: the best of 4,096, 1 of 100 and so on.
  static let shares = [0, 0.01, 0.05, 0.25, 0.5, 1]
  /// How far from the mean of all sequences to the best one.
  static let heights = [1, 0.99, 0.95, 0.9, 0.75]

  var seed: Int
  var stateCount: Int
  /// Mean bits of the best sequences, by share.
  var bits: [Double]
  /// Mean bits of the best sequence once actions are renamed step by step at random: as good, in the renamed problem.
  var renamed: Double
  /// Bits of the shortest sequence of a height, by height.
  var shortest: [Double]
  /// The same once actions are renamed.
  var renamedShortest: [Double]

  enum CodingKeys: String, CodingKey {
    case seed, bits, renamed, shortest
    case stateCount = "state_count"
    case renamedShortest = "renamed_shortest"
  }

  static func measure(seed: Int) -> [SimplicityRecord] {
    let count = 1 << horizon
    let lengths = (0..<count).map { number in
      SequenceDescription(of: (0..<horizon).map { number >> $0 & 1 }, actionCount: 2).bits
    }
    return stateCounts.flatMap { stateCount in
      var generator = SeededGenerator(seed: UInt64(seed * 100 + stateCount))
      return (0..<problems).map { _ in
        let problem = DecisionProblem(stateCount: stateCount, using: &generator)
        let mask = Int(generator.next() % UInt64(count))
        return SimplicityRecord(problem, seed: seed, mask: mask, lengths: lengths)
      }
    }
  }

  private init(_ problem: DecisionProblem, seed: Int, mask: Int, lengths: [Double]) {
    let values = problem.values(horizon: SimplicityRecord.horizon)
    let order = values.indices.sorted { values[$0] > values[$1] }
    let best = values[order[0]]
    let mean = values.reduce(0, +) / Double(values.count)
    self.seed = seed
    stateCount = problem.stateCount
    bits = SimplicityRecord.shares.map { share in
      let kept = order.prefix(max(1, Int(share * Double(values.count))))
      return kept.reduce(0) { $0 + lengths[$1] } / Double(kept.count)
    }
    renamed = lengths[order[0] ^ mask]
    func shortest(_ height: Double, _ mask: Int) -> Double {
      order.prefix { values[$0] >= mean + height * (best - mean) - 1e-12 }
        .reduce(.infinity) { min($0, lengths[$1 ^ mask]) }
    }
    self.shortest = SimplicityRecord.heights.map { shortest($0, 0) }
    renamedShortest = SimplicityRecord.heights.map { shortest($0, mask) }
  }
}

/// States that actions lead through without chance, each with a reward for each action.
struct DecisionProblem: Sendable {
  let stateCount: Int
  /// Next states, [state][action].
  let transitions: [Int]
  /// Rewards in 0..<1, [state][action].
  let rewards: [Double]

  init(stateCount: Int, using generator: inout SeededGenerator) {
    self.stateCount = stateCount
    transitions = (0..<stateCount * 2).map { _ in
      Int(generator.next().multipliedFullWidth(by: UInt64(stateCount)).high)
    }
    rewards = (0..<stateCount * 2).map { _ in Double(generator.next() >> 11) * 0x1p-53 }
  }

  /// What every sequence earns from state 0, [sequence]; bit t of its place is action t.
  func values(horizon: Int) -> [Double] {
    (0..<1 << horizon).map { sequence in
      var state = 0
      var value = 0.0
      for time in 0..<horizon {
        let place = state * 2 + (sequence >> time & 1)
        value += rewards[place]
        state = transitions[place]
      }
      return value
    }
  }
}
