public import Torch

/// The mean of what is still to come at each time, over the trajectories that got that far: bₜ = meanᵢ Gₜ⁽ⁱ⁾.
///
/// It uses each trajectory's own return, so it is unbiased only up to a factor 1 − 1/m; `leaveOneOutAdvantages` is exact.
///
/// Article: <doc:Baselines>.
///
/// - Parameters:
///   - returns: Gₜ [batch, time].
///   - mask: [batch, time].
/// - Returns: [batch, time], the same in every row, zero under the mask's zeros.
public func timeBaseline(_ returns: Tensor, mask: Tensor) -> Tensor {
  let sums = returns.masked(by: mask).sum(along: 0, keepingDimensions: true)
  let counts = mask.sum(along: 0, keepingDimensions: true).clamped(atLeast: 1)
  return (sums / counts).expanded(to: mask.shape).masked(by: mask)
}

/// The constant baseline of least variance, for every parameter: bⱼ = E[(∂ⱼ log P)² R] / E[(∂ⱼ log P)²].
///
/// Williams 1992; Greensmith, Bartlett & Baxter 2004. A parameter that no trajectory depends on has the baseline zero.
///
/// Article: <doc:Baselines>.
///
/// - Parameters:
///   - scores: ∂ log P(τᵢ)/∂θⱼ [m, parameters].
///   - returns: R(τᵢ) [m].
///   - weights: The trajectories' probabilities [m], where they were enumerated and not drawn.
/// - Returns: [parameters].
public func minimumVarianceBaseline(scores: Tensor, returns: Tensor, weights: Tensor? = nil)
  -> Tensor
{
  precondition(
    scores.rank == 2 && returns.shape == [scores.size(0)],
    "baseline of scores \(scores.shape), returns \(returns.shape)")
  var squares = scores.squared()
  if let weights { squares = squares * weights.unsqueezed(1) }
  let sums = squares.sum(along: 0)
  let weighted = (squares * returns.unsqueezed(1)).sum(along: 0)
  return (weighted / sums.replacing(with: 1, where: sums .== 0))
}

/// The policy gradient with that baseline: ĝⱼ = (1/m) Σᵢ ∂ⱼ log P(τᵢ)·(R(τᵢ) − bⱼ).
///
/// Article: <doc:Baselines>.
///
/// - Parameters:
///   - scores: ∂ log P(τᵢ)/∂θⱼ [m, parameters].
///   - returns: R(τᵢ) [m].
/// - Returns: [parameters], the direction of ascent.
public func minimumVarianceGradient(scores: Tensor, returns: Tensor) -> Tensor {
  let baseline = minimumVarianceBaseline(scores: scores, returns: returns)
  return (scores * (returns.unsqueezed(1) - baseline.unsqueezed(0))).mean(along: 0)
}
