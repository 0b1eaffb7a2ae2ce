public import PolicyOptimization

/// A policy-gradient method: four choices over one loop.
public struct Method: Codable, Equatable, Sendable {
  /// How good an action was.
  public var advantage = Advantage()
  /// How far one step may go.
  public var objective = Objective()
  /// What holds the policy near what is trusted.
  public var reference = Reference()
  /// Who estimates values.
  public var critic = CriticChoice()

  /// PPO with a value head and a KL penalty in the reward.
  public init() {}

  /// How good an action was.
  public struct Advantage: Codable, Equatable, Sendable {
    /// The error that is accumulated.
    public enum Estimator: String, Codable, Sendable, CaseIterable {
      /// r + γV(s′) − V(s): generalized advantage estimation (Schulman et al. 2016).
      case gae
      /// r + γV(s′) − Q(s, a): the action-conditioned error (Turner & Einhorn 2023).
      case actde
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

    /// The error that is accumulated.
    public var estimator = Estimator.gae
    /// γ.
    public var discount = 1.0
    /// λ of the advantages.
    public var lambda = 0.95
    /// What is done to the advantages of a batch.
    public var whitening = Whitening.centered
  }

  /// How far one step may go.
  public struct Objective: Codable, Equatable, Sendable {
    /// ε of the clipped surrogate; nil weights by importance without a bound.
    public var clipRange: Double? = 0.2
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
      case clipRange = "clip_range"
      case entropyWeight = "entropy_weight"
      case greedyAwareness = "greedy_awareness"
      case sigmaScale = "sigma_scale"
      case etaScale = "eta_scale"
      case greedyControl = "greedy_control"
    }

    var surrogate: SurrogateObjective { clipRange.map { .clipped($0) } ?? .importanceWeighted }

    var greedy: GreedyAwareness? {
      greedyAwareness.map {
        GreedyAwareness(
          variant: $0, sigmaScale: sigmaScale, etaScale: etaScale, control: greedyControl)
      }
    }
  }

  /// What holds the policy near what is trusted.
  public struct Reference: Codable, Equatable, Sendable {
    /// Where the KL penalty stands.
    public enum Placement: String, Codable, Sendable, CaseIterable {
      /// No penalty; the divergence is only watched.
      case none
      /// −β·(log π − log π_ref) at every token's reward (Ziegler et al. 2019).
      case reward
      /// β·KL(π ‖ π_ref) over the whole vocabulary in the loss, as in greedy-advantage-aware RLHF's code.
      case loss
    }

    /// Where the penalty stands.
    public var placement = Placement.reward
    /// β.
    public var coefficient = 0.05
    /// KL per episode in nats that β is steered towards; nil keeps β fixed.
    public var target: Double?
    /// Episodes in which β can change by a factor of about e^0.2.
    public var horizon = 10_000.0
  }

  /// Who estimates values.
  public struct CriticChoice: Codable, Equatable, Sendable {
    /// The estimator.
    public enum Kind: String, Codable, Sendable, CaseIterable {
      /// A linear head on the policy's trunk; its errors shape the trunk too.
      case valueHead = "value-head"
      /// A linear head that reads the policy's trunk without shaping it.
      case detachedValueHead = "detached-value-head"
      /// A model of its own, of the policy's shape.
      case valueModel = "value-model"
      /// A value head and an action-value head on the policy's trunk.
      case actionValueHeads = "action-value-heads"
    }

    /// How Q(s, a) is made from an action-value head's output D(s, a).
    public enum ActionValueForm: String, Codable, Sendable, CaseIterable {
      /// Q = D: an action that was never taken has Q = 0, so that any reward at all is news. With a positive reward and many
      /// rare actions this may reinforce whatever is rare: a language model was seen to drift to uniform.
      case independent
      /// Q = V + D, with V taken as it is: an action that was never taken is expected to be as good as its state.
      case dueling
    }

    /// The estimator.
    public var kind = Kind.valueHead
    /// How Q(s, a) is made from an action-value head's output.
    public var actionValueForm = ActionValueForm.dueling
    /// ε of the clipped value loss; nil does not clip.
    public var clipRange: Double? = 0.2
    /// Weight of the value loss.
    public var weight = 0.1
    /// Weight of the action-value loss.
    public var actionValueWeight = 0.1
    /// λ of the returns that the critic learns.
    public var lambda = 0.95
    /// The critic's learning rate as a multiple of the policy's.
    public var learningRateFactor = 1.0

    enum CodingKeys: String, CodingKey {
      case kind
      case actionValueForm = "action_value_form"
      case clipRange = "clip_range"
      case weight
      case actionValueWeight = "action_value_weight"
      case lambda
      case learningRateFactor = "learning_rate_factor"
    }

    var objective: ValueObjective { clipRange.map { .clipped($0) } ?? .squared }
  }

  /// Says what does not go together.
  ///
  /// - Throws: `TrainingError.configuration` with the key to change.
  public func validate() throws(TrainingError) {
    let shares = [
      ("advantage.discount", advantage.discount), ("advantage.lambda", advantage.lambda),
      ("critic.lambda", critic.lambda),
    ]
    for (key, value) in shares where !(0...1).contains(value) {
      throw .configuration(key: key, reason: "\(value) is outside [0, 1]")
    }
    let positive = [
      ("objective.clip_range", objective.clipRange), ("critic.clip_range", critic.clipRange),
      ("reference.target", reference.target), ("objective.sigma_scale", objective.sigmaScale),
      ("objective.eta_scale", objective.etaScale), ("reference.horizon", reference.horizon),
    ]
    for case (let key, let value?) in positive where !(value > 0) {
      throw .configuration(key: key, reason: "\(value) is not above 0")
    }
    let weights = [
      ("objective.entropy_weight", objective.entropyWeight), ("critic.weight", critic.weight),
      ("critic.action_value_weight", critic.actionValueWeight),
      ("reference.coefficient", reference.coefficient),
      ("critic.learning_rate_factor", critic.learningRateFactor),
    ]
    for (key, value) in weights where !(value >= 0 && value.isFinite) {
      throw .configuration(key: key, reason: "\(value) is below 0 or not a number")
    }
    let control = objective.greedyControl
    for case (let key, let value?) in [("a", control.a), ("b", control.b)] where !value.isFinite {
      throw .configuration(
        key: "objective.greedy_control.\(key)", reason: "\(value) is not a number")
    }
    if let variant = objective.greedyAwareness, variant != .perToken, control.shuffled {
      throw .configuration(
        key: "objective.greedy_control.shuffled",
        reason:
          "\(variant.rawValue) has one a and one b for all tokens of a minibatch: there is nothing to shuffle"
      )
    }
    if objective.greedyAwareness == nil && control != GreedyAwareness.Control() {
      throw .configuration(
        key: "objective.greedy_control", reason: "controls nothing where greedy_awareness is none")
    }
    if reference.target != nil && (reference.placement == .none || reference.coefficient == 0) {
      throw .configuration(
        key: "reference.target",
        reason:
          "steers a penalty that is not there: set reference.placement and reference.coefficient")
    }
    if advantage.estimator == .actde && critic.kind != .actionValueHeads {
      throw .configuration(
        key: "critic.kind",
        reason: "actde needs Q(s, a): use action-value-heads instead of \(critic.kind.rawValue)")
    }
    if advantage.estimator == .actde && objective.greedyAwareness != nil {
      throw .configuration(
        key: "objective.greedy_awareness",
        reason: "greedy awareness compares V(prefix + token); with actde's Q it has no meaning here"
      )
    }
    if objective.greedyAwareness != nil && advantage.whitening != .centered {
      throw .configuration(
        key: "advantage.whitening",
        reason:
          "greedy awareness weighs greedy against sampled advantages, both in standard deviations: use centered"
      )
    }
  }
}
