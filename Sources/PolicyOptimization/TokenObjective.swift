import Foundation
public import Torch

/// How a policy learns from marks on single tokens: this one was good (+1), that one bad (−1), each given its prefix.
///
/// With π the policy and p the reference in a marked context, a the marked token, y its mark, r the strength of a mark and β what leaving the
/// reference costs:
///
/// | kind | y = −1 | y = +1 |
/// |---|---|---|
/// | `literal` | log π(a) | −log π(a) |
/// | `unlikelihood` | −log(1 − π(a)) | −log π(a) |
/// | `npo` | (2/β)·log(1 + (π(a)/p(a))^β) | (2/β)·log(1 + (p(a)/π(a))^β) |
/// | `horizon-one` | r·π(a) + β·KL(π ‖ p) | −r·π(a) + β·KL(π ‖ p) |
/// | `target` | KL(π* ‖ π) | KL(π* ‖ π) |
/// | `pairwise` | −log σ(β·[log π(a⁺)/p(a⁺) − log π(a)/p(a)]) | −log π(a) |
/// | `cringe` | −log e^{z⁺}/(e^{z⁺} + e^{z_a}) | −log π(a) |
///
/// `literal` is the proposal as it was made (comments on nostalgebraist, "on 'learning to summarize'", 2020). `unlikelihood`: Welleck et al. 2019,
/// arXiv 1908.04319. `npo`: Zhang et al. 2024, arXiv 2404.05868, per token; its mirror image for good tokens is ours. `horizon-one` is
/// reinforcement learning whose episode is one token, the mark its reward: −E_{a∼π}[r·y] + β·KL, exact over all tokens. `target` is ours: the optimum
/// of `horizon-one` in closed form, π* = p·exp(r·y·1[a]/β)/Z, is what π is fitted to. `pairwise`: direct preference
/// optimization (Rafailov et al. 2023) of a token against the one that should have stood there. `cringe`: Adolphs et al. 2022, arXiv 2211.05826; z
/// are log-probabilities, z⁺ that of a token drawn from the policy's likeliest ones.
///
/// Article: <doc:TokenFeedback>.
public struct TokenObjective: Codable, Equatable, Sendable {
  /// What becomes of a mark.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// Up and down the log-probability, without end.
    case literal
    /// Maximum likelihood of what is good and of anything but what is bad.
    case unlikelihood
    /// Negative preference optimization.
    case npo
    /// Reinforcement learning of horizon one with a KL penalty.
    case horizonOne = "horizon-one"
    /// The closed form of that optimum.
    case target
    /// A token against its correction.
    case pairwise
    /// A bad token against one that the policy might have said instead.
    case cringe
  }

  /// What becomes of a mark.
  public var kind = Kind.target
  /// β: what leaving the reference costs; the temperature of `npo` and `pairwise`.
  public var beta = 0.1
  /// r: the reward of a mark, where marks are rewards.
  public var strength = 1.0

  /// The closed-form target.
  public init() {}

  /// Whether a marked token is compared with another one: its correction, or one that is drawn.
  public var needsAlternatives: Bool { kind == .pairwise || kind == .cringe }

  /// The loss of every mark.
  ///
  /// - Parameter marks: What policy and reference say where tokens are marked.
  /// - Returns: [n], to be minimised; gradients reach the policy alone.
  public func losses(_ marks: TokenMarks) -> Tensor {
    let isGood = marks.signs .> 0
    let chosen = marks.policy(at: marks.tokens)
    switch kind {
    case .literal: return -(marks.signs * chosen)
    case .unlikelihood: return (-marks.logOfOthers).replacing(with: -chosen, where: isGood)
    case .npo:
      let ratios = chosen - marks.reference(at: marks.tokens)
      return softplus(-(marks.signs * ratios) * beta) * (2 / beta)
    case .horizonOne:
      return marks.signs * chosen.exponential() * -strength
        + divergence(marks.logPolicy, from: marks.logReference) * beta
    case .target:
      return divergence(target(marks), from: marks.logPolicy)
    case .pairwise:
      let other = marks.alternatives
      let better = marks.policy(at: other) - marks.reference(at: other)
      let worse = chosen - marks.reference(at: marks.tokens)
      return softplus((worse - better) * beta).replacing(with: -chosen, where: isGood)
    case .cringe:
      return softplus(chosen - marks.policy(at: marks.alternatives))
        .replacing(with: -chosen, where: isGood)
    }
  }

  /// log π* = log p + r·y·1[a]/β − log Z, where reinforcement learning of horizon one ends.
  ///
  /// - Parameter marks: What the reference says where tokens are marked.
  /// - Returns: [n, vocabulary], without gradients.
  public func target(_ marks: TokenMarks) -> Tensor {
    Tensor.withoutRecording {
      let places = marks.tokens.unsqueezed(1)
      let raised =
        marks.logReference.gathered(places, along: 1)
        + marks.signs.unsqueezed(1) * (strength / beta)
      return marks.logReference.scattering(raised, at: places, along: 1).logSoftmax(along: -1)
    }
  }

  /// Says what cannot be: a key, and why.
  public var problem: (key: String, reason: String)? {
    [("beta", beta), ("strength", strength)].first { !($0.1 > 0 && $0.1.isFinite) }
      .map { ($0.0, "\($0.1) is not above 0") }
  }

  // log(1 + e^x), also where e^x is too large for a number.
  private func softplus(_ x: Tensor) -> Tensor {
    Tensor.stack([x, x.zerosLike()], along: -1).logSumExp(along: -1)
  }
}

/// Marked tokens, and what policy and reference say where they stand.
public struct TokenMarks: Sendable {
  /// log π [n, vocabulary].
  public let logPolicy: Tensor
  /// log p [n, vocabulary], without gradients.
  public let logReference: Tensor
  /// a [n] int64.
  public let tokens: Tensor
  /// y, +1 or −1 [n].
  public let signs: Tensor
  /// What marked tokens are compared with [n] int64, where they are; the tokens themselves elsewhere.
  public let alternatives: Tensor

  /// Marks.
  ///
  /// - Parameters:
  ///   - logPolicy: log π [n, vocabulary].
  ///   - logReference: log p [n, vocabulary].
  ///   - tokens: a [n] int64.
  ///   - signs: y, +1 or −1 [n].
  ///   - alternatives: Corrections, or tokens that the policy might have said instead [n] int64; nil where no objective asks.
  public init(
    logPolicy: Tensor, logReference: Tensor, tokens: Tensor, signs: Tensor,
    alternatives: Tensor? = nil
  ) {
    precondition(
      logPolicy.shape == logReference.shape && tokens.shape == [logPolicy.size(0)]
        && signs.shape == tokens.shape,
      "marks \(signs.shape) on tokens \(tokens.shape) in \(logPolicy.shape) and \(logReference.shape)"
    )
    self.logPolicy = logPolicy
    self.logReference = logReference.detached()
    self.tokens = tokens
    self.signs = signs
    self.alternatives = alternatives ?? tokens
  }

  /// Tokens that the policy might have said instead of marked ones: drawn among its likeliest others.
  ///
  /// - Parameters:
  ///   - tokens: The marked tokens [n] int64, which are never drawn.
  ///   - logPolicy: log π [n, vocabulary].
  ///   - count: k: among how many of the others.
  ///   - generator: Where the draws come from.
  /// - Returns: [n] int64.
  public static func alternatives(
    to tokens: Tensor, logPolicy: Tensor, among count: Int, using generator: Generator
  ) -> Tensor {
    Tensor.withoutRecording {
      let (values, indices) = logPolicy.without(tokens)
        .largest(min(count, logPolicy.size(1) - 1), along: 1)
      let drawn = generator.categorical(logits: values)
      return indices.gathered(drawn.unsqueezed(1), along: 1).squeezed(1)
    }
  }

  /// log(1 − π(a)) [n], from the other tokens, so that it is exact however near π(a) is to 1.
  var logOfOthers: Tensor { logPolicy.without(tokens).logSumExp(along: -1) }

  func policy(at tokens: Tensor) -> Tensor { logPolicy.picked(tokens) }
  func reference(at tokens: Tensor) -> Tensor { logReference.picked(tokens) }
}

extension Tensor {
  /// One number of each row [n].
  fileprivate func picked(_ places: Tensor) -> Tensor {
    gathered(places.unsqueezed(1), along: 1).squeezed(1)
  }

  /// Log-probabilities with one of each row ruled out.
  fileprivate func without(_ places: Tensor) -> Tensor {
    let marks = zerosLike().scattering(
      .ones([places.count, 1], dataType: dataType, device: device), at: places.unsqueezed(1),
      along: 1)
    return replacing(with: -.infinity, where: marks .> 0)
  }
}
