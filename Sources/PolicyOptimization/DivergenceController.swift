/// The coefficient β of a KL penalty, fixed or steered towards a target.
///
/// - Proportional: β ← β·(1 + clip(KL/target − 1, ±0.2)·n/horizon) after n episodes (Ziegler et al. 2019, section 2.2). A batch larger
///   than the horizon counts as the horizon: one update changes β by at most a fifth, and never its sign.
/// - Dual ascent: β ← max(0, β + rate·(KL − target)) after each batch, projected gradient ascent on the dual of
///   max E[r] subject to KL ≤ target, whose Lagrangian is E[r] − β·(KL − target) (Boyd and Vandenberghe, Convex Optimization,
///   chapter 5). Where the constraint is idle β goes to 0.
///
/// Article: <doc:KLPenalty>.
public struct DivergenceController: Codable, Equatable, Sendable {
  /// How β follows the divergence.
  public enum Steering: String, Codable, Sendable, CaseIterable {
    /// In proportion to itself, at most by a fifth in a batch.
    case proportional
    /// As the multiplier of a constraint: nats above the target add to it, nats below take from it.
    case dualAscent = "dual-ascent"
  }

  /// β.
  public private(set) var coefficient: Double
  /// KL per episode in nats that β is steered towards; nil keeps β fixed.
  public let target: Double?
  /// How β follows the divergence.
  public let steering: Steering
  /// Episodes in which β can change by a factor of about e^0.2, where it is steered in proportion.
  public let horizon: Double
  /// What a nat above the target adds to β in a batch, where it is steered by dual ascent.
  public let dualRate: Double

  /// A controller.
  public init(
    coefficient: Double, target: Double? = nil, steering: Steering = .proportional,
    horizon: Double = 10_000, dualRate: Double = 0.01
  ) {
    self.coefficient = coefficient
    self.target = target
    self.steering = steering
    self.horizon = horizon
    self.dualRate = dualRate
  }

  /// Takes note of a batch.
  ///
  /// - Parameters:
  ///   - divergence: Mean KL per episode in nats.
  ///   - episodes: The number of episodes in the batch.
  public mutating func update(divergence: Double, episodes: Int) {
    guard let target else { return }
    switch steering {
    case .proportional:
      let error = min(max(divergence / target - 1, -0.2), 0.2)
      coefficient *= 1 + error * min(Double(episodes) / horizon, 1)
    case .dualAscent:
      coefficient = max(0, coefficient + dualRate * (divergence - target))
    }
  }
}

/// The coefficient β of PPO-penalty, maximise E[ρA − β·KL(π_old ‖ π)], kept so that a step moves about as far as wanted.
///
/// After each step β is halved where KL < target/1.5 and doubled where KL > 1.5·target (Schulman et al. 2017, section 4).
///
/// Article: <doc:PenalizedSurrogate>.
public struct AdaptivePenalty: Codable, Equatable, Sendable {
  /// β.
  public private(set) var coefficient: Double
  /// The divergence of one step that is wanted, in nats per action.
  public let target: Double

  /// A penalty.
  public init(coefficient: Double = 1, target: Double = 0.01) {
    self.coefficient = coefficient
    self.target = target
  }

  /// Takes note of a step.
  ///
  /// - Parameter divergence: Mean KL(π_old ‖ π) over its states, in nats.
  public mutating func update(divergence: Double) {
    if divergence < target / 1.5 { coefficient /= 2 }
    if divergence > target * 1.5 { coefficient *= 2 }
  }
}
