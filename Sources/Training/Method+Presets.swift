import PolicyOptimization

extension Method {
  /// Methods by name: values of the four choices, each with the paper it comes from.
  public enum Preset: String, Codable, Sendable, CaseIterable {
    /// Proximal policy optimization, no KL penalty (Schulman et al. 2017, arXiv 1707.06347).
    case ppo
    /// PPO with a KL penalty in the reward (Ziegler et al. 2019, arXiv 1909.08593).
    case ppoKL = "ppo-kl"
    /// Action-conditioned TD error (Turner & Einhorn 2023), λ = 0, not whitened.
    case actde
    /// Greedy-advantage-aware RLHF with the objective of its published code (Johnson 2024).
    ///
    /// The published runs' other settings are not part of a method: λ = 0, x_σ of 1.5 to 3, full-vocabulary KL in the loss,
    /// value weight 0.15, entropy weight 0.001.
    case gaaCode = "gaa-code"
    /// Greedy-advantage-aware RLHF as its text says, with a batch's coefficients.
    case gaaText = "gaa-text"
    /// Greedy-advantage-aware RLHF as its text says, with each token's coefficients.
    case gaaPerToken = "gaa-per-token"

    /// The paper.
    public var citation: String {
      switch self {
      case .ppo: "Schulman et al. 2017, Proximal Policy Optimization Algorithms, arXiv 1707.06347"
      case .ppoKL:
        "Ziegler et al. 2019, Fine-Tuning Language Models from Human Preferences, arXiv 1909.08593"
      case .actde: "Turner & Einhorn 2023, Mode collapse in RL may be fueled by the update equation"
      case .gaaCode, .gaaText, .gaaPerToken: "Johnson 2024, Greedy-Advantage-Aware RLHF"
      }
    }
  }

  /// A preset's four choices.
  public init(_ preset: Preset) {
    self.init()
    reference.placement = .none
    switch preset {
    case .ppo: break
    case .ppoKL: reference.placement = .reward
    case .actde:
      advantage = Advantage(estimator: .actde, lambda: 0, whitening: .none)
      critic.kind = .actionValueHeads
    case .gaaCode: objective.greedyAwareness = .code
    case .gaaText: objective.greedyAwareness = .text
    case .gaaPerToken: objective.greedyAwareness = .perToken
    }
  }
}
