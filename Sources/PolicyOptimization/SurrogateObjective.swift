public import Torch

/// How far one step may go, as a loss on probability ratios ρ = π(a)/π_old(a).
public enum SurrogateObjective: Codable, Equatable, Sendable {
  /// E[ρA]: importance weighting without a bound.
  case importanceWeighted
  /// E[min(ρA, clip(ρ, 1 − ε, 1 + ε)A)] (Schulman et al. 2017, eq. 7).
  case clipped(Double)

  /// Something to minimise at every token: minus the objective.
  ///
  /// - Parameters:
  ///   - logRatios: log π − log π_old, any shape.
  ///   - advantages: Same shape.
  /// - Returns: Same shape.
  public func losses(logRatios: Tensor, advantages: Tensor) -> Tensor {
    precondition(
      logRatios.shape == advantages.shape,
      "surrogate of log-ratios \(logRatios.shape), advantages \(advantages.shape)")
    let ratios = logRatios.exponential()
    switch self {
    case .importanceWeighted: return -(ratios * advantages)
    case .clipped(let range):
      let bounded = ratios.clamped(to: 1 - range...1 + range)
      return (-(ratios * advantages)).maximum(-(bounded * advantages))
    }
  }

  /// Where the bound cuts the gradient off: 1 there, 0 elsewhere.
  ///
  /// - Parameters:
  ///   - logRatios: log π − log π_old, any shape.
  ///   - advantages: Same shape.
  /// - Returns: Same shape.
  public func isClipped(logRatios: Tensor, advantages: Tensor) -> Tensor {
    switch self {
    case .importanceWeighted: return advantages.zerosLike()
    case .clipped(let range):
      let ratios = logRatios.exponential()
      let above = (ratios .> 1 + range) .& (advantages .> 0)
      let below = (ratios .< 1 - range) .& (advantages .< 0)
      return (above .| below).cast(to: advantages.dataType)
    }
  }
}
