public import Torch

/// Estimators of KL(π ‖ reference) from the log-ratio ρ = log π(a) − log π_ref(a) of a token a drawn from π.
///
/// Schulman 2020, "Approximating KL divergence".
///
/// Article: <doc:KLPenalty>.
public enum DivergenceEstimator: String, Codable, Sendable, CaseIterable {
  /// ρ: unbiased; in the reward its gradient is unbiased too.
  case k1
  /// ρ²/2: biased, low variance; as a loss its gradient is that of KL on policy.
  case k2
  /// e^−ρ − 1 + ρ: unbiased, never negative; as a loss its gradient is biased.
  case k3

  /// The estimate at every token.
  ///
  /// - Parameter logRatios: log π − log π_ref, any shape.
  /// - Returns: Same shape, in nats.
  public func estimates(logRatios: Tensor) -> Tensor {
    switch self {
    case .k1: logRatios
    case .k2: logRatios.squared() / 2
    case .k3: (-logRatios).exponentialMinusOne() + logRatios
    }
  }
}

/// KL(p ‖ q) of whole distributions along the last dimension.
///
/// Article: <doc:KLPenalty>.
///
/// - Parameters:
///   - logP: Log-probabilities [..., n]; −∞ is allowed and counts as zero.
///   - logQ: Log-probabilities [..., n].
/// - Returns: [...], in nats; infinite where q rules out what p does not.
public func divergence(_ logP: Tensor, from logQ: Tensor) -> Tensor {
  precondition(logP.shape == logQ.shape, "divergence of \(logP.shape) from \(logQ.shape)")
  return expectation(logP, of: logP - logQ)
}

/// H(p) = −Σ p log p along the last dimension.
///
/// - Parameter logP: Log-probabilities [..., n]; −∞ is allowed and counts as zero.
/// - Returns: [...], in nats.
public func entropy(_ logP: Tensor) -> Tensor {
  -expectation(logP, of: logP)
}

/// Σ p·x along the last dimension, where p = 0 adds nothing whatever x is, to the sum or to its gradient.
private func expectation(_ logP: Tensor, of values: Tensor) -> Tensor {
  let probabilities = logP.exponential()
  return (probabilities * values.replacing(with: 0, where: probabilities .== 0)).sum(along: -1)
}
