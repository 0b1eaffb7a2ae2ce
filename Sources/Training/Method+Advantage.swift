public import PolicyOptimization

extension Method {
  /// How good an action was.
  public struct Advantage: Codable, Equatable, Sendable {
    /// Ψ of the policy gradient E[Σₜ ∇log π(aₜ|sₜ)·Ψₜ].
    public enum Estimator: String, Codable, Sendable, CaseIterable {
      /// Σₜ γᵗ rₜ of the whole trajectory, at each of its actions, minus a baseline (Williams 1992).
      case totalReturn = "total-return"
      /// Σ of the rewards that follow the action, minus a baseline.
      case rewardToGo = "reward-to-go"
      /// k rewards, then V: Σₗ₍ₗ<ₖ₎ γˡ rₜ₊ₗ + γᵏV(sₜ₊ₖ) − V(sₜ); k = 1 is the one-step error r + γV(s′) − V(s).
      case multiStep = "multi-step"
      /// The error r + γV(s′) − V(s), summed with λ: generalized advantage estimation (Schulman et al. 2016).
      case gae
      /// Q̂(s, a) − Σₐ π(a|s)·Q(s, a) with Q̂ = r + γ·Σₐ π(a|s′)·Q(s′, a): actor–critic, on-policy form.
      case actionValue = "action-value"
      /// The same with Q̂ = r + γ·maxₐ Q(s′, a), as in Q-learning.
      case maximalActionValue = "action-value-max"
      /// r + γV(s′) − Q(s, a): the action-conditioned error (Turner & Einhorn 2023).
      case actde
      /// The return minus the mean of the group's other returns (Kool et al. 2019; RLOO, Ahmadian et al. 2024).
      case leaveOneOut = "leave-one-out"
      /// The return in standard deviations of its group (GRPO, Shao et al. 2024).
      case groupRelative = "group-relative"
    }

    /// What is taken off the returns of `totalReturn` and `rewardToGo`.
    public enum Baseline: String, Codable, Sendable, CaseIterable {
      /// Nothing.
      case none
      /// The batch's mean return.
      case constant
      /// The mean over the batch of what is still to come at each time.
      case time
      /// For every parameter the constant of least variance; takes one backward pass per trajectory.
      case minimumVariance = "minimum-variance"
      /// V(s).
      case value
    }

    /// What is done to the advantages of a batch.
    public enum Whitening: String, Codable, Sendable, CaseIterable {
      /// Mean 0, deviation 1.
      case centered
      /// Deviation 1, the mean as it was.
      case scaled
      /// Nothing. For ACTDE the mean is what fades as Q learns: centering would bring a baseline back, and scaling would blow
      /// vanishing errors up to full size.
      case none
    }

    /// Ψ.
    public var estimator = Estimator.gae
    /// What is taken off returns.
    public var baseline = Baseline.none
    /// k of multi-step advantages.
    public var steps = 1
    /// γ.
    public var discount = 1.0
    /// λ of the advantages.
    public var lambda = 0.95
    /// Trajectories from one start (completions of one prompt), side by side.
    public var groupSize = 1
    /// What group-relative advantages are divided by.
    public var groupScaling = GroupScaling.deviation
    /// What is done to the advantages of a batch.
    public var whitening = Whitening.centered

    enum CodingKeys: String, CodingKey {
      case estimator, baseline
      case steps = "multi_step"
      case discount, lambda
      case groupSize = "group_size"
      case groupScaling = "group_scaling"
      case whitening
    }

    /// Whether V(s) is asked for.
    var needsValues: Bool {
      switch estimator {
      case .totalReturn, .rewardToGo: baseline == .value
      case .multiStep, .gae, .actde, .actionValue, .maximalActionValue: true
      case .leaveOneOut, .groupRelative: false
      }
    }

    /// Whether Q(s, a) is asked for.
    var needsActionValues: Bool {
      switch estimator {
      case .actde, .actionValue, .maximalActionValue: true
      default: false
      }
    }

    /// Whether Q of all actions is asked for.
    var needsAllActionValues: Bool {
      estimator == .actionValue || estimator == .maximalActionValue
    }
  }
}
