import Testing

@testable import Environments

@Suite struct `The prisoner's dilemma` {
  let game = PrisonersDilemma.published

  @Test func `pays by the action now and the action before`() {
    var (copy, chance) = (game, SeededGenerator(seed: 1))
    _ = copy.reset(using: &chance)
    _ = copy.step(0)
    #expect(copy.step(0) == Step(observation: [1, 0], reward: 0.5))
    #expect(copy.step(1) == Step(observation: [0, 1], reward: 2))
    #expect(copy.step(1) == Step(observation: [0, 1], reward: -0.738613))
    #expect(copy.step(0) == Step(observation: [1, 0], reward: -1.76139))
  }

  @Test func `begins after either action about equally often`() {
    var copy = game
    let starts = (0..<1000 as Range<UInt64>).map { seed -> Int in
      var chance = SeededGenerator(seed: seed)
      let observation = copy.reset(using: &chance)
      #expect(observation == (copy.lastAction == 0 ? [1, 0] : [0, 1]))
      return copy.lastAction
    }
    // √(1000/4) = 15.8
    #expect(abs(starts.reduce(0, +) - 500) < 80)
  }

  @Test func `sums to zero in all matrices`() {
    for matrix in [game, .mildTemptation, .faintTemptation, .costlyCooperation] {
      #expect(abs(matrix.payoffs.joined().reduce(0, +)) < 1e-5)
    }
  }

  @Test func `is refused unless it is two by two`() {
    let tables: [([[Double]], String)] = [
      ([[1, 2, 3], [4, 5, 6]], "2 by 3"), ([[1, 2]], "1 by 2"), ([], "0 rows of []"),
      ([[1, 2], [3]], "2 rows of [2, 1]"),
    ]
    for (payoffs, shape) in tables {
      #expect(
        throws: EnvironmentError.wrongShape(of: "payoffs", expected: "2 by 2", actual: shape)
      ) { try PrisonersDilemma(payoffs: payoffs) }
    }
    #expect(throws: EnvironmentError.notFinite("payoffs[1][0]")) {
      try PrisonersDilemma(payoffs: [[0, 1], [.infinity, 0]])
    }
    #expect(
      "\(EnvironmentError.wrongShape(of: "payoffs", expected: "2 by 2", actual: "1 by 2"))"
        == "payoffs is 1 by 2, but must be 2 by 2")
  }

  /// Published values at γ = 0.5.
  @Test(arguments: [
    (PrisonersDilemma.Strategy.alwaysCooperate, 0, 1.0), (.alwaysDefect, 0, 1.26139),
    (.alternate, 0, 1.49241), (.alwaysCooperate, 1, -1.26139), (.alwaysDefect, 1, -1.47723),
    (.alternate, 1, -1.01519),
  ])
  func `has the published values`(
    strategy: PrisonersDilemma.Strategy, lastAction: Int, value: Double
  ) {
    #expect(abs(game.value(of: strategy, after: lastAction, discount: 0.5) - value) < 5e-6)
  }

  @Test(arguments: PrisonersDilemma.Strategy.allCases)
  func `has the values that playing it gives`(strategy: PrisonersDilemma.Strategy) {
    for discount in [0, 0.3, 0.5, 0.9] {
      for start in 0...1 {
        var (last, factor, sum) = (start, 1.0, 0.0)
        for _ in 0..<500 {
          let action = strategy.action(after: last)
          sum += factor * game.payoffs[action][last]
          factor *= discount
          last = action
        }
        #expect(abs(game.value(of: strategy, after: start, discount: discount) - sum) < 1e-12)
      }
    }
  }

  @Test func `is best played by alternating at one half`() {
    #expect(game.optimalStrategy(discount: 0.5) == .alternate)
    #expect(PrisonersDilemma.costlyCooperation.optimalStrategy(discount: 0.5) == .alternate)
    #expect(PrisonersDilemma.mildTemptation.optimalStrategy(discount: 0.5) == .repeatLast)
    #expect(PrisonersDilemma.faintTemptation.optimalStrategy(discount: 0.5) == .repeatLast)
  }

  @Test(arguments: [
    PrisonersDilemma.published, .mildTemptation, .faintTemptation, .costlyCooperation,
  ])
  func `has one strategy that no other beats from either state`(game: PrisonersDilemma) {
    for discount in stride(from: 0.01, to: 1, by: 0.01) {
      let best = game.optimalStrategy(discount: discount)
      for other in PrisonersDilemma.Strategy.allCases {
        for start in 0...1 {
          #expect(
            game.value(of: best, after: start, discount: discount)
              > game.value(of: other, after: start, discount: discount) - 1e-9)
        }
      }
    }
  }

  /// By hand: from defect, alternating equals defecting where 2.738613·γ = 1.022777; from cooperate, alternating equals
  /// cooperating where 2.26139·γ = 1.5.
  @Test func `changes its best strategy where hand calculation says`() {
    let thresholds = game.optimalStrategyThresholds
    #expect(thresholds.map(\.below) == [.alwaysDefect, .alternate])
    #expect(thresholds.map(\.above) == [.alternate, .alwaysCooperate])
    for (threshold, expected) in zip(thresholds, [1.022777 / 2.738613, 1.5 / 2.26139]) {
      #expect(abs(threshold.discount - expected) < 1e-12)
    }
  }

  @Test(arguments: [
    PrisonersDilemma.published, .mildTemptation, .faintTemptation, .costlyCooperation,
  ])
  func `changes its best strategy at its thresholds and nowhere else`(game: PrisonersDilemma) {
    let thresholds = game.optimalStrategyThresholds
    for threshold in thresholds {
      #expect(game.optimalStrategy(discount: threshold.discount - 1e-7) == threshold.below)
      #expect(game.optimalStrategy(discount: threshold.discount + 1e-7) == threshold.above)
    }
    for discount in stride(from: 0.0005, to: 1, by: 0.001) {
      let next = discount + 0.001
      guard next < 1, !thresholds.contains(where: { (discount...next).contains($0.discount) })
      else { continue }
      #expect(game.optimalStrategy(discount: discount) == game.optimalStrategy(discount: next))
    }
  }

  /// By hand: from cooperate where 2.738613·γ = 1.5, from defect where 2.26139·γ = 1.022777.
  @Test func `pays cooperation and defection equally at the published discounts`() throws {
    let after = (0...1).map {
      game.equalValueDiscounts(of: .alwaysCooperate, and: .alwaysDefect, after: $0)
    }
    #expect(after.map(\.count) == [1, 1])
    #expect(abs(after[0][0] - 0.5477) < 5e-5 && abs(after[1][0] - 0.4523) < 5e-5)
    #expect(abs(after[0][0] - 1.5 / 2.738613) < 1e-12)
    #expect(abs(after[1][0] - 1.022777 / 2.26139) < 1e-12)
    #expect(game.equalValueDiscounts(of: .alternate, and: .alternate, after: 0).isEmpty)
  }

  @Test func `gives the published softmax over averaged returns`() {
    let strategies = [PrisonersDilemma.Strategy.alwaysCooperate, .alwaysDefect, .alternate]
    for (strategy, mean) in zip(strategies, [-0.1307, -0.1079, 0.2386]) {
      #expect(abs(game.value(of: strategy, discount: 0.5) - mean) < 5e-5)
    }
    let shares = game.softmaxShares(of: strategies, discount: 0.5)
    for (share, expected) in zip(shares, [0.2882, 0.2948, 0.4170]) {
      #expect(abs(share - expected) < 5e-5)
    }
  }
}

@Suite struct `The self-consistent policy` {
  let game = PrisonersDilemma.published

  @Test(arguments: [
    (0.5, 0.530, 0.234, 0.236), (1, 0.559, 0.218, 0.223), (2, 0.617, 0.188, 0.195),
    (5, 0.767, 0.112, 0.121), (20, 0.992, 0.004, 0.005),
  ])
  func `has the tabulated shares`(
    ratio: Double, alternating: Double, cooperating: Double, defecting: Double
  ) {
    let policy = game.selfConsistentPolicy(discount: 0.5, ratio: ratio)
    #expect(abs(policy.alternatingShare - alternating) < 5.1e-4)
    #expect(abs(policy.cooperatingShare - cooperating) < 5.1e-4)
    #expect(abs(policy.defectingShare - defecting) < 5.1e-4)
  }

  @Test(arguments: [0.5, 1, 5, 20, 1000])
  func `is the softmax of its own action values`(ratio: Double) {
    let policy = game.selfConsistentPolicy(discount: 0.5, ratio: ratio)
    for (row, values) in zip(policy.probabilities, policy.actionValues) {
      for (p, expected) in zip(row, softmax(values.map { ratio * $0 })) {
        #expect(abs(p - expected) < 1e-11)
      }
    }
  }

  /// q(s, a) = M[a][s] + γ·Σ_b π(b | a)·q(a, b).
  @Test func `has action values that solve Bellman's equation`() {
    let policy = game.selfConsistentPolicy(discount: 0.5, ratio: 2)
    for s in 0...1 {
      for a in 0...1 {
        let following = zip(policy.probabilities[a], policy.actionValues[a])
          .reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(policy.actionValues[s][a] - game.payoffs[a][s] - 0.5 * following) < 1e-13)
      }
    }
  }

  @Test func `is even at ratio zero, and its shares always sum to one`() {
    let even = game.selfConsistentPolicy(discount: 0.5, ratio: 0)
    #expect(even.probabilities == [[0.5, 0.5], [0.5, 0.5]])
    #expect(
      [even.alternatingShare, even.cooperatingShare, even.defectingShare] == [0.5, 0.25, 0.25])
    for ratio in [0.1, 3, 50] {
      let policy = game.selfConsistentPolicy(discount: 0.5, ratio: ratio)
      let sum = policy.alternatingShare + policy.cooperatingShare + policy.defectingShare
      #expect(abs(sum - 1) < 1e-14)
    }
  }

  /// Played for long; about six standard deviations of a share over 100,000 steps.
  @Test func `shows its shares when it is played`() {
    var (copy, chance) = (game, SeededGenerator(seed: 4))
    let policy = game.selfConsistentPolicy(discount: 0.5, ratio: 5)
    _ = copy.reset(using: &chance)
    var alternations = 0
    for _ in 0..<100_000 {
      let last = copy.lastAction
      let action = chance.index(from: policy.probabilities[last])
      _ = copy.step(action)
      if action != last { alternations += 1 }
    }
    #expect(abs(Double(alternations) / 100_000 - policy.alternatingShare) < 0.01)
  }
}
