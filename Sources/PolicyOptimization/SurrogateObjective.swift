public import Torch

/// How far one step may go, as a loss on probability ratios ρ = π(a)/π_old(a).
///
/// Article: <doc:ClippedSurrogate>.
public enum SurrogateObjective: Codable, Equatable, Sendable {
  /// E[log π·A]: the plain policy gradient, for one step on fresh samples (Williams 1992; Sutton et al. 2000).
  case policyGradient
  /// E[ρA]: importance weighting step by step without a bound.
  case importanceWeighted
  /// E[min(ρA, clip(ρ, 1 − ε, 1 + ε)A)] (Schulman et al. 2017, eq. 7).
  ///
  /// With `dual` c > 1, max(that, cA) where A < 0: an action that became far more likely although it was bad pulls no harder than
  /// c (Ye et al. 2020, arXiv 1912.09729, eq. 5).
  case clipped(Double, dual: Double? = nil)

  /// Something to minimise at every token, minus the objective, and where the bound cuts its gradient off.
  ///
  /// - Parameters:
  ///   - logRatios: log π − log π_old, any shape.
  ///   - advantages: Same shape.
  /// - Returns: Both in the same shape; 1 where the gradient is cut off, 0 elsewhere.
  public func outcome(
    logRatios: Tensor, advantages: Tensor
  ) -> (losses: Tensor, clipped: Tensor) {
    precondition(
      logRatios.shape == advantages.shape,
      "surrogate of log-ratios \(logRatios.shape), advantages \(advantages.shape)")
    switch self {
    case .policyGradient:
      // log π_old is a constant: the value is shifted, the gradient is that of log π·A.
      return (-(logRatios * advantages), advantages.zerosLike())
    case .importanceWeighted:
      return (-(logRatios.exponential() * advantages), advantages.zerosLike())
    case .clipped(let range, let dual):
      return clippedSurrogate(
        logRatios: logRatios, advantages: advantages, range: range, dual: dual)
    }
  }

  /// Something to minimise at every token: minus the objective.
  public func losses(logRatios: Tensor, advantages: Tensor) -> Tensor {
    outcome(logRatios: logRatios, advantages: advantages).losses
  }

  /// Where the bound cuts the gradient off: 1 there, 0 elsewhere.
  public func isClipped(logRatios: Tensor, advantages: Tensor) -> Tensor {
    outcome(logRatios: logRatios, advantages: advantages).clipped
  }
}

/// The probability ratio of every whole trajectory, Πₜ ρₜ, at each of its steps.
///
/// With these as weights, E_old[Πρ·Σₜ ∇log π(aₜ)·Ψₜ] is exactly the policy gradient of π, whatever policy drew the trajectories;
/// ratios of single steps leave out that other states are visited. Their variance grows exponentially with the length.
///
/// Article: <doc:ImportanceWeights>.
///
/// - Parameters:
///   - logRatios: log π − log π_old [batch, time].
///   - mask: [batch, time].
/// - Returns: [batch, time], zero under the mask's zeros; outside the tape, for they are weights.
public func trajectoryRatios(_ logRatios: Tensor, mask: Tensor) -> Tensor {
  let sums = logRatios.detached().masked(by: mask).sum(along: 1)
  return atEveryStep(sums.exponential(), mask: mask)
}

/// How the losses of a minibatch's steps become one number.
///
/// Article: <doc:GroupRelative>.
public enum LossAveraging: String, Codable, Sendable, CaseIterable {
  /// The mean over all steps.
  case step
  /// The mean over trajectories of each one's mean, as GRPO was published: a long answer's tokens count for less.
  case trajectory
  /// The mean over trajectories of each one's sum, as the policy gradient theorem has it.
  case sum

  /// One number.
  ///
  /// - Parameters:
  ///   - losses: [batch, time].
  ///   - mask: [batch, time].
  /// - Returns: Rank zero.
  public func mean(_ losses: Tensor, mask: Tensor) -> Tensor {
    switch self {
    case .step: losses.maskedMean(mask)
    case .trajectory:
      (losses.masked(by: mask).sum(along: 1) / mask.sum(along: 1).clamped(atLeast: 1)).mean()
    case .sum: losses.masked(by: mask).sum(along: 1).mean()
    }
  }
}
