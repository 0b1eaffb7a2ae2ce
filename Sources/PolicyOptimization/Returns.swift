public import Torch

/// The rewards still to come: Gₜ = Σₖ γᵏ rₜ₊ₖ, and γᵀ⁻ᵗ·V(s_T) where the trajectory was cut.
///
/// As Ψₜ they give the same expected gradient as the whole return, because an action cannot change the past: given the
/// history, E[∇log π(aₜ|sₜ)] = Σₐ∇π = 0 and past rewards are fixed. With γ < 1 the factor γᵗ of the exact gradient of the
/// discounted return is left out, as all implementations do.
///
/// Article: <doc:PolicyGradient>.
///
/// - Parameters:
///   - trajectories: The batch; only rewards, final values and mask are read.
///   - discount: γ.
/// - Returns: [batch, time], zero under the mask's zeros.
public func rewardsToGo(_ trajectories: Trajectories, discount: Double) -> Tensor {
  let ends = atLastOnes(trajectories.finalValues, mask: trajectories.mask) * discount
  return accumulated(
    trajectories.rewards + ends, mask: trajectories.mask, discount: discount, lambda: 1)
}

/// The return of every trajectory, R(τ) = Σₜ γᵗ rₜ, and γᵀ·V(s_T) where it was cut.
///
/// Article: <doc:PolicyGradient>.
///
/// - Parameters:
///   - trajectories: The batch; only rewards, final values and mask are read.
///   - discount: γ.
/// - Returns: [batch]; zero for a row without real steps.
public func totalReturns(_ trajectories: Trajectories, discount: Double) -> Tensor {
  rewardsToGo(trajectories, discount: discount).select(1, 0)
}

/// One number for every trajectory, at each of its steps.
///
/// - Parameters:
///   - values: [batch].
///   - mask: [batch, time].
/// - Returns: [batch, time], zero under the mask's zeros.
public func atEveryStep(_ values: Tensor, mask: Tensor) -> Tensor {
  precondition(values.shape == [mask.size(0)], "\(values.shape) values for a mask \(mask.shape)")
  return values.unsqueezed(1).expanded(to: mask.shape).masked(by: mask)
}

/// Advantages from k rewards and then the critic: Aₜ = Σₗ₍ₗ<ₖ₎ γˡ rₜ₊ₗ + γᵏ V(sₜ₊ₖ) − V(sₜ).
///
/// The sum of k one-step errors, Σₗ₍ₗ<ₖ₎ γˡ δₜ₊ₗ: the values between cancel (Schulman et al. 2016, equations 11 to 14). k = 1 is
/// the one-step error; a k beyond the end of a trajectory is the return minus the value.
///
/// Article: <doc:ActorCritic>.
///
/// - Parameters:
///   - trajectories: The batch.
///   - discount: γ.
///   - steps: k, at least 1.
/// - Returns: [batch, time], zero under the mask's zeros.
public func multiStepAdvantages(_ trajectories: Trajectories, discount: Double, steps: Int)
  -> Tensor
{
  precondition(steps >= 1, "\(steps)-step advantages: at least one step")
  let time = trajectories.mask.size(1)
  let errors = temporalDifferences(trajectories, discount: discount)
    .masked(by: trajectories.mask)
  var sum = errors
  var factor = 1.0
  for shift in 1..<max(2, min(steps, time)) where shift < steps && shift < time {
    factor *= discount
    let later = errors.slice(1, shift..<time) * factor
    let none = errors.slice(1, 0..<shift).zerosLike()
    sum = sum + Tensor.concatenate([later, none], along: 1)
  }
  return sum.masked(by: trajectories.mask)
}
