import PolicyOptimization

/// A way to learn from what annotators say of texts.
public enum TokenMethod: String, Codable, Sendable, CaseIterable {
  /// Nothing is learned.
  case base
  /// Up and down the log-probability.
  case literal
  /// Maximum likelihood, and its opposite.
  case unlikelihood
  /// Negative preference optimization.
  case npo
  /// Exact reinforcement learning of horizon one.
  case horizonOne = "horizon-one"
  /// The closed form of that optimum.
  case target
  /// A bad token against its correction, which costs bits too.
  case pairwise
  /// A bad token against one that the policy might have said.
  case cringe
  /// A reward model of single tokens, and PPO that looks no further than a token.
  case tokenReward = "token-reward"
  /// Comparisons of whole texts, a reward model, and PPO.
  case comparisons

  /// What it is, in words.
  public var meaning: String {
    switch self {
    case .base: "nothing learned"
    case .literal: "marks: ±log π, without end"
    case .unlikelihood: "marks: −log(1 − π) and −log π"
    case .npo: "marks: negative preference optimization, per token"
    case .horizonOne: "marks: reward of one token and its KL, exact over all tokens"
    case .target: "marks: KL from the closed form π* = p·exp(±r/β)/Z"
    case .pairwise: "marks with corrections: DPO of one token against another"
    case .cringe: "marks: a bad token against a likely other one"
    case .tokenReward: "marks: a reward model of tokens, then PPO with γ = 0"
    case .comparisons: "comparisons of two texts: a Bradley–Terry reward model, then PPO"
    }
  }

  /// The loss of marks, where the policy learns from them directly.
  var objective: TokenObjective.Kind? {
    switch self {
    case .literal: .literal
    case .unlikelihood: .unlikelihood
    case .npo: .npo
    case .horizonOne: .horizonOne
    case .target: .target
    case .pairwise: .pairwise
    case .cringe: .cringe
    case .base, .tokenReward, .comparisons: nil
    }
  }
}
