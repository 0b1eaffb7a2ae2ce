import Environments
import Foundation
import Pessimism
import Testing

@Suite struct `Divergence` {
  @Test func `from one base bounds nothing between two policies near it (Proposition 1)`() {
    // τ = Bern(0), π = β = Bern(min(ε, 1)/2).
    for epsilon in [1e-3, 0.1, 1, 5] {
      let share = min(epsilon, 1) / 2
      let base = [1 - share, share].map { log($0) }
      let never = [0, -Double.infinity]
      #expect(klDivergence(base, from: base) == 0)
      expectClose(klDivergence(never, from: base), -log(1 - share))
      #expect(klDivergence(never, from: base) <= epsilon)
      #expect(klDivergence(base, from: never) == .infinity)
    }
  }

  @Test func `from a base that asks costs its missing mass more`() {
    let policy = [0.5, 0.5].map { log($0) }
    let base = [0.25, 0.5].map { log($0) }
    let normalized = [1.0 / 3, 2.0 / 3].map { log($0) }
    expectClose(
      klDivergence(policy, from: base), klDivergence(policy, from: normalized) - log(0.75))
  }
}

@Suite struct `The optimum on a budget` {
  private struct Problem {
    var base: [Double]
    var utilities: [Double]

    init(using generator: inout SeededGenerator, outcomes: Int = 6, neverDone: Int? = nil) {
      base = Worlds.distribution(outcomes, using: &generator)
      if let neverDone {
        base[neverDone] = 0
        let sum = base.reduce(0, +)
        base = base.map { $0 / sum }
      }
      utilities = (0..<outcomes).map { _ in Worlds.uniform(using: &generator) }
    }

    var logarithms: [Double] { base.map { log($0) } }
    var best: Int { utilities.indices.max { utilities[$0] < utilities[$1] } ?? 0 }
  }

  @Test func `of two outcomes is where the divergence meets the budget`() throws {
    // KL(Bern(p) ‖ Bern(¼)) at p = ½ is ½·ln(½/¼) + ½·ln(½/¾).
    let budget = 0.5 * log(2) + 0.5 * log(2.0 / 3)
    let optimum = try #require(
      BudgetedOptimum.withinDivergence(budget, of: [0, 1], from: [log(0.75), log(0.25)]))
    expectClose(optimum.value, 0.5)
    expectClose(optimum.spent, budget)
  }

  // The envelope theorem, for both budgets; where nothing more can be bought, the price is 0.
  @Test func `has the price that one more unit would buy`() throws {
    var generator = SeededGenerator(seed: 8)
    let problem = Problem(using: &generator)
    let near = { (nats: Double) in
      try #require(
        BudgetedOptimum.withinDivergence(nats, of: problem.utilities, from: problem.logarithms))
    }
    let moved = { (share: Double) in
      BudgetedOptimum.withinTotalVariation(share, of: problem.utilities, from: problem.base)
    }
    let slope = (try near(0.3 + 1e-5).value - near(0.3 - 1e-5).value) / 2e-5
    expectClose(try near(0.3).price, slope, within: 1e-6)
    expectClose(moved(0.1).price, (moved(0.1 + 1e-6).value - moved(0.1).value) * 1e6, within: 1e-6)
    #expect(try near(100).price == 0 && moved(1).price == 0)
  }

  @Test func `makes an event certain for −ln β(G), not for less`() throws {
    let base = [0.5, 0.3, 0.1, 0.1].map { log($0) }
    let price = -log(0.2)
    let bought = try #require(
      BudgetedOptimum.withinDivergence(price, of: [0, 0, 1, 1], from: base))
    expectClose(bought.value, 1)
    expectClose(bought.probabilities[2], 0.5)
    let short = try #require(
      BudgetedOptimum.withinDivergence(price - 0.01, of: [0, 0, 1, 1], from: base))
    #expect(short.value < 1 - 1e-4)
  }

  @Test func `is the base at no budget, and nothing below the price of never asking`() throws {
    var generator = SeededGenerator(seed: 5)
    let problem = Problem(using: &generator)
    let idle = try #require(
      BudgetedOptimum.withinDivergence(
        0, of: problem.utilities, from: problem.logarithms))
    for (found, base) in zip(idle.probabilities, problem.base) {
      expectClose(found, base, within: 1e-5)
    }
    let asking = problem.base.map { log($0 * 0.5) }
    #expect(
      BudgetedOptimum.withinDivergence(log(2) - 1e-6, of: problem.utilities, from: asking) == nil)
    let acting = try #require(
      BudgetedOptimum.withinDivergence(log(2) + 0.3, of: problem.utilities, from: asking))
    let plain = try #require(
      BudgetedOptimum.withinDivergence(0.3, of: problem.utilities, from: problem.logarithms))
    expectClose(acting.value, plain.value, within: 1e-9)
  }

  @Test func `is beaten by no policy within the budget, of either kind`() throws {
    var generator = SeededGenerator(seed: 6)
    for _ in 0..<20 {
      let problem = Problem(using: &generator)
      let (nats, share) = (0.2, 0.15)
      let tilted = try #require(
        BudgetedOptimum.withinDivergence(nats, of: problem.utilities, from: problem.logarithms))
      let moved = BudgetedOptimum.withinTotalVariation(
        share, of: problem.utilities, from: problem.base)
      expectClose(tilted.spent, nats, within: 1e-9)
      expectClose(moved.spent, share)
      for _ in 0..<300 {
        let other = Worlds.distribution(6, using: &generator)
        let mix = Worlds.uniform(using: &generator)
        let policy = zip(problem.base, other).map { (1 - mix) * $0 + mix * $1 }
        let value = zip(policy, problem.utilities).reduce(0) { $0 + $1.0 * $1.1 }
        let distance = zip(policy, problem.base).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
        if klDivergence(policy.map { log($0) }, from: problem.logarithms) <= nats {
          #expect(value <= tilted.value + 1e-9)
        }
        if distance <= share { #expect(value <= moved.value + 1e-12) }
      }
    }
  }

  @Test func `raises only optimal outcomes under total variation (Theorem 2)`() throws {
    var generator = SeededGenerator(seed: 7)
    for trial in 0..<50 {
      let problem = Problem(using: &generator, neverDone: trial % 6)
      let moved = BudgetedOptimum.withinTotalVariation(
        0.2, of: problem.utilities, from: problem.base)
      for outcome in problem.base.indices where moved.probabilities[outcome] > problem.base[outcome]
      {
        #expect(outcome == problem.best)
      }
      expectClose(moved.probabilities.reduce(0, +), 1)
      #expect(moved.probabilities[problem.best] > problem.base[problem.best])
    }
  }

  @Test func `raises others too under divergence, but nothing that the base never does`() throws {
    var generator = SeededGenerator(seed: 8)
    var others = 0
    for trial in 0..<50 {
      let problem = Problem(using: &generator, neverDone: trial % 6)
      let tilted = try #require(
        BudgetedOptimum.withinDivergence(0.2, of: problem.utilities, from: problem.logarithms))
      #expect(tilted.probabilities[trial % 6] == 0)
      others += problem.base.indices.count {
        tilted.probabilities[$0] > problem.base[$0] + 1e-9 && $0 != problem.best
      }
    }
    #expect(others >= 50)
  }
}
