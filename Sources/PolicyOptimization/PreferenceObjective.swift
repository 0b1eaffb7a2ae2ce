public import Torch

/// How a policy learns from pairs of answers alone, with no reward model and no sampling.
///
/// With h = log π(y₁|x)/π_ref(y₁|x) − log π(y₂|x)/π_ref(y₂|x) and p the probability that y₁ is preferred:
/// - sigmoid (DPO; Rafailov et al. 2023, equation 7): −p·log σ(βh) − (1 − p)·log σ(−βh);
/// - IPO (Azar et al. 2023, equation 17): p·(h − 1/2β)² + (1 − p)·(h + 1/2β)².
///
/// Labels that are wrong with probability ε move p to p(1 − ε) + (1 − p)ε (Mitchell 2023, conservative DPO).
///
/// Article: <doc:DirectPreferences>.
public struct PreferenceObjective: Codable, Equatable, Sendable {
  /// What becomes of h.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// The logistic loss of βh: direct preference optimization.
    case sigmoid
    /// The squared distance of h from 1/2β, which certain labels cannot drive to infinity.
    case ipo
  }

  /// What log π of a completion is.
  public enum Averaging: String, Codable, Sendable, CaseIterable {
    /// The sum over its tokens, the logarithm of its probability.
    case sum
    /// The mean over its tokens.
    case mean
  }

  /// What becomes of h.
  public var kind = Kind.sigmoid
  /// β: how dearly the policy pays for leaving the reference.
  public var beta = 0.1
  /// ε: the share of labels that are taken to be wrong.
  public var labelSmoothing = 0.0
  /// Whether π_ref is left out, as if it were the same for all completions.
  public var isReferenceFree = false
  /// Sum or mean over tokens; nil is the sum for sigmoid and the mean for IPO, as its authors advise and TRL does.
  public var averaging: Averaging?

  enum CodingKeys: String, CodingKey {
    case kind, beta
    case labelSmoothing = "label_smoothing"
    case isReferenceFree = "reference_free"
    case averaging
  }

  /// DPO with β = 0.1.
  public init() {}

  /// Sum or mean over tokens.
  public var tokenAveraging: Averaging { averaging ?? (kind == .ipo ? .mean : .sum) }

  /// The loss of every pair.
  ///
  /// - Parameters:
  ///   - margins: h [n].
  ///   - probabilities: p [n].
  /// - Returns: [n]; for sigmoid ln 2 where h is 0.
  public func losses(margins: Tensor, probabilities: Tensor) -> Tensor {
    let labels = probabilities * (1 - 2 * labelSmoothing) + labelSmoothing
    switch kind {
    case .sigmoid: return preferenceLosses(margins: margins * beta, probabilities: labels)
    case .ipo:
      let goal = 1 / (2 * beta)
      return labels * (margins - goal).squared() + (1 - labels) * (margins + goal).squared()
    }
  }

  /// Says what cannot be: a key, and why.
  public var problem: (key: String, reason: String)? {
    if !(beta > 0 && beta.isFinite) { return ("beta", "\(beta) is not above 0") }
    if !(0..<0.5).contains(labelSmoothing) {
      return ("label_smoothing", "\(labelSmoothing) is outside [0, 0.5)")
    }
    return nil
  }
}
