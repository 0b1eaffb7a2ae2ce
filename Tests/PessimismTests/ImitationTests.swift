import Environments
import Foundation
import Pessimism
import Testing

@Suite struct `The demonstrator` {
  /// Shares of runs in which it ever left the top set.
  private func share(alpha: Double, runs: Int, seed: UInt64) -> Double {
    let automata = Worlds.memoryless
    var generator = SeededGenerator(seed: seed)
    let left = (0..<runs).count { _ in
      let demonstrator = Int(generator.next() % 25)
      let run = ImitationRun(
        of: PessimisticImitator(automata, alpha: alpha), demonstrator: demonstrator,
        observations: Worlds.coins(100, using: &generator), using: &generator)
      return run.isDemonstratorHeard.contains(false)
    }
    return Double(left) / Double(runs)
  }

  @Test func `leaves the top set in at most α/w(μ) of all runs (Theorem 3)`() {
    // All priors are 1/25. Four standard errors of a share at its bound over 200 runs.
    for ratio in [0.1, 0.5] {
      let slack = 4 * (ratio * (1 - ratio) / 200).squareRoot()
      #expect(share(alpha: ratio / 25, runs: 200, seed: 21) <= ratio + slack)
    }
    // The control: with α above its prior nothing protects it.
    #expect(share(alpha: 0.25, runs: 100, seed: 22) > 0.5)
  }

  @Test(arguments: [
    (ActionGrid.binary([0.1, 0.5, 0.9]), true), (ActionGrid.binary([0, 0.5, 1]), false),
  ])
  func `has a posterior whose inverse is a martingale`(grid: ActionGrid, isFull: Bool) {
    // E_μ[1/w(μ|h)] = Σ_{μ(h) > 0} ξ(h)/w(μ): it stays, or falls where others hold possible what μ rules out.
    let automata = AutomatonClass.all(upTo: 1, grid: grid)
    for demonstrator in [0, 4, 7] {
      let prior = exp(automata.logPrior[demonstrator])
      for observations in Worlds.observations(4) {
        var last = 1 / prior
        for time in 1...4 {
          let expected = expectedInverse(
            of: demonstrator, in: automata, observing: Array(observations[..<time]))
          #expect(expected <= last * (1 + 1e-12))
          if isFull { expectClose(expected, 1 / prior) }
          last = expected
        }
        if !isFull && demonstrator == 0 { #expect(last < 0.9 / prior) }
      }
    }
  }

  /// By going through all histories, each with its own posterior.
  private func expectedInverse(
    of demonstrator: Int, in automata: AutomatonClass, observing observations: [Int]
  ) -> Double {
    let model = ActionSequences(of: demonstrator, in: automata, observing: observations)
    return model.logProbabilities.indices.reduce(0) { sum, sequence in
      guard model.logProbabilities[sequence] > -.infinity else { return sum }
      var imitator = PessimisticImitator(automata, alpha: 0.1)
      for (observation, action) in zip(observations, model.actions(of: sequence)) {
        imitator.learn(action, observing: observation)
      }
      return sum + model.probabilities[sequence] / imitator.mixture.weights[demonstrator]
    }
  }
}

@Suite struct `A budget against the pessimistic imitator` {
  @Test func `is at least as strict as one against the demonstrator in its top set`() {
    var generator = SeededGenerator(seed: 31)
    let automata = Worlds.resolute
    var checked = 0
    for demonstrator in [0, 2, 3, 1000, 2345] {
      var imitator = PessimisticImitator(
        automata, alpha: exp(automata.logPrior[demonstrator]) / 2)
      imitator.watch(
        demonstrator, observing: Worlds.coins(40, using: &generator), using: &generator)
      guard imitator.topSet.contains(demonstrator) else { continue }
      for observations in Worlds.observations(3) {
        let base = ActionSequences(of: imitator, observing: observations).logProbabilities
        let own = ActionSequences(
          of: demonstrator, in: automata, from: imitator.states[demonstrator],
          observing: observations
        ).logProbabilities
        for (pessimistic, demonstrated) in zip(base, own) {
          #expect(pessimistic <= demonstrated + 1e-12)
        }
        let policy = Worlds.distribution(8, using: &generator).map { log($0) }
        #expect(klDivergence(policy, from: base) >= klDivergence(policy, from: own) - 1e-12)
        checked += 1
      }
    }
    #expect(checked >= 24)
  }

  @Test func `may be laxer once the demonstrator has left`() throws {
    // The control: α = 1 hears one model alone; a coin that shows one thing three times hides a fair one.
    let automata = AutomatonClass.all(upTo: 1, observationCount: 1, grid: .hardlyHalfNearly)
    let fair = try #require(automata.index(of: .memoryless([1], actionCount: 2)))
    var imitator = PessimisticImitator(automata, alpha: 1)
    for _ in 0..<8 { imitator.learn(1, observing: 0) }
    #expect(!imitator.topSet.contains(fair))
    let base = ActionSequences(of: imitator, observing: [0]).logProbabilities
    let own = ActionSequences(of: fair, in: automata, observing: [0]).logProbabilities
    let policy = [log(0.01), log(0.99)]
    #expect(klDivergence(policy, from: base) < klDivergence(policy, from: own) - 0.5)
  }
}

@Suite struct `Asking` {
  @Test func `has the probability that no member of the top set vouches for`() {
    // .1 and .9 in one top set: min is .1 for either action, .8 for asking.
    let automata = AutomatonClass.all(upTo: 1, observationCount: 1, grid: .binary([0.1, 0.9]))
    let imitator = PessimisticImitator(automata, alpha: 0.4)
    expectClose(imitator.askingProbability(observing: 0), 0.8)
    #expect(imitator.choice(observing: 0, draw: 0.05) == 0)
    #expect(imitator.choice(observing: 0, draw: 0.15) == 1)
    #expect(imitator.choice(observing: 0, draw: 0.25) == nil)
    var own = imitator
    own.play(1, observing: 0)
    #expect(own.mixture == imitator.mixture)
    var taught = imitator
    taught.learn(1, observing: 0)
    expectClose(taught.mixture.weights[1], 0.9)
  }

  @Test func `stays below its bound, where an imitator that learns nothing does not`() {
    // Two coins, .1 and .9, w = ½, α = .49: |A|·α⁻³·(24/w + 12) = 1,020. At first θ³ = .8³: for good that is 2,048 in 4,000 steps.
    let automata = AutomatonClass.all(upTo: 1, observationCount: 1, grid: .binary([0.1, 0.9]))
    let bound = ImitationRun.bound(actionCount: 2, alpha: 0.49, prior: 0.5)
    expectClose(bound, 1019.983, within: 1e-6)
    var generator = SeededGenerator(seed: 41)
    let start = PessimisticImitator(automata, alpha: 0.49)
    let sums = (0..<10).map { run in
      ImitationRun(
        of: start, demonstrator: run % 2, observations: Array(repeating: 0, count: 4000),
        using: &generator
      ).cubedSums.last ?? .nan
    }
    #expect(sums.reduce(0, +) / 10 <= bound)
    let untaught = start.askingProbability(observing: 0)
    #expect(4000 * untaught * untaught * untaught > bound)
  }

  @Test func `grows rare with time`() {
    var generator = SeededGenerator(seed: 42)
    var (early, late) = (0.0, 0.0)
    for run in 0..<20 {
      let asked = ImitationRun(
        of: PessimisticImitator(Worlds.memoryless, alpha: 0.02), demonstrator: run,
        observations: Worlds.coins(600, using: &generator), using: &generator
      ).askingProbabilities
      early += asked.prefix(100).reduce(0, +) / 2000
      late += asked.suffix(100).reduce(0, +) / 2000
    }
    #expect(late < early / 2)
  }

  @Test func `comes back with what has no precedent`() throws {
    let automata = Worlds.resolute
    let demonstrator = try #require(
      automata.index(of: .memoryless([0, 0], actionCount: 2)))
    var generator = SeededGenerator(seed: 43)
    var imitator = PessimisticImitator(automata, alpha: 0.005)
    imitator.watch(
      demonstrator, observing: Array(repeating: 0, count: 200), using: &generator)
    #expect(imitator.askingProbability(observing: 0) < 0.5)
    #expect(imitator.askingProbability(observing: 1) > 0.9)
  }
}

@Suite struct `A sequence's description` {
  @Test func `is the shortest loop that prints it`() {
    // 1 + n·(1 + 1) + log₂ n bits; letter by letter 1 + m.
    let cases: [([Int], Int?, Double)] = [
      (Array(repeating: 1, count: 12), 1, 3), ([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1], 2, 6),
      ([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 2, 6),
      ([1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0], 3, 7 + log2(3.0)),
      ([1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 0, 0], nil, 13),
    ]
    for (actions, states, bits) in cases {
      let description = SequenceDescription(of: actions, actionCount: 2)
      #expect(description.stateCount == states)
      expectClose(description.bits, bits)
    }
  }

  @Test func `is a code: no more sequences than it has room for`() {
    let sum = Worlds.observations(12).reduce(0) {
      $0 + exp2(-SequenceDescription(of: $1, actionCount: 2).bits)
    }
    #expect(sum <= 1)
  }
}
