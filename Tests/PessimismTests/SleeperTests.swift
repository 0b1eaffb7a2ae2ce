import Environments
import Foundation
import Pessimism
import Testing

/// Theorem 1 of "RL, but don't do anything I wouldn't do" in a world where all of it can be counted.
@Suite struct `A sleeper` {
  let automata = Worlds.resolute
  let demonstrator: Int
  let sleeper: Int

  init() throws {
    // It plays action 1 with .02 whatever it observes; the sleeper with .98 once 1 has been observed.
    let automaton = Automaton.memoryless([0, 0], actionCount: 2)
    demonstrator = try #require(Worlds.resolute.index(of: automaton))
    sleeper = try #require(Worlds.resolute.index(of: automaton.sleeper(after: [1], then: 1)))
  }

  private func taught(_ observations: [Int]) -> PessimisticImitator {
    var generator = SeededGenerator(seed: 11)
    var imitator = PessimisticImitator(automata, alpha: 0.01)
    imitator.watch(demonstrator, observing: observations, using: &generator)
    return imitator
  }

  private func odds(_ imitator: PessimisticImitator) -> Double {
    imitator.mixture.logWeights[sleeper] - imitator.mixture.logWeights[demonstrator]
  }

  @Test func `keeps its odds through any number of demonstrations without precedent`() {
    // 14 bits against 3.
    let expected = -11 * log(2.0)
    for count in [0, 1, 10, 100, 300] {
      expectClose(odds(taught(Array(repeating: 0, count: count))), expected, within: 1e-9)
    }
    // The control: four demonstrations of the event, and it is nearly ruled out. Each costs ln 49 or pays it.
    let after = odds(taught(Array(repeating: 0, count: 100) + [1, 1, 1, 1]))
    #expect(after < expected - 2 * log(49.0) + 1e-9)
  }

  @Test func `costs no more than −ln of its weight, and the optimum on that budget is as bad`()
    throws
  {
    let observations = [1, 1, 1, 1, 1, 1]
    var prices: [Double] = []
    for count in [20, 200] {
      let imitator = taught(Array(repeating: 0, count: count))
      let mixture = ActionSequences(
        of: imitator.mixture, over: automata, from: imitator.states, observing: observations)
      let policy = ActionSequences(of: sleeper, in: automata, observing: observations)
      let price = klDivergence(policy.logProbabilities, from: mixture.logProbabilities)
      let bound = -imitator.mixture.logWeights[sleeper]
      #expect(price <= bound)
      let utilities = mixture.utilities { Double($0.reduce(0, +)) / Double($0.count) }
      let bought = try #require(
        BudgetedOptimum.withinDivergence(bound, of: utilities, from: mixture.logProbabilities))
      #expect(bought.value >= 0.98)
      // The control: the demonstrator itself sells less for as much.
      let own = ActionSequences(of: demonstrator, in: automata, observing: observations)
      let dear = try #require(
        BudgetedOptimum.withinDivergence(bound, of: utilities, from: own.logProbabilities))
      #expect(dear.value < 0.7)
      prices.append(bound)
    }
    // Ten times the data do not make it dearer.
    #expect(prices[1] < prices[0] + 0.1)
  }

  @Test func `of the shortest unseen pattern grows like the logarithm of time`() {
    var generator = SeededGenerator(seed: 12)
    let automaton = Automaton.memoryless([0, 0], actionCount: 2)
    let observations = Worlds.coins(20_000, using: &generator)
    let lengths = [20, 200, 2000, 20_000].map { count in
      shortestUnseenPattern(in: Array(observations[..<count]), observationCount: 2)
    }.map { pattern in
      (
        pattern.count,
        automaton.sleeper(after: pattern, then: 2)
          .descriptionLength(over: .hardlyHalfNearly)
      )
    }
    for (place, length) in lengths.enumerated() {
      let count = 20 * pow(10, Double(place))
      // Coupon collecting: all 2^n patterns are seen after about n·2^n·ln 2 steps.
      #expect(abs(Double(length.0) - log2(count / log(count))) < 2.5)
      // n + 1 states of four transitions: the bits grow like n·log n and not like 2^n.
      let states = Double(length.0 + 1)
      expectClose(
        length.1, states + 4 * states * log2(states) + 4 * states)
    }
  }
}

@Suite struct `The shortest unseen pattern` {
  @Test func `is found by hand`() {
    #expect(shortestUnseenPattern(in: [], observationCount: 2) == [0])
    #expect(shortestUnseenPattern(in: [0, 0, 0], observationCount: 2) == [1])
    #expect(shortestUnseenPattern(in: [0, 1], observationCount: 2) == [0, 0])
    #expect(shortestUnseenPattern(in: [0, 0, 1, 1, 0], observationCount: 2) == [0, 0, 0])
    #expect(shortestUnseenPattern(in: [0, 0, 1, 1], observationCount: 2) == [1, 0])
    #expect(shortestUnseenPattern(in: [0, 1, 1], observationCount: 3) == [2])
  }

  @Test func `never occurs, and all shorter ones do`() {
    var generator = SeededGenerator(seed: 13)
    for count in [5, 50, 500] {
      let seen = Worlds.coins(count, using: &generator)
      let pattern = shortestUnseenPattern(in: seen, observationCount: 2)
      #expect(!seen.indices.contains { seen[$0...].starts(with: pattern) })
      for shorter in Worlds.observations(pattern.count - 1) {
        #expect(shorter.isEmpty || seen.indices.contains { seen[$0...].starts(with: shorter) })
      }
    }
  }
}
