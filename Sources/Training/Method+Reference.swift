public import PolicyOptimization

extension Method {
  /// What holds the policy near what is trusted.
  public struct Reference: Codable, Equatable, Sendable {
    /// Where the KL penalty stands.
    public enum Placement: String, Codable, Sendable, CaseIterable {
      /// No penalty; the divergence is only watched.
      case none
      /// −β·(log π − log π_ref) at every token's reward (Ziegler et al. 2019).
      case reward
      /// β·KL(π ‖ π_ref) in the loss: over all actions, as in greedy-advantage-aware RLHF's code, or estimated, as in GRPO.
      case loss
      /// A hard budget in place of a penalty: what is played is the mixture of policy and reference that each episode can still afford.
      case budget
    }

    /// How KL(π ‖ π_ref) is formed in the loss.
    public enum Estimator: String, Codable, Sendable, CaseIterable {
      /// Exactly, over all actions.
      case full
      /// (log-ratio)²/2 of the action taken.
      case k2
      /// e^−ρ − 1 + ρ of the action taken, as in GRPO.
      case k3
    }

    /// Where the penalty stands.
    public var placement = Placement.reward
    /// How the penalty in the loss is formed.
    public var estimator = Estimator.full
    /// β.
    public var coefficient = 0.05
    /// KL per episode in nats that β is steered towards; nil keeps β fixed.
    public var target: Double?
    /// How β follows the divergence, where there is a target.
    public var steering = DivergenceController.Steering.proportional
    /// Episodes in which β can change by a factor of about e^0.2, where it is steered in proportion.
    public var horizon = 10_000.0
    /// What a nat above the target adds to β in a step, where it is steered by dual ascent.
    public var dualRate = 0.01
    /// The budget of an episode, where one holds.
    public var budget = KLBudget(nats: 10)

    /// Whether KL costs something, in the reward or in the loss.
    var isPenalty: Bool { placement == .reward || placement == .loss }

    enum CodingKeys: String, CodingKey {
      case placement
      case estimator = "kl_estimator"
      case coefficient, target, steering, horizon
      case dualRate = "dual_rate"
      case budget
    }
  }
}
