import PolicyOptimization
import Torch

/// A step's trajectories with everything that the update needs, packed [n].
struct Experience<Record> {
  var episodes: Episodes<Record>
  /// log π − log π_ref when the actions were drawn, where there is a reference.
  var referenceLogRatios: Tensor?
  var values: Tensor
  var actionValues: Tensor?
  /// As the objective uses them: whitened or not.
  var advantages: Tensor
  /// What the critic learns.
  var returns: Tensor
  var greedy: Greedy?
  /// The whole return of every trajectory [batch], for the baseline of least variance.
  var totalReturns: Tensor
  /// 1 − Var(G − V)/Var(G); nil without a critic.
  var explainedVariance: Double?
  /// The share of groups whose returns are all the same; nil where there are no groups.
  var idleGroups: Double?
  /// Where each trajectory's steps stand.
  var packing: Packing
  /// The trajectories that give a loss.
  var learned: [Int]

  /// What greedy-advantage-aware weighting needs.
  struct Greedy {
    /// log π of the greedy actions when the others were drawn.
    var logProbabilities: Tensor
    /// A*, standardised with the one-step advantages' mean and deviation.
    var advantages: Tensor
    /// A* − A, one step each, in standard deviations of A.
    var gaps: Tensor
  }

  /// A minibatch of some trajectories.
  func trajectories(_ rows: [Int]) -> Minibatch {
    let starts = packing.starts
    let places = rows.flatMap { starts[$0]..<starts[$0] + packing.lengths[$0] }
    return Minibatch(
      rows: rows, places: Tensor(places, device: advantages.device),
      packing: Packing(
        lengths: rows.map { packing.lengths[$0] }, dataType: advantages.dataType,
        device: advantages.device))
  }

  /// A minibatch in parts that differ by one trajectory, or step, at most.
  func parts(of minibatch: Minibatch, count: Int) -> [Minibatch] {
    let units = minibatch.rows?.count ?? minibatch.places.count
    let parts = min(count, units)
    guard parts > 1 else { return [minibatch] }
    return (0..<parts).map { part in
      let bounds = part * units / parts..<(part + 1) * units / parts
      if let rows = minibatch.rows { return trajectories(Array(rows[bounds])) }
      return Minibatch(rows: nil, places: minibatch.places.slice(0, bounds), packing: nil)
    }
  }

  /// All that gives a loss.
  var whole: Minibatch { trajectories(learned) }
}

/// Turns trajectories into experience: reference, critic, advantages.
struct ExperienceMaker<World: Agent> {
  var method: Method
  var agent: World
  /// β of a KL penalty.
  var coefficient: Double
  var step: Int

  func experience(_ drawn: Episodes<World.Record>) throws -> Experience<World.Record> {
    var episodes = drawn
    let packing = Packing(
      lengths: episodes.lengths, dataType: episodes.rewards.dataType,
      device: episodes.rewards.device)
    let trusted = agent.reference(&episodes)
    let logRatios = trusted.map { episodes.logProbabilities - $0.logProbabilities }
    let beta = method.reference.placement == .reward ? coefficient : 0
    let rewards =
      logRatios.map { penalized(episodes.rewards, logRatios: $0, coefficient: beta) }
      ?? episodes.rewards

    let estimates = agent.estimates(episodes)
    let trajectories = Trajectories(
      rewards: packing.unpacked(rewards),
      values: packing.unpacked(estimates.expectedActionValues ?? estimates.values),
      finalValues: estimates.finalValues,
      actionValues: estimates.actionValues.map(packing.unpacked),
      bootstrapValues: estimates.bootstrapValues.map(packing.unpacked), mask: packing.mask)
    let estimated = method.advantage.advantages(trajectories)
    let learned = episodes.lengths.indices.filter { !episodes.masked.contains($0) }
    let mask = packing.mask(of: learned)
    let returns = targets(trajectories)
    var experience = Experience(
      episodes: episodes, referenceLogRatios: logRatios, values: estimates.values,
      actionValues: estimates.actionValues,
      advantages: packing.packed(method.advantage.whitened(estimated, mask)),
      returns: packing.packed(returns), greedy: nil,
      totalReturns: totalReturns(trajectories, discount: method.advantage.discount),
      explainedVariance: method.critic.kind == .none || learned.isEmpty
        ? nil
        : explainedVariance(
          values: packing.unpacked(estimates.values), returns: returns, mask: mask
        ).item,
      idleGroups: method.advantage.idleGroups(trajectories), packing: packing, learned: learned)
    if let logProbabilities = episodes.greedyLogProbabilities {
      let outcomes = try agent.greedyOutcomes(episodes, step: step)
      let penalty = trusted?.greedyLogProbabilities.map { (logProbabilities - $0) * -beta }
      experience.greedy = greedy(
        logProbabilities, outcomes, experience, trajectories, penalty: penalty)
    }
    return experience
  }

  // λ-returns of what stands for V(sₜ₊₁): Gₜ = rₜ + γ[(1 − λ)·Bₜ₊₁ + λ·Gₜ₊₁]; with B = max Q they are those of Peng's Q(λ).
  private func targets(_ trajectories: Trajectories) -> Tensor {
    var ahead = trajectories
    if let bootstrap = trajectories.bootstrapValues {
      ahead = Trajectories(
        rewards: trajectories.rewards, values: bootstrap, finalValues: trajectories.finalValues,
        mask: trajectories.mask)
    }
    return generalizedAdvantages(
      ahead, discount: method.advantage.discount, lambda: method.critic.lambda
    ).returns
  }

  // A*ₜ = r*ₜ + γV(sₜ, x*ₜ) − V(sₜ), in standard deviations of the sampled one-step advantages.
  private func greedy(
    _ logProbabilities: Tensor, _ outcomes: GreedyOutcomes, _ experience: Experience<World.Record>,
    _ trajectories: Trajectories, penalty: Tensor?
  ) -> Experience<World.Record>.Greedy {
    let discount = method.advantage.discount
    let following = outcomes.rewards + outcomes.values * discount
    var greedy = following - experience.values
    if let penalty { greedy = greedy + penalty }
    let sampled = experience.packing.packed(
      temporalDifferences(trajectories, discount: discount))
    let measured =
      experience.episodes.masked.isEmpty
      ? sampled : sampled.selecting(experience.whole.places, along: 0)
    let center = measured.mean()
    let deviation = (measured - center).squared().mean().squareRoot() + 1e-5
    let standardized = (greedy - center) / deviation
    return .init(
      logProbabilities: logProbabilities, advantages: standardized,
      gaps: standardized - (sampled - center) / deviation)
  }
}

extension Packing {
  /// The mask of some trajectories.
  fileprivate func mask(of rows: [Int]) -> Tensor {
    guard rows.count < lengths.count else { return mask }
    let chosen = Tensor(lengths.indices.map { rows.contains($0) ? 1 : 0 }).cast(to: mask.dataType)
    return mask * chosen.on(mask.device).unsqueezed(1)
  }
}

extension Method.Advantage {
  /// Ψ of a batch [batch, time], before whitening.
  func advantages(_ trajectories: Trajectories) -> Tensor {
    let mask = trajectories.mask
    switch estimator {
    case .totalReturn:
      let returns = atEveryStep(totalReturns(trajectories, discount: discount), mask: mask)
      return reduced(returns, trajectories)
    case .rewardToGo:
      return reduced(rewardsToGo(trajectories, discount: discount), trajectories)
    case .multiStep:
      return multiStepAdvantages(trajectories, discount: discount, steps: steps)
    case .gae:
      return generalizedAdvantages(trajectories, discount: discount, lambda: lambda).advantages
    case .actionValue, .maximalActionValue:
      return temporalDifferences(trajectories, discount: discount).masked(by: mask)
    case .actde:
      return accumulated(
        actionConditionedDifferences(trajectories, discount: discount), mask: mask,
        discount: discount, lambda: lambda)
    case .leaveOneOut:
      let returns = totalReturns(trajectories, discount: discount)
      return atEveryStep(leaveOneOutAdvantages(returns, groupSize: groupSize), mask: mask)
    case .groupRelative:
      let returns = totalReturns(trajectories, discount: discount)
      return atEveryStep(
        groupRelativeAdvantages(returns, groupSize: groupSize, scaling: groupScaling), mask: mask)
    }
  }

  /// The share of groups that say nothing, because all their returns are the same; nil where nothing is compared in groups.
  func idleGroups(_ trajectories: Trajectories) -> Double? {
    guard estimator == .leaveOneOut || estimator == .groupRelative else { return nil }
    let returns = totalReturns(trajectories, discount: discount).reshaped(-1, groupSize)
    let spread = returns.maximum(along: 1) - returns.minimum(along: 1)
    return (spread .== 0).cast(to: .float64).mean().item
  }

  // The baseline of least variance is another for every parameter: it is taken off in the gradient.
  private func reduced(_ returns: Tensor, _ trajectories: Trajectories) -> Tensor {
    let mask = trajectories.mask
    return switch baseline {
    case .none, .minimumVariance: returns
    case .constant:
      (returns
        - (estimator == .totalReturn ? returns.select(1, 0).mean() : returns.maskedMean(mask)))
        .masked(by: mask)
    case .time: returns - timeBaseline(returns, mask: mask)
    case .value: returns - trajectories.values
    }
  }

  /// Whitened as the method says; a single step has no deviation.
  func whitened(_ advantages: Tensor, _ mask: Tensor) -> Tensor {
    guard whitening != .none, mask.sum().item > 1 else { return advantages }
    return advantages.whitened(mask, mean: whitening == .centered ? .removed : .kept)
  }
}
