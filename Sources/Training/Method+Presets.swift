import PolicyOptimization

extension Method {
  /// Methods by name: values of the four choices, each with the paper it comes from.
  public enum Preset: String, Codable, Sendable, CaseIterable {
    /// REINFORCE: the whole return at every action, no baseline, no critic (Williams 1992).
    case reinforce
    /// Vanilla policy gradient: generalized advantages, one step per batch, a value model of its own (Spinning Up).
    case vpg
    /// Advantage actor–critic: n-step advantages, one step per batch, a value head on a language model's trunk (Mnih et al. 2016, arXiv 1602.01783).
    case a2c
    /// Proximal policy optimization, no KL penalty (Schulman et al. 2017, arXiv 1707.06347).
    case ppo
    /// PPO with an adaptive penalty on KL(π_old ‖ π) instead of clipping (Schulman et al. 2017, section 4).
    case ppoPenalty = "ppo-penalty"
    /// PPO with a KL penalty towards a reference in the reward (Ziegler et al. 2019, arXiv 1909.08593).
    case ppoKL = "ppo-kl"
    /// Trust region policy optimization (Schulman et al. 2015, arXiv 1502.05477).
    case trpo
    /// Action-conditioned TD error (Turner & Einhorn 2023), λ = 0, not whitened.
    case actde
    /// Greedy-advantage-aware RLHF; the same as `gaaCode`, with which its results were published.
    case gaa
    /// Greedy-advantage-aware RLHF with the objective of its published code (Johnson 2024).
    ///
    /// The published runs' other settings are not part of a method: λ = 0, x_σ of 1.5 to 3, full-vocabulary KL in the loss,
    /// value weight 0.15, entropy weight 0.001.
    case gaaCode = "gaa-code"
    /// Greedy-advantage-aware RLHF as its text says, with a batch's coefficients.
    case gaaText = "gaa-text"
    /// Greedy-advantage-aware RLHF as its text says, with each token's coefficients.
    case gaaPerToken = "gaa-per-token"
    /// REINFORCE leave-one-out: four completions of a prompt are each other's baseline, KL in the reward (Ahmadian et al. 2024).
    case rloo
    /// Group-relative policy optimization: returns in deviations of their group, clipped, KL in the loss (Shao et al. 2024).
    case grpo

    /// The paper.
    public var citation: String {
      switch self {
      case .reinforce:
        "Williams 1992, Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning"
      case .vpg:
        "Sutton et al. 2000, Policy Gradient Methods for RL with Function Approximation; Schulman et al. 2016, arXiv 1506.02438"
      case .a2c:
        "Mnih et al. 2016, Asynchronous Methods for Deep Reinforcement Learning, arXiv 1602.01783"
      case .ppo, .ppoPenalty:
        "Schulman et al. 2017, Proximal Policy Optimization Algorithms, arXiv 1707.06347"
      case .ppoKL:
        "Ziegler et al. 2019, Fine-Tuning Language Models from Human Preferences, arXiv 1909.08593"
      case .trpo: "Schulman et al. 2015, Trust Region Policy Optimization, arXiv 1502.05477"
      case .actde: "Turner & Einhorn 2023, Mode collapse in RL may be fueled by the update equation"
      case .gaa, .gaaCode, .gaaText, .gaaPerToken: "Johnson 2024, Greedy-Advantage-Aware RLHF"
      case .rloo:
        "Ahmadian et al. 2024, Back to Basics: Revisiting REINFORCE Style Optimization for RLHF, arXiv 2402.14740"
      case .grpo: "Shao et al. 2024, DeepSeekMath, arXiv 2402.03300"
      }
    }

    /// What `--help` says.
    public var summary: String {
      switch self {
      case .reinforce: "the whole return at every action, no baseline, no critic"
      case .vpg: "generalized advantages, one step per batch, a value model"
      case .a2c: "n-step advantages, one step per batch, a value head"
      case .ppo: "generalized advantages, clipped ratios"
      case .ppoPenalty: "an adaptive penalty on KL(π_old ‖ π) instead of clipping"
      case .ppoKL: "PPO with a KL penalty towards the reference in the reward"
      case .trpo: "one natural-gradient step inside a bound on KL(π_old ‖ π)"
      case .actde: "r + γV(s′) − Q(s, a): finite reinforcement for each event"
      case .gaa: "the same as gaa-code"
      case .gaaCode: "greedy-advantage-aware weighting as in its published code"
      case .gaaText: "greedy-advantage-aware weighting as its text says"
      case .gaaPerToken: "the same with each token's own coefficients"
      case .rloo: "four completions of a prompt are each other's baseline"
      case .grpo: "returns in deviations of their group, clipped, KL in the loss"
      }
    }
  }

  /// A preset's four choices.
  public init(_ preset: Preset) {
    self.init()
    reference.placement = .none
    switch preset {
    case .reinforce:
      advantage = Advantage(estimator: .totalReturn, whitening: .none)
      objective.kind = .policyGradient
      critic.kind = .none
    case .vpg:
      advantage.lambda = 0.97
      objective.kind = .policyGradient
      critic.kind = .valueModel
      critic.clipRange = nil
      critic.lambda = 1
      critic.epochs = 80
    case .a2c:
      // λ = 1 in a short segment: n rewards, then V.
      advantage.lambda = 1
      advantage.whitening = .none
      objective.kind = .policyGradient
      critic.clipRange = nil
      critic.weight = 0.5
      critic.lambda = 1
    case .ppo: break
    case .ppoPenalty: objective.kind = .penalty
    case .ppoKL: reference.placement = .reward
    case .trpo:
      advantage.lambda = 0.97
      objective.kind = .trustRegion
      critic.kind = .valueModel
      critic.clipRange = nil
      critic.lambda = 1
      critic.epochs = 80
    case .actde:
      advantage = Advantage(estimator: .actde, lambda: 0, whitening: .none)
      critic.kind = .actionValueHeads
    case .gaa, .gaaCode: objective.greedyAwareness = .code
    case .gaaText: objective.greedyAwareness = .text
    case .gaaPerToken: objective.greedyAwareness = .perToken
    case .rloo:
      advantage = Advantage(estimator: .leaveOneOut, groupSize: 4, whitening: .none)
      objective.kind = .policyGradient
      objective.averaging = .sum
      reference.placement = .reward
      critic.kind = .none
    case .grpo:
      advantage = Advantage(estimator: .groupRelative, groupSize: 8, whitening: .none)
      objective.averaging = .trajectory
      reference.placement = .loss
      reference.estimator = .k3
      reference.coefficient = 0.04
      critic.kind = .none
    }
  }
}
