import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing

// Article: <doc:TabularActionConditionedError>.
@Suite struct `Tabular learners` {
  // Wedding is 0 and worth 1, party is 1 and worth ½; the actions of the published tables.
  private static let rewards = [1, 0.5]
  private static let actions = [0, 1, 1, 0]

  // Gaps 1, 1½, 1½, 2 by the value, and 1, ½, ½, ½ by action values: σ of each.
  @Test(arguments: [
    (TabularLearner.Method.ppo, [1, -0.5, 0, 0.5], [1, 1.5, 1.5, 2]),
    (.actde, [1, 0.5, 0, 0], [1, 0.5, 0.5, 0.5]),
  ])
  func `follow the published tables`(
    method: TabularLearner.Method, advantages: [Double], gaps: [Double]
  ) {
    var learner = TabularLearner(method: method, initialProbabilities: [0.5, 0.5])
    for (index, action) in Self.actions.enumerated() {
      let advantage = learner.reinforce(action, outcome: Self.rewards[action])
      expectEqual(advantage, advantages[index], tolerance: 1e-15)
      expectEqual(learner.probabilities[0], 1 / (1 + exp(-gaps[index])), tolerance: 1e-15)
    }
    #expect(learner.values == (method == .ppo ? [1] : [1, 0.5]))
  }

  @Test func `judge by the critic as it was, then move it by its own rate`() {
    // First visit: A = 2, q = ½; second: A = 1½, q = ⅞ = ½ + ¼·1½.
    var learner = TabularLearner(
      method: .actde, initialProbabilities: [0.5, 0.5], learningRate: 3, valueLearningRate: 0.25)
    #expect(learner.reinforce(1, outcome: 2) == 2)
    #expect(learner.values == [0, 0.5])
    #expect(learner.reinforce(1, outcome: 2) == 1.5)
    #expect(learner.values == [0, 0.875])
    expectEqual(learner.logits[1] - learner.logits[0], 3 * 3.5, tolerance: 1e-14)
  }

  @Test func `keep logit − (η/α)·q whatever is visited, unlike those that follow the gradient`() {
    let start = [0.2, 0.5, 0.3]
    for update in TabularLearner.Update.allCases {
      var learner = TabularLearner(
        method: .actde, initialProbabilities: start, initialValues: [1, -2, 0.5], update: update,
        learningRate: 0.3, valueLearningRate: 0.7)
      func invariants() -> [Double] {
        zip(learner.logits, learner.values).map { $0 - 0.3 / 0.7 * $1 }
      }
      let before = invariants()
      for (action, outcome) in [(0, 2.0), (2, -1), (1, 4), (0, 0.5), (1, 4), (2, 3)] {
        learner.reinforce(action, outcome: outcome)
      }
      let change = zip(before, invariants()).map { abs($0 - $1) }.max() ?? 0
      #expect(update == .chosenLogit ? change < 1e-14 : change > 0.1)
    }
  }

  @Test(arguments: TabularLearner.Method.allCases, TabularLearner.Update.allCases)
  func `change on average as the mean over their actions`(
    method: TabularLearner.Method, update: TabularLearner.Update
  ) {
    let outcomes = [3, -1, 0.5]
    let learner = TabularLearner(
      method: method, initialProbabilities: [0.2, 0.5, 0.3],
      initialValues: method == .ppo ? [0.4] : [1, 0, 2], update: update, learningRate: 0.3,
      valueLearningRate: 0.7)
    var logits = [0.0, 0, 0]
    var values = learner.values.map { _ in 0.0 }
    for (action, probability) in learner.probabilities.enumerated() {
      var visited = learner
      visited.reinforce(action, outcome: outcomes[action])
      for index in logits.indices {
        logits[index] += probability * (visited.logits[index] - learner.logits[index])
      }
      for index in values.indices {
        values[index] += probability * (visited.values[index] - learner.values[index])
      }
    }
    var averaged = learner
    averaged.reinforceOnAverage(outcomes: outcomes)
    for index in logits.indices {
      expectEqual(averaged.logits[index] - learner.logits[index], logits[index], tolerance: 1e-14)
    }
    for index in values.indices {
      expectEqual(averaged.values[index] - learner.values[index], values[index], tolerance: 1e-14)
    }
  }

  @Test func `flow as tiny average visits do`() {
    let outcomes = [1, 0.5]
    for update in TabularLearner.Update.allCases {
      func learner(_ rate: Double) -> TabularLearner {
        TabularLearner(
          method: .actde, initialProbabilities: [0.5, 0.5], update: update, learningRate: rate,
          valueLearningRate: rate)
      }
      var flowing = learner(1)
      flowing.flow(outcomes: outcomes, for: 3, stepCount: 30)
      var visiting = learner(1e-4)
      for _ in 0..<30_000 { visiting.reinforceOnAverage(outcomes: outcomes) }
      // The visits' own error is of the order of their rate.
      expectEqual(flowing.probabilities[0], visiting.probabilities[0], tolerance: 1e-4)
    }
  }

  // The same differential equation, integrated by an independent script: .583576 and .512742.
  @Test(arguments: [([1, 0.5], 0.583576), ([10, 11], 0.512742)])
  func `of the gradient rest elsewhere, even in the reversed order`(
    rewards: [Double], first: Double
  ) {
    var learner = TabularLearner(
      method: .actde, initialProbabilities: [0.5, 0.5], update: .softmaxGradient)
    learner.flow(outcomes: rewards, for: 80, stepCount: 4000)
    #expect(learner.expectedChange(outcomes: rewards).magnitude < 1e-12)
    expectEqual(learner.probabilities[0], first, tolerance: 1e-6)
    #expect(abs(learner.probabilities[0] - softmax(rewards)[0]) > 0.03)
  }

  @Test func `of the gradient keep the sum of logits`() {
    var learner = TabularLearner(
      method: .ppo, initialProbabilities: [0.2, 0.5, 0.3], update: .softmaxGradient)
    let before = learner.logits.reduce(0, +)
    for action in [0, 1, 1, 2] { learner.reinforce(action, outcome: Double(action)) }
    expectEqual(learner.logits.reduce(0, +), before, tolerance: 1e-14)
  }
}
