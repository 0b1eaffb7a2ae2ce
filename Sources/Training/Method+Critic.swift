import PolicyOptimization

extension Method {
  /// Who estimates values.
  public struct CriticChoice: Codable, Equatable, Sendable {
    /// The estimator.
    public enum Kind: String, Codable, Sendable, CaseIterable {
      /// Nobody.
      case none
      /// A linear head on the policy's trunk; its errors shape the trunk too.
      case valueHead = "value-head"
      /// A linear head that reads the policy's trunk without shaping it.
      case detachedValueHead = "detached-value-head"
      /// A model of its own, of the policy's shape.
      case valueModel = "value-model"
      /// A value head and an action-value head on the policy's trunk.
      case actionValueHeads = "action-value-heads"
      /// Both heads, reading the trunk without shaping it.
      case detachedActionValueHeads = "detached-action-value-heads"

      /// Whether there is Q(s, a).
      public var hasActionValues: Bool {
        self == .actionValueHeads || self == .detachedActionValueHeads
      }

      /// Whether its errors shape the policy's trunk.
      public var isAttached: Bool { self == .valueHead || self == .actionValueHeads }
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
    /// τ: V learns this expectile of Q(s, a) instead of returns, as in ILQL; nil learns returns.
    public var expectile: Double?
    /// Weight of the value loss.
    public var weight = 0.1
    /// Weight of the action-value loss.
    public var actionValueWeight = 0.1
    /// λ of the returns that the critic learns: TD(λ); 1 is Monte Carlo.
    public var lambda = 0.95
    /// The critic's learning rate as a multiple of the policy's.
    public var learningRateFactor = 1.0
    /// Passes of the critic alone over a step's samples, after the policy's; nil trains it in the policy's updates.
    public var epochs: Int?
    /// Standard deviation of the heads' weights at the start; 0 has them answer zero, so that they do no harm at first.
    public var initializerRange = 0.0

    enum CodingKeys: String, CodingKey {
      case kind
      case actionValueForm = "action_value_form"
      case clipRange = "clip_range"
      case expectile, weight
      case actionValueWeight = "action_value_weight"
      case lambda
      case learningRateFactor = "learning_rate_factor"
      case epochs = "value_epochs"
      case initializerRange = "initializer_range"
    }

    var objective: ValueObjective {
      expectile.map { .expectile($0) } ?? clipRange.map { .clipped($0) } ?? .squared
    }
  }
}
