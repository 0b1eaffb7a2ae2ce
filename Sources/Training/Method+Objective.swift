public import PolicyOptimization

extension Method {
  /// How far one step may go.
  public struct Objective: Codable, Equatable, Sendable {
    /// The surrogate, and what bounds the step.
    public enum Kind: String, Codable, Sendable, CaseIterable {
      /// log π·Ψ: one step on fresh samples.
      case policyGradient = "policy-gradient"
      /// ρΨ with the ratio ρ = π/π_old of each step, unbounded.
      case importanceWeighted = "importance-weighted"
      /// Πₜρₜ·log π·Ψ with the whole trajectory's ratio: exactly the policy gradient, at a variance that grows with the length.
      case trajectoryWeighted = "trajectory-weighted"
      /// PPO-clip.
      case clip
      /// PPO-penalty: ρΨ − β·KL(π_old ‖ π) with an adaptive β.
      case penalty
      /// TRPO: one step along the natural gradient, KL(π_old ‖ π) ≤ δ.
      case trustRegion = "trust-region"
    }

    /// The surrogate, and what bounds the step.
    public var kind = Kind.clip
    /// ε of PPO-clip.
    public var clipRange = 0.2
    /// c of PPO-clip (arXiv 1912.09729): an action with a negative advantage pulls no harder than c; nil leaves it out.
    public var dualClip: Double?
    /// β of PPO-penalty at the start.
    public var penaltyCoefficient = 1.0
    /// KL per action in nats that PPO-penalty's β is steered towards.
    public var penaltyTarget = 0.01
    /// The constants of TRPO.
    public var trustRegion = TrustRegion()
    /// Updates of a step stop where the mean KL(π_old ‖ π) per action exceeds this; nil never stops early.
    public var stoppingDivergence: Double?
    /// How the steps' losses become one number.
    public var averaging = LossAveraging.step
    /// Weight of the entropy bonus.
    public var entropyWeight = 0.0
    /// Greedy-advantage-aware weighting over the surrogate; nil leaves it out.
    public var greedyAwareness: GreedyAwareness.Variant?
    /// x_σ of greedy-advantage-aware weighting.
    public var sigmaScale = 0.5
    /// x_η of greedy-advantage-aware weighting.
    public var etaScale = 1.0
    /// What takes the place of its measured coefficients in a control experiment.
    public var greedyControl = GreedyAwareness.Control()

    enum CodingKeys: String, CodingKey {
      case kind
      case clipRange = "clip_range"
      case dualClip = "dual_clip"
      case penaltyCoefficient = "penalty_coefficient"
      case penaltyTarget = "penalty_target"
      case trustRegion = "trust_region"
      case stoppingDivergence = "stopping_kl"
      case averaging
      case entropyWeight = "entropy_weight"
      case greedyAwareness = "greedy_awareness"
      case sigmaScale = "sigma_scale"
      case etaScale = "eta_scale"
      case greedyControl = "greedy_control"
    }

    var surrogate: SurrogateObjective {
      switch kind {
      case .policyGradient, .trajectoryWeighted: .policyGradient
      case .importanceWeighted, .penalty, .trustRegion: .importanceWeighted
      case .clip: .clipped(clipRange, dual: dualClip)
      }
    }

    var greedy: GreedyAwareness? {
      greedyAwareness.map {
        GreedyAwareness(
          variant: $0, sigmaScale: sigmaScale, etaScale: etaScale, control: greedyControl)
      }
    }

    /// Whether a loss is of whole trajectories, so that a minibatch must hold whole ones.
    var needsTrajectories: Bool { kind == .trajectoryWeighted || averaging != .step }
  }
}
