public import Torch

/// One batch of trajectories, as advantage estimators see it: all [batch, time], masked on the right.
public struct Trajectories: Sendable {
  /// rₜ.
  public var rewards: Tensor
  /// V(sₜ), the value of the state before action t.
  public var values: Tensor
  /// V(sₜ) after the last action [batch]: zero where the trajectory ended, the critic's estimate where it was cut.
  public var finalValues: Tensor
  /// Q(sₜ, aₜ), where the critic has it.
  public var actionValues: Tensor?
  /// 1 at real steps.
  public var mask: Tensor

  /// A batch.
  public init(
    rewards: Tensor, values: Tensor, finalValues: Tensor, actionValues: Tensor? = nil, mask: Tensor
  ) {
    precondition(
      rewards.shape == mask.shape && values.shape == mask.shape
        && finalValues.shape == [mask.size(0)]
        && (actionValues.map { $0.shape == mask.shape } ?? true),
      "trajectories of rewards \(rewards.shape), values \(values.shape), final values \(finalValues.shape), mask \(mask.shape)"
    )
    self.rewards = rewards.masked(by: mask)
    self.values = values.masked(by: mask)
    self.finalValues = finalValues
    self.actionValues = actionValues?.masked(by: mask)
    self.mask = mask
  }

  /// V(sₜ₊₁): the next column, and the final value after each row's last step.
  public var nextValues: Tensor {
    let shifted = Tensor.concatenate(
      [values.slice(1, 1..<values.size(1)), values.slice(1, 0..<1).zerosLike()], along: 1)
    return shifted + lastOnes(mask) * finalValues.unsqueezed(1)
  }
}

/// δₜ = rₜ + γ·V(sₜ₊₁) − V(sₜ): the temporal-difference error (Sutton 1988).
///
/// - Parameters:
///   - trajectories: The batch.
///   - discount: γ.
/// - Returns: [batch, time].
public func temporalDifferences(_ trajectories: Trajectories, discount: Double) -> Tensor {
  trajectories.rewards + trajectories.nextValues * discount - trajectories.values
}

/// δ*ₜ = rₜ + γ·V(sₜ₊₁) − Q(sₜ, aₜ): the action-conditioned temporal-difference error (Turner & Einhorn 2023).
///
/// Once Q knows an action's outcome the error is zero and the policy no longer moves, however good the outcome: a reward gives a
/// finite amount of reinforcement. It is not a policy gradient: the baseline depends on the action.
///
/// - Parameters:
///   - trajectories: The batch, with action values.
///   - discount: γ.
/// - Returns: [batch, time].
public func actionConditionedDifferences(_ trajectories: Trajectories, discount: Double) -> Tensor {
  guard let actionValues = trajectories.actionValues else {
    preconditionFailure("action-conditioned errors need a critic with action values")
  }
  return trajectories.rewards + trajectories.nextValues * discount - actionValues
}

/// Aₜ = Σₗ (γλ)ˡ δₜ₊ₗ, by Aₜ = δₜ + γλ·Aₜ₊₁: errors summed over the steps to come (Schulman et al. 2016, eq. 16).
///
/// With `temporalDifferences` this is generalized advantage estimation; with `actionConditionedDifferences` and λ > 0 it is the
/// accumulated variant of ACTDE that its authors' code used, for which no derivation is published.
///
/// - Parameters:
///   - errors: δ [batch, time].
///   - mask: [batch, time]; nothing crosses its zeros.
///   - discount: γ.
///   - lambda: λ.
/// - Returns: [batch, time], zero under the mask's zeros.
public func accumulated(_ errors: Tensor, mask: Tensor, discount: Double, lambda: Double) -> Tensor
{
  precondition(errors.shape == mask.shape, "errors \(errors.shape), mask \(mask.shape)")
  let clean = errors.masked(by: mask)
  guard discount * lambda != 0 else { return clean }
  var columns: [Tensor] = []
  var following = Tensor.zeros([mask.size(0)], dataType: errors.dataType, device: errors.device)
  for time in stride(from: mask.size(1) - 1, through: 0, by: -1) {
    following = clean.select(1, time) + following * (discount * lambda)
    columns.append(following)
  }
  return Tensor.stack(columns.reversed(), along: 1).masked(by: mask)
}

/// Generalized advantage estimation (Schulman et al. 2016) and the λ-returns that critics are trained on.
///
/// - Parameters:
///   - trajectories: The batch.
///   - discount: γ.
///   - lambda: λ; 0 gives the one-step error, 1 the return minus the value.
/// - Returns: Aₜ and Gₜ = Aₜ + V(sₜ), both [batch, time].
public func generalizedAdvantages(_ trajectories: Trajectories, discount: Double, lambda: Double)
  -> (advantages: Tensor, returns: Tensor)
{
  let advantages = accumulated(
    temporalDifferences(trajectories, discount: discount), mask: trajectories.mask,
    discount: discount, lambda: lambda)
  return (advantages, (advantages + trajectories.values).masked(by: trajectories.mask))
}
