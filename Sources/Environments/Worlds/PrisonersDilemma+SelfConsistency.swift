import Foundation

extension PrisonersDilemma {
  /// A policy that is a softmax of its own action values.
  public struct SelfConsistentPolicy: Equatable, Sendable {
    /// π(a | s), as [last action][action].
    public var probabilities: [[Double]]
    /// q(s, a), as [last action][action].
    public var actionValues: [[Double]]
    /// Of all steps, those that do the other thing than last time.
    public var alternatingShare: Double
    /// Of all steps, those that cooperate after cooperating.
    public var cooperatingShare: Double
    /// Of all steps, those that defect after defecting.
    public var defectingShare: Double
  }

  /// The policy π ∝ π₀·exp(κ·(q_π − q₀)) with π₀ even and q₀ = 0.
  ///
  /// Tabular ACTDE that moves a logit by η·δ and the action value by α·δ for the same error δ keeps logit − κ·q where it was, κ = η/α; so this is
  /// where it rests, if it comes to rest.
  ///
  /// - Parameters:
  ///   - discount: γ in 0..<1.
  ///   - ratio: κ, not negative.
  /// - Returns: The policy, its action values, and what one sees of it in a long game.
  public func selfConsistentPolicy(discount: Double, ratio: Double) -> SelfConsistentPolicy {
    Self.expectDiscount(discount)
    precondition(ratio >= 0 && ratio.isFinite, "a ratio of step sizes cannot be \(ratio)")
    var logits = [[0.0, 0], [0.0, 0]]
    var values = actionValues(of: logits.map(softmax), discount: discount)
    // Half of each move is held back, so that strong preferences do not swing.
    for _ in 0..<100_000 {
      let targets = values.map { $0.map { ratio * $0 } }
      let change = zip(targets.joined(), logits.joined()).map { abs($0 - $1) }.max() ?? 0
      logits = zip(logits, targets).map { zip($0, $1).map { ($0 + $1) / 2 } }
      values = actionValues(of: logits.map(softmax), discount: discount)
      if change < 1e-13 * max(1, ratio) { break }
    }
    return observed(logits.map(softmax), values)
  }

  /// q(s, a) = M[a][s] + γ·V(a), where V solves V(s) = Σₐ π(a | s)·q(s, a).
  func actionValues(of policy: [[Double]], discount: Double) -> [[Double]] {
    // (I − γ·π)·V = b, by Cramer's rule.
    let b = (0...1).map { s in policy[s][0] * payoffs[0][s] + policy[s][1] * payoffs[1][s] }
    let (m00, m01) = (1 - discount * policy[0][0], -discount * policy[0][1])
    let (m10, m11) = (-discount * policy[1][0], 1 - discount * policy[1][1])
    let determinant = m00 * m11 - m01 * m10
    let V = [(b[0] * m11 - m01 * b[1]) / determinant, (m00 * b[1] - m10 * b[0]) / determinant]
    return (0...1).map { s in (0...1).map { a in payoffs[a][s] + discount * V[a] } }
  }

  /// The policy with the shares of its stationary distribution d, where d(0)·π(1 | 0) = d(1)·π(0 | 1).
  private func observed(_ policy: [[Double]], _ values: [[Double]]) -> SelfConsistentPolicy {
    let (leaving, returning) = (policy[0][1], policy[1][0])
    let cooperated = returning / (leaving + returning)
    return SelfConsistentPolicy(
      probabilities: policy, actionValues: values,
      alternatingShare: cooperated * leaving + (1 - cooperated) * returning,
      cooperatingShare: cooperated * policy[0][0],
      defectingShare: (1 - cooperated) * policy[1][1])
  }
}

/// exp(xᵢ) / Σⱼ exp(xⱼ).
func softmax(_ numbers: [Double]) -> [Double] {
  let largest = numbers.max() ?? 0
  let powers = numbers.map { exp($0 - largest) }
  let sum = powers.reduce(0, +)
  return powers.map { $0 / sum }
}
