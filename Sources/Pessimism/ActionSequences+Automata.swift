import Foundation

extension ActionSequences {
  /// What one automaton plays.
  ///
  /// - Parameters:
  ///   - automaton: Its place in the class.
  ///   - automata: The class.
  ///   - state: Where it is; nil is at its beginning.
  ///   - observations: What arrives, one per step.
  public init(
    of automaton: Int, in automata: AutomatonClass, from state: UInt8? = nil,
    observing observations: [Int]
  ) {
    self.init(
      actionCount: automata.actionCount, horizon: observations.count, start: state ?? 0
    ) { state, time, action in
      let observation = observations[time]
      return (
        log(
          automata.probability(of: action, observing: observation, by: automaton, in: state)),
        automata.next(of: automaton, from: state, observation, action)
      )
    }
  }

  /// What the Bayes mixture ξ plays that takes its own actions for the demonstrator's, as a language model does.
  ///
  /// ξ(a₁…a_m ‖ o) = Σ w(ν)·ν(a₁…a_m ‖ o).
  ///
  /// - Parameters:
  ///   - mixture: The weights, [automaton].
  ///   - automata: The class.
  ///   - states: Where they are, [automaton].
  ///   - observations: What arrives, one per step.
  public init(
    of mixture: BayesianMixture, over automata: AutomatonClass, from states: [UInt8],
    observing observations: [Int]
  ) {
    let alive = automata.logPrior.indices.filter { mixture.weights[$0] > 0 }
    let start = alive.map { Belief(automaton: $0, state: states[$0], weight: mixture.weights[$0]) }
    self.init(
      actionCount: automata.actionCount, horizon: observations.count, start: start
    ) { beliefs, time, action in
      var total = 0.0
      var joint = beliefs.map { belief in
        var belief = belief
        belief.weight *= automata.probability(
          of: action, observing: observations[time], by: belief.automaton, in: belief.state)
        belief.state = automata.next(
          of: belief.automaton, from: belief.state, observations[time], action)
        total += belief.weight
        return belief
      }
      for place in joint.indices { joint[place].weight /= total }
      return (log(total), joint)
    }
  }

  /// What the pessimistic imitator ν_α plays without asking.
  ///
  /// Weights and top set stay, because only the demonstrator's actions change them: ν_α(a₁…a_m ‖ o) = Π_t min_ν ν(a_t | a_<t, o_≤t).
  ///
  /// - Parameters:
  ///   - imitator: The imitator.
  ///   - observations: What arrives, one per step.
  public init(of imitator: PessimisticImitator, observing observations: [Int]) {
    let automata = imitator.automata
    let start = imitator.topSet.map {
      Belief(automaton: $0, state: imitator.states[$0], weight: 1)
    }
    self.init(
      actionCount: automata.actionCount, horizon: observations.count, start: start
    ) { beliefs, time, action in
      var least = 1.0
      var after = beliefs
      for place in beliefs.indices {
        let belief = beliefs[place]
        least = min(
          least,
          automata.probability(
            of: action, observing: observations[time], by: belief.automaton, in: belief.state))
        after[place].state = automata.next(
          of: belief.automaton, from: belief.state, observations[time], action)
      }
      return (log(least), after)
    }
  }

  /// One model on its way.
  private struct Belief {
    var automaton: Int
    var state: UInt8
    var weight: Double
  }
}
