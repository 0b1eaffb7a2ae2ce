public import Torch

/// One batch of trajectories, as advantage estimators see it: all [batch, time], padded on the right.
///
/// What stands under a zero of the mask, NaN included, is replaced by zero here.
public struct Trajectories: Sendable {
  /// rₜ.
  public var rewards: Tensor
  /// V(sₜ), the value of the state before action t.
  public var values: Tensor
  /// V(sₜ) after the last action [batch]: zero where the trajectory ended, the critic's estimate where it was cut.
  public var finalValues: Tensor
  /// Q(sₜ, aₜ), where the critic has it.
  public var actionValues: Tensor?
  /// What stands for V(sₜ₊₁) in errors where it is not V itself, such as maxₐ Q(sₜ₊₁, a); one column earlier than it is used.
  public var bootstrapValues: Tensor?
  /// 1 at real steps.
  public var mask: Tensor

  /// A batch.
  public init(
    rewards: Tensor, values: Tensor, finalValues: Tensor, actionValues: Tensor? = nil,
    bootstrapValues: Tensor? = nil, mask: Tensor
  ) {
    precondition(
      rewards.shape == mask.shape && values.shape == mask.shape
        && finalValues.shape == [mask.size(0)]
        && (actionValues.map { $0.shape == mask.shape } ?? true)
        && (bootstrapValues.map { $0.shape == mask.shape } ?? true),
      """
      trajectories of rewards \(rewards.shape), values \(values.shape), final values \
      \(finalValues.shape), action values \(actionValues?.shape ?? mask.shape), bootstrap values \
      \(bootstrapValues?.shape ?? mask.shape), mask \(mask.shape)
      """
    )
    self.rewards = rewards.masked(by: mask)
    self.values = values.masked(by: mask)
    self.finalValues = finalValues
    self.actionValues = actionValues?.masked(by: mask)
    self.bootstrapValues = bootstrapValues?.masked(by: mask)
    self.mask = mask
  }

  /// V(sₜ₊₁): the next column, and the final value after each row's last step.
  public var nextValues: Tensor {
    let source = bootstrapValues ?? values
    let shifted = Tensor.concatenate(
      [source.slice(1, 1..<source.size(1)), source.slice(1, 0..<1).zerosLike()], along: 1)
    return shifted + atLastOnes(finalValues, mask: mask)
  }
}

/// The temporal-difference error δₜ = rₜ + γ·V(sₜ₊₁) − V(sₜ).
///
/// Sutton 1988.
///
/// Article: <doc:ActorCritic>.
///
/// - Parameters:
///   - trajectories: The batch.
///   - discount: γ.
/// - Returns: [batch, time].
public func temporalDifferences(_ trajectories: Trajectories, discount: Double) -> Tensor {
  trajectories.rewards + trajectories.nextValues * discount - trajectories.values
}

/// The action-conditioned temporal-difference error δ*ₜ = rₜ + γ·V(sₜ₊₁) − Q(sₜ, aₜ).
///
/// Turner & Einhorn 2023. Once Q knows an action's outcome the error is zero and the policy no longer moves, however good the
/// outcome: a reward gives a finite amount of reinforcement. It is not a policy gradient: the baseline depends on the action.
///
/// Article: <doc:ActionConditionedError>.
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

/// Errors summed over the steps to come: Aₜ = Σₗ (γλ)ˡ δₜ₊ₗ, by Aₜ = δₜ + γλ·Aₜ₊₁.
///
/// Schulman et al. 2016, equation 16. With `temporalDifferences` this is generalized advantage estimation; with
/// `actionConditionedDifferences` and λ > 0 it is the accumulated variant of ACTDE that its authors' code used, for which no
/// derivation is published.
///
/// Article: <doc:GeneralizedAdvantages>.
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
  return clean.discountedSums(factor: discount * lambda, mask: mask)
}

/// Generalized advantages and the λ-returns that critics are trained on.
///
/// Schulman et al. 2016.
///
/// Article: <doc:GeneralizedAdvantages>.
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
