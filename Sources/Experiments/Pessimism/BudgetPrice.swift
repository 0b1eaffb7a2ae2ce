import Pessimism

/// What a budget buys of action 1 once something unprecedented has been observed.
struct BudgetPrice: Encodable, Sendable {
  /// Whom the budget is kept against.
  enum Base: String, Encodable, Sendable, CaseIterable {
    case demonstrator, mixture
    /// ν_α by a policy that never asks.
    case pessimistic
    /// ν_α by a policy that may ask, and earns nothing once it has.
    case asking
  }

  /// What is observed after the demonstrations.
  enum Episode: String, Encodable, Sendable, CaseIterable {
    /// 1, in every step.
    case lasting
    /// 1 once, then 0 as ever.
    case passing

    var observations: [Int] { (0..<8).map { $0 == 0 || self == .lasting ? 1 : 0 } }
  }

  static let budgets = (0...32).map { Double($0) }

  var seed: Int
  var base: Base
  var episode: Episode
  /// Steps of demonstrations with observation 0 before the episode.
  var demonstrations: Int
  /// Whether as many steps with 0 and 1 in turn were demonstrated afterwards, so that 1 had precedents.
  var hasPrecedent: Bool
  /// The best share of action 1 by budget, in nats; nil where no policy keeps the budget.
  var values: [Double?]
  /// −ln Σ β, what never asking costs.
  var missing: Double
  /// −ln w of the sleeper.
  var bound: Double

  enum CodingKeys: String, CodingKey {
    case seed, base, episode, demonstrations, values, missing, bound
    case hasPrecedent = "has_precedent"
  }

  static func measure(in world: PessimismWorld, seed: Int) -> [BudgetPrice] {
    let plain = [0, 10, 100, 1000].map { ($0, false) }
    return (plain + [(100, true)]).flatMap { count, hasPrecedent in
      let before = Array(repeating: 0, count: count)
      let since = hasPrecedent ? (0..<count).map { $0 % 2 } : []
      let imitator = world.taught(before + since, seed: seed)
      return Episode.allCases.flatMap { episode in
        Base.allCases.map { base in
          let outcomes = outcomes(base, imitator, world, episode.observations)
          return BudgetPrice(
            seed: seed, base: base, episode: episode, demonstrations: count,
            hasPrecedent: hasPrecedent,
            values: budgets.map {
              BudgetedOptimum.withinDivergence(
                $0, of: outcomes.utilities, from: outcomes.logProbabilities)?.value
            }, missing: -outcomes.logMass, bound: -imitator.mixture.logWeights[world.sleeper])
        }
      }
    }
  }

  private static func outcomes(
    _ base: Base, _ imitator: PessimisticImitator, _ world: PessimismWorld, _ observations: [Int]
  ) -> Outcomes {
    switch base {
    case .demonstrator:
      Outcomes(
        ActionSequences(
          of: world.demonstrator, in: world.automata,
          from: imitator.states[world.demonstrator], observing: observations))
    case .mixture:
      Outcomes(
        ActionSequences(
          of: imitator.mixture, over: world.automata, from: imitator.states,
          observing: observations))
    case .pessimistic: Outcomes(ActionSequences(of: imitator, observing: observations))
    case .asking: Outcomes(asking: imitator, observing: observations)
    }
  }
}

/// What may happen in an episode, and what share of its steps is action 1.
struct Outcomes: Sendable {
  var logProbabilities: [Double]
  var utilities: [Double]
  var logMass: Double

  init(_ sequences: ActionSequences) {
    logProbabilities = sequences.logProbabilities
    utilities = sequences.utilities { Double($0.reduce(0, +)) / Double($0.count) }
    logMass = sequences.logMass
  }

  /// All sequences of the imitator, and all in which it asks at some step: those end there, with what they have.
  init(asking imitator: PessimisticImitator, observing observations: [Int]) {
    self.init(ActionSequences(of: imitator, observing: observations))
    for time in observations.indices {
      let before = ActionSequences(of: imitator, observing: Array(observations[..<time]))
      let after = ActionSequences(of: imitator, observing: Array(observations[...time]))
        .probabilities
      let earned = before.utilities { Double($0.reduce(0, +)) / Double(observations.count) }
      for (place, probability) in before.probabilities.enumerated() {
        let acted = (0..<before.actionCount).reduce(0) {
          $0 + after[place * before.actionCount + $1]
        }
        logProbabilities.append(logarithm(max(0, probability - acted)))
        utilities.append(earned[place])
      }
    }
    logMass = 0
  }
}
