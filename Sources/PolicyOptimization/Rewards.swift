public import Torch

/// Per-token rewards of a completion that is scored as a whole.
///
/// rₜ = −β·(log π(aₜ|sₜ) − log π_ref(aₜ|sₜ)) + 1[t = last]·score (Ziegler et al. 2019; Stiennon et al. 2020).
///
/// Article: <doc:KLPenalty>.
///
/// - Parameters:
///   - scores: [batch], what the reward function says of each completion.
///   - logRatios: log π − log π_ref [batch, time].
///   - mask: [batch, time]; the score lands on each row's last one, never on padding.
///   - coefficient: β; 0 leaves the reference out.
/// - Returns: [batch, time], zero under the mask's zeros.
public func tokenRewards(scores: Tensor, logRatios: Tensor, mask: Tensor, coefficient: Double)
  -> Tensor
{
  precondition(
    scores.shape == [mask.size(0)] && logRatios.shape == mask.shape,
    "token rewards from scores \(scores.shape), log-ratios \(logRatios.shape), mask \(mask.shape)")
  return penalized(
    atLastOnes(scores, mask: mask), logRatios: logRatios.masked(by: mask), coefficient: coefficient)
}

/// Rewards with a price on what a trusted policy would not say.
///
/// rₜ − β·ρₜ (Ziegler et al. 2019, equation 2). Article: <doc:KLPenalty>.
///
/// - Parameters:
///   - rewards: r, of any shape.
///   - logRatios: ρ = log π − log π_ref, of the same shape.
///   - coefficient: β; 0 leaves the reference out.
/// - Returns: As the rewards.
public func penalized(_ rewards: Tensor, logRatios: Tensor, coefficient: Double) -> Tensor {
  precondition(
    rewards.shape == logRatios.shape,
    "rewards \(rewards.shape) and log-ratios \(logRatios.shape)")
  return coefficient == 0 ? rewards : rewards - logRatios * coefficient
}

/// 1 at the last real token of every row, 0 elsewhere; a row without real tokens has none.
///
/// - Parameter mask: [batch, time]; 1 or 0, wherever the ones stand.
/// - Returns: [batch, time].
public func lastOnes(_ mask: Tensor) -> Tensor {
  let onesFromHere = mask.reversed(along: 1).cumulativeSum(along: 1).reversed(along: 1)
  return mask * (onesFromHere .== 1).cast(to: mask.dataType)
}

/// One value per row at its last real token, zero elsewhere, also where the value is not finite.
func atLastOnes(_ values: Tensor, mask: Tensor) -> Tensor {
  values.unsqueezed(1).expanded(to: mask.shape).masked(by: lastOnes(mask))
}
