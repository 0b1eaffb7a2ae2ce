import NeuralNetworks
import PolicyOptimization
import RunRecords
import Torch

/// What policy and critic are made to minimise on a minibatch: the method's objective with its critic, entropy and KL terms.
struct PolicyLoss<World: Agent> {
  let method: Method
  let agent: World
  let experience: Experience<World.Record>
  /// β of KL(π ‖ π_ref) in the loss.
  let coefficient: Double
  /// β of KL(π_old ‖ π), for PPO-penalty.
  let penalty: Double
  /// Draws the order of a shuffled control.
  let shuffles: Generator

  /// A minibatch's loss, with what it was made of.
  struct Outcome {
    /// Policy and critic together, rank zero.
    var loss: Tensor
    /// What to report; of vectors their mean.
    var metrics: [(Metric, Tensor)]
    /// Mean KL(π_old ‖ π) per step, rank zero.
    var divergence: Tensor
  }

  /// The loss of policy and, where it is trained in the same updates, critic.
  func policyOutcome(_ minibatch: Minibatch) -> Outcome {
    let pick = { (tensor: Tensor) in tensor.selecting(minibatch.places, along: 0) }
    let greedy = experience.greedy
    var questions = Questions()
    questions.critic = method.critic.kind != .none && method.critic.epochs == nil
    questions.greedy = greedy != nil
    questions.referenceDivergence =
      method.reference.placement == .loss && method.reference.estimator == .full
    let now = agent.judge(experience.episodes.record, minibatch, questions)
    guard let logProbabilities = now.logProbabilities, let entropies = now.entropies else {
      preconditionFailure("an agent that says nothing of its policy")
    }
    let logRatios = logProbabilities - pick(experience.episodes.logProbabilities)
    var advantages = pick(experience.advantages)
    if method.objective.kind == .trajectoryWeighted, let packing = minibatch.packing {
      let ratios = trajectoryRatios(packing.unpacked(logRatios), mask: packing.mask)
      advantages = advantages * packing.packed(ratios)
    }

    let surrogate = method.objective.surrogate
    let (plain, clipped) = surrogate.outcome(logRatios: logRatios, advantages: advantages)
    var losses = plain
    var weighting: GreedyAwareness.Outcome?
    if let awareness = method.objective.greedy, let greedy {
      guard let greedyNow = now.greedyLogProbabilities else {
        preconditionFailure("an agent that says nothing of greedy actions")
      }
      let old = pick(greedy.logProbabilities)
      let order = awareness.control.shuffled ? shuffles.permutation(losses.count) : nil
      let outcome = awareness.outcome(
        .init(
          logRatios: logRatios, greedyLogRatios: greedyNow - old, advantages: advantages,
          greedyAdvantages: pick(greedy.advantages), greedyProbabilities: old.exponential(),
          gaps: pick(greedy.gaps), order: order),
        surrogate: surrogate)
      losses = outcome.losses
      weighting = outcome
    }
    let policyLoss = averaged(losses, minibatch)
    let prior =
      now.priorDivergences ?? DivergenceEstimator.k3.estimates(logRatios: -logRatios)

    // Terms of weight zero are left out: they would only cost a backward pass.
    var others: [Tensor] = []
    var metrics: [(Metric, Tensor)] = []
    if method.objective.entropyWeight != 0 {
      others.append(averaged(entropies, minibatch) * -method.objective.entropyWeight)
    }
    if let values = now.values {
      let critic = criticLoss(values, now.actionValues, minibatch)
      others.append(critic.loss)
      metrics += critic.metrics
    }
    if method.reference.placement == .loss {
      others.append(averaged(referenceDivergences(now, minibatch), minibatch) * coefficient)
    }
    if method.objective.kind == .penalty {
      others.append(averaged(prior, minibatch) * penalty)
    }
    // In the published greedy-aware code the other terms stand inside J and carry its factor a.
    if let weighting, method.objective.greedyAwareness == .code {
      others = others.map { weighting.a * $0 }
    }

    let divergence = prior.detached().mean()
    Tensor.withoutRecording {
      metrics += [
        (.policyLoss, policyLoss), (.policyEntropy, entropies),
        (.approximateKL, logRatios.squared() * 0.5), (.ratio, logRatios.exponential()),
        (.policyClipFraction, clipped),
      ]
      if let weighting {
        metrics += [
          (.greedyAwareSampledWeight, weighting.a.mean()),
          (.greedyAwareGreedyWeight, weighting.b.mean()), (.greedyAwareGap, weighting.sigma),
          (.greedyAwareProbability, weighting.eta),
        ]
      }
    }
    return Outcome(
      loss: others.reduce(policyLoss, +), metrics: metrics, divergence: divergence)
  }

  /// The loss of the critic alone.
  func criticOutcome(_ minibatch: Minibatch) -> (loss: Tensor, metrics: [(Metric, Tensor)]) {
    var questions = Questions()
    questions.policy = false
    let now = agent.judge(experience.episodes.record, minibatch, questions)
    guard let values = now.values else {
      preconditionFailure("an agent that says nothing of values")
    }
    return criticLoss(values, now.actionValues, minibatch)
  }

  private func criticLoss(_ values: Tensor, _ actionValues: Tensor?, _ minibatch: Minibatch) -> (
    loss: Tensor, metrics: [(Metric, Tensor)]
  ) {
    let pick = { (tensor: Tensor) in tensor.selecting(minibatch.places, along: 0) }
    let (old, returns) = (pick(experience.values), pick(experience.returns))
    let objective = method.critic.objective
    let targets =
      method.critic.expectile == nil ? returns : experience.actionValues.map(pick) ?? returns
    let valueLoss = averaged(
      objective.losses(values: values, old: old, targets: targets), minibatch)
    var loss = valueLoss * method.critic.weight
    var metrics: [(Metric, Tensor)] = [
      (.valueLoss, valueLoss),
      (
        .valueClipFraction,
        Tensor.withoutRecording {
          objective.isClipped(values: values, old: old, targets: targets)
        }
      ),
    ]
    if let actionValues {
      let actionValueLoss = averaged((actionValues - returns).squared() / 2, minibatch)
      loss = loss + actionValueLoss * method.critic.actionValueWeight
      metrics.append((.actionValueLoss, actionValueLoss))
    }
    return (loss, metrics)
  }

  private func referenceDivergences(_ now: Judgement, _ minibatch: Minibatch) -> Tensor {
    let estimator: DivergenceEstimator
    switch method.reference.estimator {
    case .full:
      guard let exact = now.referenceDivergences else {
        preconditionFailure("an agent that says nothing of its reference")
      }
      return exact
    case .k2: estimator = .k2
    case .k3: estimator = .k3
    }
    guard let logProbabilities = now.logProbabilities, let before = experience.referenceLogRatios
    else { preconditionFailure("KL in the loss without a reference") }
    // log π − log π_ref = (log π − log π_old) + (log π_old − log π_ref).
    let pick = { (tensor: Tensor) in tensor.selecting(minibatch.places, along: 0) }
    let trusted = pick(experience.episodes.logProbabilities) - pick(before)
    return estimator.estimates(logRatios: logProbabilities - trusted)
  }

  /// How much a part of a minibatch counts: by what `averaged` takes the mean over.
  func weight(of part: Minibatch) -> Double {
    guard method.objective.averaging != .step, let packing = part.packing else {
      return Double(part.places.count)
    }
    return Double(packing.lengths.count)
  }

  /// A minibatch's mean, or sum, as the method averages losses.
  func averaged(_ values: Tensor, _ minibatch: Minibatch) -> Tensor {
    guard method.objective.averaging != .step, let packing = minibatch.packing else {
      return values.mean()
    }
    return method.objective.averaging.mean(packing.unpacked(values), mask: packing.mask)
  }
}
