import LanguageModels
import PolicyOptimization
import Rewards
public import Torch

// What critic, reference and policy say of completions.
extension LanguageAgent {
  /// Values of the completions' states, and of the state behind a cut completion where the rules say that it goes on; else the
  /// episode is over there, and nothing follows.
  public func estimates(_ episodes: Episodes<Record>) -> Estimates {
    let rollout = episodes.record.rollout
    let allActions =
      method.advantage.needsAllActionValues
      ? Critic.Policy(outputWeight: policy.outputWeight, temperature: sampling.temperature) : nil
    let estimates = critic.estimates(
      layout(episodes.record), hidden: rollout.hidden, allActions: allActions)
    let isMaximal = method.advantage.estimator == .maximalActionValue
    return Estimates(
      values: estimates.values.on(.cpu),
      expectedActionValues: estimates.expectedActionValues?.on(.cpu),
      finalValues: finalValues(rollout.completions, allActions),
      actionValues: estimates.actionValues?.on(.cpu),
      bootstrapValues: isMaximal ? estimates.maximalActionValues?.on(.cpu) : nil)
  }

  // What stands for V(s) behind completions that go on; zero behind the others.
  private func finalValues(_ completions: [Completion], _ allActions: Critic.Policy?) -> Tensor {
    let none = Tensor.zeros([completions.count])
    let continued = rules.continued(completions)
    guard !continued.isEmpty else { return none }
    let final = critic.finalEstimates(
      ResponseLayout(continued.map { completions[$0] }, padding: padding, device: device),
      allActions: allActions)
    let isMaximal = method.advantage.estimator == .maximalActionValue
    let values = isMaximal ? final.maximalActionValues : final.expectedActionValues
    return none.scattering((values ?? final.values).on(.cpu), at: Tensor(continued), along: 0)
  }

  /// The reference's log-probabilities of the tokens taken.
  public func reference(_ episodes: inout Episodes<Record>) -> ReferenceView? {
    let (trusted, hidden) = parts.reference.statistics(
      layout(episodes.record), temperature: sampling.temperature,
      others: episodes.record.rollout.greedy?.tokens.unsqueezed(1))
    if method.reference.placement == .budget
      || method.reference.placement == .loss && method.reference.estimator == .full
    {
      episodes.record.referenceHidden = hidden
    }
    return ReferenceView(
      logProbabilities: trusted.logProbabilities.select(1, 0).on(.cpu),
      greedyLogProbabilities: episodes.record.rollout.greedy.map { _ in
        trusted.logProbabilities.select(1, 1).on(.cpu)
      })
  }

  /// V(prefix, x*) in one pass; where x* ends the episode (it is the end-of-text token, or the last one allowed) the reward of the
  /// sequence that it ends stands in for V, bounded to three deviations of the sampled ones as in the published code.
  ///
  /// Of dense rewards the last token's is meant: those before it have been paid by then.
  public func greedyOutcomes(_ episodes: Episodes<Record>, step: Int) throws -> GreedyOutcomes {
    let record = episodes.record
    guard let drawn = record.rollout.greedy else {
      preconditionFailure("greedy tokens were not drawn")
    }
    var values = critic.siblingValues(layout(record), siblings: drawn.tokens).on(.cpu)
    var rewards = values.zerosLike()
    let endings = GreedyEndings.all(
      of: record.rollout.completions, greedy: drawn.tokens.integers, stopTokens: stopTokens,
      maximumLength: rules.truncated == .bootstrap ? nil : sampling.maximumLength)
    if !endings.isEmpty {
      let sampled = Tensor(record.grades.map(\.atEnd))
      let center = sampled.mean().item
      let spread = 3 * (sampled - center).squared().mean().item.squareRoot()
      let bounded = try grades(endings.map(\.ending), step: step).map {
        Float(min(max($0.atEnd, center - spread), center + spread))
      }
      let places = Tensor(endings.map(\.place))
      rewards = rewards.scattering(Tensor(bounded), at: places, along: 0)
      values = values.scattering(Tensor(bounded).zerosLike(), at: places, along: 0)
    }
    return GreedyOutcomes(rewards: rewards, values: values)
  }

  /// Log-probabilities, entropies and KL in chunks, values from the same states.
  public func judge(_ record: Record, _ minibatch: Minibatch, _ questions: Questions) -> Judgement {
    let layout = layout(record, minibatch)
    let places = minibatch.places.on(device)
    let pick = { (tensor: Tensor) in tensor.selecting(places, along: 0) }
    var judgement = Judgement()
    // Only passes that are learned from drop anything, and only what the adapter sees: completions are drawn without dropout.
    let context = Trunk.Context(adapterDropout: Tensor.isRecording ? adapterDropout : nil)
    var hidden = layout.predicting(policy.trunk, context)
    if let budgetHead, let spending = record.rollout.spending {
      let left = pick(spending.left)
      if questions.policy {
        let statistics = BudgetedStatistics(
          .init(
            policy: hidden,
            base: record.referenceHidden.map(pick)
              ?? Tensor.withoutRecording { layout.predicting(parts.reference.trunk) },
            tokens: layout.tokens, lengths: layout.lengths,
            budgets: left.selecting(Tensor(layout.packing.starts, device: device), along: 0)),
          head: budgetHead, outputs: (policy.outputWeight, parts.reference.outputWeight),
          accounting: method.reference.budget.accounting, temperature: sampling.temperature,
          differentiatesEntropy: method.objective.entropyWeight != 0)
        judgement.logProbabilities = statistics.logProbabilities.on(.cpu)
        judgement.entropies = statistics.entropies.on(.cpu)
        judgement.referenceDivergences = statistics.divergences.on(.cpu)
      }
      // What is left is part of the state that values are of.
      if questions.critic { hidden = budgetHead(hidden, left: left).states }
    } else if questions.policy {
      let chosen = layout.tokens.unsqueezed(1)
      let greedy = questions.greedy ? record.rollout.greedy : nil
      let targets = greedy.map {
        Tensor.concatenate([chosen, pick($0.tokens).unsqueezed(1)], along: 1)
      }
      let statistics = TokenStatistics(
        hidden: hidden, weight: policy.outputWeight, targets: targets ?? chosen,
        temperature: sampling.temperature,
        reference: questions.referenceDivergence
          ? record.referenceHidden.map { (pick($0), parts.reference.outputWeight) } : nil)
      let logProbabilities = statistics.logProbabilities.on(.cpu)
      judgement.logProbabilities = logProbabilities.select(1, 0)
      judgement.entropies = statistics.entropies.on(.cpu)
      judgement.greedyLogProbabilities = greedy.map { _ in logProbabilities.select(1, 1) }
      judgement.referenceDivergences = statistics.divergences?.on(.cpu)
    }
    if questions.critic {
      let estimates = critic.estimates(layout, hidden: hidden)
      judgement.values = estimates.values.on(.cpu)
      judgement.actionValues = estimates.actionValues?.on(.cpu)
    }
    return judgement
  }

  /// log π of the whole vocabulary [m, vocabulary], held at once: for trust regions, which differentiate it twice.
  public func distributions(_ record: Record, _ minibatch: Minibatch) -> Tensor {
    let layout = layout(record, minibatch)
    let hidden = layout.predicting(policy.trunk, Trunk.Context(isTwiceDifferentiable: true))
    return (policy.logits(ofHidden: hidden) / sampling.temperature).logSoftmax(along: -1)
  }

  /// The tokens taken.
  public func actions(_ record: Record, _ minibatch: Minibatch) -> Tensor {
    layout(record, minibatch).tokens.on(.cpu)
  }
}
