public import Torch

// Groups of trajectories from one start (the completions of one prompt) are each other's baseline. A batch holds them side by
// side: rows 0..<size are the first group, and so on.

/// Each trajectory's return minus the mean of its group's others: Aᵢ = Rᵢ − (1/(k−1)) Σⱼ≠ᵢ Rⱼ.
///
/// Kool, van Hoof & Welling 2019; Ahmadian et al. 2024 (RLOO, arXiv 2402.14740). Unbiased: no trajectory is in its own baseline.
///
/// Article: <doc:LeaveOneOut>.
///
/// - Parameters:
///   - returns: R [batch], group by group.
///   - groupSize: k, at least 2; divides the batch.
/// - Returns: [batch].
public func leaveOneOutAdvantages(_ returns: Tensor, groupSize: Int) -> Tensor {
  let groups = grouped(returns, groupSize)
  let center = groups.mean(along: 1, keepingDimensions: true)
  // R − (k·mean − R)/(k − 1) = (R − mean)·k/(k − 1).
  return ((groups - center) * (Double(groupSize) / Double(groupSize - 1))).reshaped(-1)
}

/// What group-relative advantages are divided by.
public enum GroupScaling: String, Codable, Sendable, CaseIterable {
  /// The group's standard deviation plus 1e-4, as in GRPO.
  case deviation
  /// Nothing: division favours prompts that are nearly always or nearly never solved (Liu et al. 2025, arXiv 2503.20783).
  case none
}

/// Each trajectory's return against its group: Aᵢ = (Rᵢ − mean) / (deviation + 1e-4).
///
/// Shao et al. 2024 (GRPO, arXiv 2402.03300, section 4.1.2), outcome supervision. The deviation is the unbiased one, as in TRL.
///
/// Article: <doc:GroupRelative>.
///
/// - Parameters:
///   - returns: R [batch], group by group.
///   - groupSize: At least 2; divides the batch.
///   - scaling: Whether to divide.
/// - Returns: [batch]; zero where all of a group have the same return.
public func groupRelativeAdvantages(_ returns: Tensor, groupSize: Int, scaling: GroupScaling)
  -> Tensor
{
  let groups = grouped(returns, groupSize)
  let centered = groups - groups.mean(along: 1, keepingDimensions: true)
  guard scaling == .deviation else { return centered.reshaped(-1) }
  let variance =
    centered.squared().sum(along: 1, keepingDimensions: true) / Double(groupSize - 1)
  return (centered / (variance.squareRoot() + 1e-4)).reshaped(-1)
}

private func grouped(_ returns: Tensor, _ size: Int) -> Tensor {
  precondition(
    returns.rank == 1 && size >= 2 && returns.count % size == 0,
    "returns \(returns.shape) in groups of \(size)")
  return returns.reshaped(-1, size)
}
