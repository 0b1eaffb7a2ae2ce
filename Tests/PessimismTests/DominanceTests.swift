import Environments
import Foundation
import Pessimism
import Testing

@Suite struct `The mixture` {
  /// 60 automata of one and two states, so that all pairs can be tried.
  static let few = AutomatonClass(
    (0..<9).map { Worlds.automata[$0] } + (0..<51).map { Worlds.automata[9 + $0 * 400] },
    grid: Worlds.automata.grid)

  static func mixture(_ automata: AutomatonClass, observing observations: [Int]) -> ActionSequences
  {
    ActionSequences(
      of: BayesianMixture(logWeights: automata.logPrior), over: automata,
      from: automata.startingStates, observing: observations)
  }

  @Test func `gives every sequence at least w(ν) times what ν gives it`() {
    for observations in Worlds.observations(5) {
      let mixture = Self.mixture(Self.few, observing: observations)
      expectClose(mixture.probabilities.reduce(0, +), 1)
      for automaton in 0..<Self.few.count {
        let model = ActionSequences(of: automaton, in: Self.few, observing: observations)
        for (one, other) in zip(mixture.logProbabilities, model.logProbabilities) {
          #expect(one >= Self.few.logPrior[automaton] + other - 1e-12)
        }
      }
    }
  }

  @Test func `is the sum of its models' sequences`() {
    for observations in Worlds.observations(4) {
      let mixture = Self.mixture(Self.few, observing: observations)
      var sum = Array(repeating: 0.0, count: 16)
      for automaton in 0..<Self.few.count {
        let model = ActionSequences(of: automaton, in: Self.few, observing: observations)
        for place in sum.indices {
          sum[place] += exp(Self.few.logPrior[automaton]) * model.probabilities[place]
        }
      }
      for (found, expected) in zip(mixture.probabilities, sum) { expectClose(found, expected) }
    }
  }

  @Test func `is left for ν at no more than −ln w(ν), whatever is observed, however long`() {
    for horizon in [1, 3, 6] {
      for automaton in [0, 4, 8, 20, 45, 59] {
        let greatest = greatestDivergence(
          observationCount: 2, horizon: horizon,
          of: { ActionSequences(of: automaton, in: Self.few, observing: $0) },
          from: { Self.mixture(Self.few, observing: $0) })
        #expect(greatest.divergence <= -Self.few.logPrior[automaton] + 1e-12)
        #expect(greatest.divergence > 0 && greatest.observations.count == horizon)
      }
    }
  }
}

@Suite struct `The greatest divergence` {
  @Test func `is that of the observations that part the two most`() {
    // Alike after 0; after 1 one plays .98 and the other ½: KL = .98·ln 1.96 + .02·ln .04 a step.
    let automata = AutomatonClass(
      [.memoryless([0, 2], actionCount: 2), .memoryless([0, 1], actionCount: 2)],
      grid: .hardlyHalfNearly)
    let greatest = greatestDivergence(
      observationCount: 2, horizon: 3,
      of: { ActionSequences(of: 0, in: automata, observing: $0) },
      from: { ActionSequences(of: 1, in: automata, observing: $0) })
    #expect(greatest.observations == [1, 1, 1])
    expectClose(greatest.divergence, 3 * (0.98 * log(1.96) + 0.02 * log(0.04)))
  }
}

@Suite struct `Listed sequences` {
  @Test func `carry their actions in counting order`() {
    // One automaton that plays 1 with .98 after observation 0 and with .02 after observation 1.
    let automata = AutomatonClass(
      [.memoryless([2, 0], actionCount: 2)], grid: .hardlyHalfNearly)
    let sequences = ActionSequences(of: 0, in: automata, observing: [0, 1])
    for (found, expected) in zip(
      sequences.probabilities, [0.02 * 0.98, 0.02 * 0.02, 0.98 * 0.98, 0.98 * 0.02])
    {
      expectClose(found, expected)
    }
    #expect(sequences.actions(of: 2) == [1, 0])
    #expect(sequences.utilities { Double($0[1]) } == [0, 1, 0, 1])
  }

  @Test func `leave out what follows the impossible`() {
    let automata = AutomatonClass([.memoryless([0, 1], actionCount: 2)], grid: .binary([0, 0.5]))
    let sequences = ActionSequences(of: 0, in: automata, observing: [0, 1, 1])
    #expect(
      sequences.probabilities.map { $0 > 0 } == [true, true, true, true]
        + Array(repeating: false, count: 4))
    expectClose(sequences.logMass, 0)
  }
}
