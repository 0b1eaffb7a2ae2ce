/// One way an episode can go, and how likely it is.
public struct EnumeratedTrajectory: Equatable, Sendable {
  /// s₀, s₁, …: the states in which the actions were taken.
  public var states: [Int]
  /// a₀, a₁, ….
  public var actions: [Int]
  /// r₀, r₁, ….
  public var rewards: [Double]
  /// ρ₀(s₀) · Πₜ π(aₜ | sₜ) · P(sₜ₊₁ | sₜ, aₜ).
  public var probability: Double
}

extension MarkovDecisionProcess {
  /// The probabilities of the actions in a state at a time.
  public typealias Policy = (_ state: Int, _ time: Int) -> [Double]

  /// Every episode that a policy can have, with its probability: P(τ) = ρ₀(s₀) · Πₜ π(aₜ | sₜ) · P(sₜ₊₁ | sₜ, aₜ).
  ///
  /// The state after the last action is summed over, because nothing depends on it. The policy's rows may sum to other than 1,
  /// as they do when one entry is moved to measure a slope.
  ///
  /// - Parameter policy: The probabilities of the actions in a state at a time.
  /// - Returns: Those of probability other than zero; up to (states × actions)^horizon of them.
  public func trajectories(of policy: Policy) -> [EnumeratedTrajectory] {
    var found: [EnumeratedTrajectory] = []
    func follow(_ state: Int, _ past: EnumeratedTrajectory) {
      let time = past.actions.count
      guard time < horizon else { return found.append(past) }
      for (action, choice) in row(of: policy, state, time).enumerated() where choice != 0 {
        var next = past
        next.states.append(state)
        next.actions.append(action)
        next.rewards.append(rewards[state][action])
        next.probability *= choice
        guard time + 1 < horizon else {
          found.append(next)
          continue
        }
        let chances = transitions[state][action]
        for (successor, chance) in chances.enumerated() where chance > 0 {
          var branch = next
          branch.probability *= chance
          follow(successor, branch)
        }
      }
    }
    for (state, chance) in initialProbabilities.enumerated() where chance > 0 {
      follow(
        state, EnumeratedTrajectory(states: [], actions: [], rewards: [], probability: chance))
    }
    return found
  }

  /// Vₜ(s) = Σₐ π(a | s, t) · Qₜ(s, a).
  ///
  /// - Parameters:
  ///   - policy: The probabilities of the actions in a state at a time.
  ///   - discount: γ.
  /// - Returns: [time][state] for times 0...``horizon``; the last row is zeros.
  public func stateValues(of policy: Policy, discount: Double) -> [[Double]] {
    var values = [Array(repeating: 0.0, count: stateCount)]
    for time in (0..<horizon).reversed() {
      let following = values[0]
      values.insert(
        (0..<stateCount).map { state in
          let choices = row(of: policy, state, time)
          return (0..<actionCount).reduce(0.0) {
            $0 + choices[$1] * actionValue(state, $1, following: following, discount: discount)
          }
        }, at: 0)
    }
    return values
  }

  /// Qₜ(s, a) = R(s, a) + γ · Σₛ′ P(s′ | s, a) · Vₜ₊₁(s′).
  ///
  /// - Parameters:
  ///   - policy: The probabilities of the actions in a state at a time.
  ///   - discount: γ.
  /// - Returns: [time][state][action] for times 0..<``horizon``.
  public func actionValues(of policy: Policy, discount: Double) -> [[[Double]]] {
    stateValues(of: policy, discount: discount).dropFirst().map { following in
      (0..<stateCount).map { state in
        (0..<actionCount).map {
          actionValue(state, $0, following: following, discount: discount)
        }
      }
    }
  }

  /// J = Σₛ ρ₀(s) · V₀(s).
  ///
  /// - Parameters:
  ///   - policy: The probabilities of the actions in a state at a time.
  ///   - discount: γ.
  /// - Returns: What the policy earns on average.
  public func expectedReturn(of policy: Policy, discount: Double) -> Double {
    zip(initialProbabilities, stateValues(of: policy, discount: discount)[0])
      .reduce(0) { $0 + $1.0 * $1.1 }
  }

  private func actionValue(
    _ state: Int, _ action: Int, following: [Double], discount: Double
  ) -> Double {
    let next = zip(transitions[state][action], following).reduce(0) { $0 + $1.0 * $1.1 }
    return rewards[state][action] + discount * next
  }

  private func row(of policy: Policy, _ state: Int, _ time: Int) -> [Double] {
    let row = policy(state, time)
    precondition(
      row.count == actionCount,
      "the policy has \(row.count) probabilities for \(actionCount) actions")
    return row
  }
}
