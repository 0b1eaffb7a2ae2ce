public import Torch

/// Per-token rewards of a completion that is scored as a whole (Ziegler et al. 2019; Stiennon et al. 2020).
///
/// rₜ = −β·(log π(aₜ|sₜ) − log π_ref(aₜ|sₜ)) + 1[t = last]·score
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
  let penalty = (logRatios * -coefficient).masked(by: mask)
  return penalty + lastOnes(mask) * scores.unsqueezed(1)
}

/// 1 at the last real token of every row, 0 elsewhere.
///
/// - Parameter mask: [batch, time], ones then zeros in each row.
/// - Returns: [batch, time].
public func lastOnes(_ mask: Tensor) -> Tensor {
  let next = Tensor.concatenate(
    [
      mask.slice(1, 1..<mask.size(1)),
      .zeros([mask.size(0), 1], dataType: mask.dataType, device: mask.device),
    ],
    along: 1)
  return mask - next
}
