import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

/// The iterated prisoner's dilemma against one's own last action: the state is what was done last, 0 for cooperate.
private struct Dilemma {
  // [now][last]
  let rewards = [[0.5, -1.76139], [2, -0.738613]]
  let discount = 0.5
  var learners: [TabularLearner]
  var values = [0.0, 0]

  init(learningRate: Double, valueLearningRate: Double) {
    learners = (0..<2).map { _ in
      TabularLearner(
        method: .actde, initialProbabilities: [0.5, 0.5], learningRate: learningRate,
        valueLearningRate: valueLearningRate)
    }
  }

  func outcome(_ action: Int, in state: Int) -> Double {
    rewards[action][state] + discount * values[action]
  }

  // One visit: the error by the old tables, then q by the learner and v by ordinary temporal differences.
  mutating func visit(_ state: Int, _ action: Int, valueRate: Double) {
    let outcome = outcome(action, in: state)
    learners[state].reinforce(action, outcome: outcome)
    values[state] += valueRate * (outcome - values[state])
  }

  // Average visits of both states.
  mutating func sweep(valueRate: Double) {
    let outcomes = (0..<2).map { state in (0..<2).map { outcome($0, in: state) } }
    for state in 0..<2 {
      let mean = zip(learners[state].probabilities, outcomes[state]).reduce(0) { $0 + $1.0 * $1.1 }
      learners[state].reinforceOnAverage(outcomes: outcomes[state])
      values[state] += valueRate * (mean - values[state])
    }
  }

  // Shares of games in the long run: the chain's stationary state, then (cc, dd, alternating).
  var shares: (cooperation: Double, defection: Double, alternation: Double) {
    let stay = learners[0].probabilities[0]
    let leave = learners[1].probabilities[0]
    let cooperating = leave / (1 - stay + leave)
    let both = (cooperating * stay, (1 - cooperating) * learners[1].probabilities[1])
    return (both.0, both.1, 1 - both.0 - both.1)
  }
}

// Article: <doc:TabularActionConditionedError>.
@Suite struct `Tabular learners in sequences` {
  @Test func `keep logit − (η/α)·q in every state, while the values move`() {
    var dilemma = Dilemma(learningRate: 0.3, valueLearningRate: 0.2)
    var state = 0
    let draws = Generator(seed: 1).uniform([2000], dataType: .float64).doubles
    for action in draws.map({ $0 < 0.5 ? 0 : 1 }) {
      dilemma.visit(state, action, valueRate: 0.1)
      state = action
    }
    for learner in dilemma.learners {
      for (logit, value) in zip(learner.logits, learner.values) {
        expectEqual(logit - 1.5 * value, log(0.5), tolerance: 1e-10)
      }
      // Logits stay finite because q does: rewards of at most 2 are worth at most 4.
      #expect(learner.values.allSatisfy { abs($0) <= 4 && $0 != 0 })
    }
  }

  // π ∝ π₀·exp(κ·q_π) solved by an independent script.
  @Test(arguments: [
    (0.5, 0.530, 0.234), (1, 0.559, 0.218), (2, 0.617, 0.188), (5, 0.767, 0.112),
  ])
  func `rest where the policy is the softmax of its own action values`(
    ratio: Double, alternation: Double, cooperation: Double
  ) {
    var dilemma = Dilemma(learningRate: 0.1 * ratio, valueLearningRate: 0.1)
    for _ in 0..<20_000 { dilemma.sweep(valueRate: 0.1) }
    for (state, learner) in dilemma.learners.enumerated() {
      let outcomes = (0..<2).map { dilemma.outcome($0, in: state) }
      let expected = tiltedDistribution([0.5, 0.5], by: outcomes, temperature: 1 / ratio)
      expectEqual(learner.probabilities[0], expected[0], tolerance: 1e-9)
    }
    expectEqual(dilemma.shares.alternation, alternation, tolerance: 1e-3)
    expectEqual(dilemma.shares.cooperation, cooperation, tolerance: 1e-3)
  }
}
