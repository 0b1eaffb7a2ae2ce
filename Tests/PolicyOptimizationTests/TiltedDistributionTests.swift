import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing

// Article: <doc:TabularActionConditionedError>.
@Suite struct `Tilted distributions` {
  private static let reference = [0.1, 0.6, 0.3]
  private static let rewards = [2, -1, 0.5]

  private func expectClose(
    _ left: [Double], _ right: [Double], tolerance: Double = 1e-12,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(left.count == right.count, sourceLocation: sourceLocation)
    for (left, right) in zip(left, right) {
      #expect(
        abs(left - right) <= tolerance, "\(left) and \(right)", sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [0.25, 1, 7]) func `are the reference times exp(r/β)`(temperature: Double) {
    let weights = zip(Self.reference, Self.rewards).map { $0 * exp($1 / temperature) }
    let sum = weights.reduce(0, +)
    expectClose(
      tiltedDistribution(Self.reference, by: Self.rewards, temperature: temperature),
      weights.map { $0 / sum })
  }

  // 1/(1 + 99·e^90) and 1/(1 + e^90), to all digits that a number carries.
  @Test(arguments: [([0.01, 0.99], 8.276_780e-42), ([0.5, 0.5], 8.194_013e-40)])
  func `are right where nearly nothing is left`(start: [Double], expected: Double) {
    let pizza = tiltedDistribution(start, by: [10, 100])[0]
    let exact = 1 / (1 + start[1] / start[0] * exp(90))
    #expect(abs(pizza / exact - 1) < 1e-12)
    #expect(abs(pizza / expected - 1) < 1e-6)
  }

  @Test func `do not care for a shift, and take a factor as a temperature`() {
    let shifted = Self.rewards.map { $0 + 1000 }
    expectClose(
      tiltedDistribution(Self.reference, by: shifted),
      tiltedDistribution(Self.reference, by: Self.rewards))
    let scaled = Self.rewards.map { $0 * 3 }
    expectClose(
      tiltedDistribution(Self.reference, by: scaled),
      tiltedDistribution(Self.reference, by: Self.rewards, temperature: 1.0 / 3))
  }

  @Test func `keep the reference's odds among the best where rewards dwarf them`() {
    let tilt = tiltedDistribution([0.1, 0.3, 0.6], by: [7, 7, 6], temperature: 1e-17)
    expectClose(tilt, [0.25, 0.75, 0])
  }

  @Test func `leave the impossible impossible`() {
    #expect(tiltedDistribution([0.5, 0, 0.5], by: [1, 1000, 1]) == [0.5, 0, 0.5])
  }

  @Test func `are where the KL-regularised policy gradient ends`() {
    // J = Σ p·r − β·Σ p·log(p/p₀); ∂J/∂l_b = p_b·(g_b − Σ p·g) with g = r − β·log(p/p₀).
    let temperature = 0.5
    var logits = [0.0, 0, 0]
    for _ in 0..<20_000 {
      let policy = softmax(logits)
      let gains = policy.indices.map {
        Self.rewards[$0] - temperature * log(policy[$0] / Self.reference[$0])
      }
      let mean = zip(policy, gains).reduce(0) { $0 + $1.0 * $1.1 }
      for index in logits.indices { logits[index] += policy[index] * (gains[index] - mean) }
    }
    expectClose(
      softmax(logits),
      tiltedDistribution(Self.reference, by: Self.rewards, temperature: temperature),
      tolerance: 1e-9)
  }

  @Test func `are where tabular ACTDE rests, with β = α/η and rewards over q₀`() {
    let start = [0.5, -1, 0]
    var learner = TabularLearner(
      method: .actde, initialProbabilities: Self.reference, initialValues: start,
      learningRate: 0.8, valueLearningRate: 0.4)
    for visit in 0..<300 { learner.reinforce(visit % 3, outcome: Self.rewards[visit % 3]) }
    expectClose(
      learner.probabilities,
      tiltedDistribution(
        Self.reference, by: zip(Self.rewards, start).map { $0 - $1 }, temperature: 0.5))
    // The control: a value instead of action values ends elsewhere.
    var other = TabularLearner(
      method: .ppo, initialProbabilities: Self.reference, learningRate: 0.8,
      valueLearningRate: 0.4)
    for visit in 0..<300 { other.reinforce(visit % 3, outcome: Self.rewards[visit % 3]) }
    #expect(abs(other.probabilities[0] - learner.probabilities[0]) > 0.01)
  }

  @Test func `of trajectories are played by the soft-optimal policy, step by step`() {
    // Two steps of two actions; R(τ) is anything. The policy of step 2 tilts by R, that of step 1 by β·log E₀ exp(R/β).
    let temperature = 0.7
    let (first, second) = ([0.3, 0.7], [[0.6, 0.4], [0.1, 0.9]])
    let returns = [[1, -2], [0.5, 3]]
    let all = [0, 1].flatMap { a in [0, 1].map { b in (a, b) } }
    let whole = tiltedDistribution(
      all.map { first[$0.0] * second[$0.0][$0.1] }, by: all.map { returns[$0.0][$0.1] },
      temperature: temperature)
    let values = [0, 1].map { a in
      temperature
        * log([0, 1].reduce(0) { $0 + second[a][$1] * exp(returns[a][$1] / temperature) })
    }
    let opening = tiltedDistribution(first, by: values, temperature: temperature)
    let played = all.map { a, b in
      opening[a] * tiltedDistribution(second[a], by: returns[a], temperature: temperature)[b]
    }
    expectClose(whole, played)
  }
}
