import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

/// <doc:DirectPreferences>
@Suite struct `Preference objective` {
  private func objective(
    _ kind: PreferenceObjective.Kind, beta: Double = 0.1, smoothing: Double = 0
  ) -> PreferenceObjective {
    var objective = PreferenceObjective()
    objective.kind = kind
    objective.beta = beta
    objective.labelSmoothing = smoothing
    return objective
  }

  private func loss(_ objective: PreferenceObjective, _ margin: Double, _ probability: Double = 1)
    -> Double
  {
    objective.losses(
      margins: vector(margin),
      probabilities: vector(probability)
    ).item
  }

  @Test func `is ln 2, or the squared goal, where the policy is the reference`() {
    for beta in [0.05, 0.5, 2] {
      expectEqual(loss(objective(.sigmoid, beta: beta), 0), log(2), tolerance: 1e-12)
      expectEqual(loss(objective(.ipo, beta: beta), 0), 1 / (4 * beta * beta), tolerance: 1e-9)
    }
  }

  @Test func `by hand`() {
    let sigma = { (x: Double) in 1 / (1 + exp(-x)) }
    expectEqual(loss(objective(.sigmoid, beta: 0.5), 3), -log(sigma(1.5)), tolerance: 1e-12)
    // A tenth of the labels is taken to be wrong, as in conservative DPO.
    expectEqual(
      loss(objective(.sigmoid, beta: 0.5, smoothing: 0.1), 3),
      -0.9 * log(sigma(1.5)) - 0.1 * log(sigma(-1.5)), tolerance: 1e-12)
    expectEqual(loss(objective(.ipo, beta: 0.25), 3), 1, tolerance: 1e-12)
    expectEqual(loss(objective(.ipo, beta: 0.25), 3, 0.8), 0.8 * 1 + 0.2 * 25, tolerance: 1e-12)
  }

  @Test(arguments: PreferenceObjective.Kind.allCases)
  func `does not care which answer is called the first`(kind: PreferenceObjective.Kind) {
    for smoothing in [0, 0.2] {
      let objective = objective(kind, beta: 0.3, smoothing: smoothing)
      for (margin, probability) in [(1.5, 1.0), (-2, 0.7), (0.1, 0.5)] {
        expectEqual(
          loss(objective, margin, probability), loss(objective, -margin, 1 - probability),
          tolerance: 1e-12)
      }
    }
  }

  // Where people prefer with probability p, sigmoid wants βh = ln(p/(1 − p)), IPO h = (2p − 1)/2β: slope 0 there alone.
  @Test func `has its optimum where theory says`() {
    for probability in [0.2, 0.5, 0.9] {
      let goals: [(PreferenceObjective, Double)] = [
        (objective(.sigmoid, beta: 0.4), log(probability / (1 - probability)) / 0.4),
        (objective(.ipo, beta: 0.4), (2 * probability - 1) / 0.8),
      ]
      for (objective, goal) in goals {
        let slope = { (margin: Double) in
          Tensor.recording {
            let margins = vector(margin).asParameter()
            return objective.losses(
              margins: margins, probabilities: vector(probability)
            ).sum().gradients(of: [margins])[0].item
          }
        }
        expectEqual(slope(goal), 0, tolerance: 1e-9)
        #expect(slope(goal - 0.1) < 0 && slope(goal + 0.1) > 0)
        let step = 1e-5
        let quotient =
          (loss(objective, goal + 1 + step, probability)
            - loss(objective, goal + 1 - step, probability)) / (2 * step)
        expectEqual(slope(goal + 1), quotient, tolerance: 1e-6)
      }
    }
  }

  @Test func `says what cannot be`() {
    #expect(PreferenceObjective().problem == nil)
    #expect(objective(.sigmoid, beta: 0).problem?.key == "beta")
    #expect(objective(.sigmoid, smoothing: 0.5).problem?.key == "label_smoothing")
    #expect(objective(.ipo).tokenAveraging == .mean && objective(.sigmoid).tokenAveraging == .sum)
  }
}
