import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

/// A softmax policy over few enough actions that every expectation is a sum.
private struct Softmax {
  let logits: Tensor
  let reference: Tensor
  let rewards: Tensor

  init(seed: UInt64, actions: Int = 5) {
    logits = samples([actions], seed: seed)
    reference = samples([actions], seed: seed + 100).logSoftmax(along: 0)
    rewards = samples([actions], seed: seed + 200)
  }

  var logPolicy: Tensor { logits.logSoftmax(along: 0) }
  var probabilities: Tensor { logits.softmax(along: 0) }

  /// The expected gradient, over actions drawn from `behavior`, of the surrogate's losses.
  func surrogateGradient(
    _ objective: SurrogateObjective, advantages: Tensor, behavior: Tensor
  ) -> Tensor {
    gradient(at: logits) {
      let losses = objective.losses(
        logRatios: $0.logSoftmax(along: 0) - behavior, advantages: advantages)
      return (behavior.exponential() * losses).sum()
    }
  }
}

// Article: <doc:PolicyGradient>.
@Suite struct `Policy gradients by enumeration` {
  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `of the first PPO step are those of advantage actor-critic`(seed: UInt64) {
    let policy = Softmax(seed: seed)
    let expected = gradient(at: policy.logits) {
      -(policy.probabilities * $0.logSoftmax(along: 0) * policy.rewards).sum()
    }
    expectEqual(
      policy.surrogateGradient(
        .clipped(0.2), advantages: policy.rewards, behavior: policy.logPolicy),
      expected, tolerance: 1e-12)
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `are the gradient of the expected reward`(seed: UInt64) {
    let policy = Softmax(seed: seed)
    let expected = gradient(at: policy.logits) { -($0.softmax(along: 0) * policy.rewards).sum() }
    expectEqual(
      policy.surrogateGradient(
        .importanceWeighted, advantages: policy.rewards, behavior: policy.logPolicy),
      expected, tolerance: 1e-12)
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `do not change with the behavior policy where ratios are unbounded`(seed: UInt64) {
    let policy = Softmax(seed: seed)
    let expected = gradient(at: policy.logits) { -($0.softmax(along: 0) * policy.rewards).sum() }
    expectEqual(
      policy.surrogateGradient(
        .importanceWeighted, advantages: policy.rewards, behavior: policy.reference),
      expected, tolerance: 1e-12)
    // The control: a tight bound does bias them.
    let bounded = policy.surrogateGradient(
      .clipped(0.01), advantages: policy.rewards, behavior: policy.reference)
    #expect((bounded - expected).magnitude().sum().item > 1e-3)
  }

  @Test func `have importance weights without bias`() {
    // E_p[f] = E_q[(p/q)·f].
    let policy = Softmax(seed: 4)
    let losses = SurrogateObjective.importanceWeighted.losses(
      logRatios: policy.logPolicy - policy.reference, advantages: policy.rewards)
    expectEqual(
      -(policy.reference.exponential() * losses).sum().item,
      (policy.probabilities * policy.rewards).sum().item, tolerance: 1e-12)
  }

  @Test(arguments: [-3, 0.5, 40]) func `do not change with a baseline`(baseline: Double) {
    let policy = Softmax(seed: 5)
    expectEqual(
      policy.surrogateGradient(
        .importanceWeighted, advantages: policy.rewards - baseline, behavior: policy.logPolicy),
      policy.surrogateGradient(
        .importanceWeighted, advantages: policy.rewards, behavior: policy.logPolicy),
      tolerance: 1e-12)
  }

  /// E[r] − β·KL(π ‖ reference).
  private func regularized(_ policy: Softmax, _ logits: Tensor, _ coefficient: Double) -> Tensor {
    let logPolicy = logits.logSoftmax(along: 0)
    return (logPolicy.exponential() * policy.rewards).sum() - divergence(
      logPolicy, from: policy.reference) * coefficient
  }

  @Test(arguments: [0.05, 0.5, 5])
  func `with a KL penalty vanish at the tilted reference and nowhere near`(coefficient: Double) {
    let policy = Softmax(seed: 6)
    let optimum = policy.reference + policy.rewards / coefficient
    let there = gradient(at: optimum) { regularized(policy, $0, coefficient) }
    expectEqual(there, there.zerosLike(), tolerance: 1e-12)
    let beside = optimum + Tensor([0.3, 0, 0, 0, 0])
    #expect(
      gradient(at: beside) { regularized(policy, $0, coefficient) }.magnitude().sum().item > 1e-9)
  }

  @Test(arguments: [0.05, 0.5, 5])
  func `with log-ratios in the reward are those of the KL penalty`(coefficient: Double) {
    // Every action is a completion of one token; the batch is the enumeration.
    let policy = Softmax(seed: 7)
    let count = policy.logits.count
    let shaped = tokenRewards(
      scores: policy.rewards,
      logRatios: (policy.logPolicy - policy.reference).reshaped(count, 1),
      mask: .ones([count, 1]), coefficient: coefficient
    ).reshaped(count)
    let expected = gradient(at: policy.logits) { -regularized(policy, $0, coefficient) }
    expectEqual(
      policy.surrogateGradient(.clipped(0.2), advantages: shaped, behavior: policy.logPolicy),
      expected, tolerance: 1e-12)
  }

  @Test func `see one and the same shaped reward at the optimum`() {
    // r − β·log(p₀·exp(r/β)/Z / p₀) = β·log Z for every action.
    let (policy, coefficient) = (Softmax(seed: 8), 0.4)
    let tilted = policy.reference + policy.rewards / coefficient
    let shaped = tokenRewards(
      scores: policy.rewards,
      logRatios: (tilted.logSoftmax(along: 0) - policy.reference).reshaped(5, 1),
      mask: .ones([5, 1]), coefficient: coefficient)
    let logZ = tilted.logSumExp(along: 0).item
    expectEqual(shaped, .full([5, 1], coefficient * logZ, dataType: .float64), tolerance: 1e-12)
  }
}

@Suite struct `Policy gradients of a two-step problem` {
  // State 0, then state 1 + the first action; two actions each: four trajectories.
  var logits = samples([3, 2], seed: 40)
  let firsts = [0, 0, 1, 1]
  let seconds = [0, 1, 0, 1]
  let rewards = matrix([4, 3], [4, 1], [-4, 2.5], [-4, 0])
  let mask = Tensor.ones([4, 2])

  /// log π of both actions of every trajectory [4, 2].
  private func logProbabilities(_ logits: Tensor) -> Tensor {
    let flat = logits.logSoftmax(along: 1).reshaped(6)
    let cells = (0..<4).flatMap { [firsts[$0], 2 * (1 + firsts[$0]) + seconds[$0]] }
    return flat.selecting(Tensor(cells), along: 0).reshaped(4, 2)
  }

  private var trajectoryProbabilities: Tensor {
    logProbabilities(logits).sum(along: 1).exponential()
  }

  private var exact: Tensor {
    gradient(at: logits) {
      -(logProbabilities($0).sum(along: 1).exponential() * rewards.sum(along: 1)).sum()
    }
  }

  private func expected(_ advantages: Tensor) -> Tensor {
    let old = logProbabilities(logits)
    return gradient(at: logits) {
      let losses = SurrogateObjective.clipped(0.2)
        .losses(logRatios: logProbabilities($0) - old, advantages: advantages)
      return (losses.sum(along: 1) * trajectoryProbabilities).sum()
    }
  }

  /// V of the two steps' states: any critic, or the exact one.
  private func values(_ states: [Double]) -> Tensor {
    Tensor((0..<4).flatMap { [states[0], states[1 + firsts[$0]]] }, shape: [4, 2])
  }

  private var exactStates: [Double] {
    let policy = logits.softmax(along: 1).rows
    let later = rewards.rows.map { $0[1] }
    let second = [
      policy[1][0] * later[0] + policy[1][1] * later[1],
      policy[2][0] * later[2] + policy[2][1] * later[3],
    ]
    let first = policy[0][0] * (4 + second[0]) + policy[0][1] * (-4 + second[1])
    return [first] + second
  }

  private func advantages(_ states: [Double], lambda: Double) -> Tensor {
    let batch = Trajectories(
      rewards: rewards, values: values(states),
      finalValues: Tensor([Double](repeating: 0, count: 4)),
      mask: mask)
    return generalizedAdvantages(batch, discount: 1, lambda: lambda).advantages
  }

  @Test(arguments: [[0, 0, 0], [5, -3, 0.7]])
  func `are exact at λ 1 whatever the critic says`(states: [Double]) {
    expectEqual(expected(advantages(states, lambda: 1)), exact, tolerance: 1e-12)
  }

  @Test(arguments: [0, 0.5, 1]) func `are exact at every λ with the exact critic`(lambda: Double) {
    expectEqual(expected(advantages(exactStates, lambda: lambda)), exact, tolerance: 1e-12)
  }

  @Test func `are biased at λ 0 by a wrong critic`() {
    let biased = expected(advantages([5, -3, 0.7], lambda: 0))
    #expect((biased - exact).magnitude().sum().item > 0.1)
  }

  /// Σ over parameters of Var(Σₜ ∇log π·A).
  private func variance(_ advantages: Tensor) -> Double {
    let gradients = (0..<4).map { row in
      gradient(at: logits) {
        (logProbabilities($0).select(0, row) * advantages.select(0, row)).sum()
      }.reshaped(6)
    }
    let all = Tensor.stack(gradients, along: 0)
    let weights = trajectoryProbabilities.unsqueezed(1)
    let mean = (all * weights).sum(along: 0, keepingDimensions: true)
    return ((all - mean).squared() * weights).sum().item
  }

  @Test func `vary less with reward-to-go than with the whole return, and least with values`() {
    // At equal chances, where V is the baseline of least variance; elsewhere the order is not certain.
    var uniform = self
    uniform.logits = logits.zerosLike()
    let whole = rewards.sum(along: 1, keepingDimensions: true).expanded(to: [4, 2])
    let togo = uniform.variance(uniform.advantages([0, 0, 0], lambda: 1))
    #expect(togo < uniform.variance(whole))
    #expect(uniform.variance(uniform.advantages(uniform.exactStates, lambda: 1)) < togo)
  }
}
