public import PolicyOptimization
public import Torch

/// One row of a learner's table: what was done, and what is known after it.
public struct BanditStep: Codable, Hashable, Sendable {
  /// The step, from 1.
  public var step: Int
  /// What outcomes are compared with.
  public var method: TabularLearner.Method
  /// The action taken.
  public var action: Int
  /// Its reward.
  public var reward: Double
  /// The reward against the critic as it was before.
  public var advantage: Double
  /// π after the step.
  public var probabilities: [Double]
  /// v after the step, for `ppo`.
  public var value: Double?
  /// q after the step, for `actde`.
  public var actionValues: [Double]?

  enum CodingKeys: String, CodingKey {
    case step, method, action, reward, advantage, probabilities, value
    case actionValues = "action_values"
  }
}

extension Bandit {
  /// The table of a learner that takes given actions.
  ///
  /// - Parameters:
  ///   - actions: The actions, in order.
  ///   - learner: Who learns; a copy of it does.
  /// - Returns: One row for each action.
  public func table(of actions: [Int], learner: TabularLearner) -> [BanditStep] {
    var learner = learner
    return actions.enumerated().map { step($1, number: $0 + 1, &learner) }
  }

  /// The table of a learner that draws its own actions.
  ///
  /// - Parameters:
  ///   - stepCount: How many.
  ///   - learner: Who learns; a copy of it does.
  ///   - generator: Where the draws come from.
  /// - Returns: One row for each action.
  public func table(
    ofSampled stepCount: Int, learner: TabularLearner, generator: Generator
  ) -> [BanditStep] {
    var learner = learner
    let draws = generator.uniform([stepCount], dataType: .float64).doubles
    return draws.enumerated().map { index, draw in
      step(action(at: draw, of: learner.probabilities), number: index + 1, &learner)
    }
  }

  private func step(_ action: Int, number: Int, _ learner: inout TabularLearner) -> BanditStep {
    let advantage = learner.reinforce(action, outcome: rewards[action])
    return BanditStep(
      step: number, method: learner.method, action: action, reward: rewards[action],
      advantage: advantage, probabilities: learner.probabilities,
      value: learner.method == .ppo ? learner.values[0] : nil,
      actionValues: learner.method == .actde ? learner.values : nil)
  }
}

/// The action that a draw from [0, 1) falls on.
func action(at draw: Double, of probabilities: [Double]) -> Int {
  var sum = 0.0
  for (action, probability) in probabilities.enumerated() {
    sum += probability
    if draw < sum { return action }
  }
  // Probabilities may sum to a little less than 1.
  return probabilities.lastIndex { $0 > 0 } ?? 0
}
