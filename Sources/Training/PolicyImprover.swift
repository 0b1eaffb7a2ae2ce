import LanguageModels
import NeuralNetworks
import PolicyOptimization
import RunRecords
import Torch

/// Epochs of minibatches over a step's experience: the loss, its gradient, the optimizer.
struct PolicyImprover {
  /// What the updates of a step were like, averaged over minibatches.
  struct Summary {
    var learningRate: Double
    var metrics: [(Metric, Double)]
  }

  private let configuration: PolicyConfiguration
  private let policy: LanguageModel
  private let critic: Critic
  private let reference: LanguageModel
  private let optimizer: AdamW
  private let order: Generator
  private let shuffles: Generator

  /// Draws minibatches from one generator and shuffled controls from another, so that a control sees its counterpart's minibatches.
  init(
    _ configuration: PolicyConfiguration, policy: LanguageModel, critic: Critic,
    reference: LanguageModel, order: Generator, shuffles: Generator
  ) {
    self.configuration = configuration
    self.policy = policy
    self.critic = critic
    self.reference = reference
    self.order = order
    self.shuffles = shuffles
    let ofCritic = Set(critic.parameters.names)
    let factor = configuration.method.critic.learningRateFactor
    var parameters = policy.parameters
    for (name, tensor) in zip(critic.parameters.names, critic.parameters.tensors) {
      parameters.append("critic.\(name)", tensor)
    }
    optimizer = AdamW(parameters, configuration.optimizer) { name in
      name.hasPrefix("critic.") && ofCritic.contains(String(name.dropFirst(7))) ? factor : 1
    }
  }

  /// Improves policy and critic in place.
  ///
  /// - Parameters:
  ///   - experience: The step's completions.
  ///   - coefficient: β of a KL penalty in the loss.
  ///   - rate: What the schedule makes of the learning rate.
  ///   - step: The step, for errors.
  /// - Returns: What the updates were like.
  /// - Throws: `TrainingError.diverged`; the weights are then as they were before.
  func improve(_ experience: Experience, coefficient: Double, rate: Double, step: Int) throws
    -> Summary
  {
    let parameters = optimizer.parameters.tensors
    let before = parameters.map { $0.detached().copy() }
    do {
      return try update(experience, coefficient: coefficient, rate: rate, step: step)
    } catch {
      // A step that fails half-way is taken back.
      for (tensor, value) in zip(parameters, before) { tensor.assign(value) }
      throw error
    }
  }

  private func update(
    _ experience: Experience, coefficient: Double, rate: Double, step: Int
  ) throws -> Summary {
    var diagnostics = Diagnostics()
    let rows = experience.rollout.completions.count
    for _ in 0..<configuration.epochs {
      let shuffled = order.permutation(rows).integers
      for part in 0..<configuration.minibatches {
        // Parts that differ by one completion at most, and never fewer of them than asked for.
        let bounds = [part, part + 1].map { $0 * rows / configuration.minibatches }
        let chosen = Array(shuffled[bounds[0]..<bounds[1]])
        let (loss, gradients) = Tensor.recording {
          let loss = minibatchLoss(experience, chosen, coefficient, &diagnostics)
          return (loss.item, loss.gradients(of: optimizer.parameters.tensors))
        }
        diagnostics.gradientNorms.append(
          try optimizer.checkedStep(loss: loss, gradients, scale: rate, step: step))
      }
    }
    return Summary(
      learningRate: configuration.optimizer.learningRate * rate, metrics: diagnostics.metrics)
  }

  private func minibatchLoss(
    _ experience: Experience, _ rows: [Int], _ coefficient: Double, _ diagnostics: inout Diagnostics
  ) -> Tensor {
    let method = configuration.method
    let rollout = experience.rollout
    let layout = ResponseLayout(rows.map { rollout.completions[$0] })
    let places = experience.places(of: rows)
    let pick = { (tensor: Tensor) in tensor.selecting(places, along: 0) }

    let hidden = layout.predicting(policy.trunk(layout.batch.tokens))
    let chosen = layout.tokens.unsqueezed(1)
    let greedy = experience.greedy.map { pick($0.drawn.tokens).unsqueezed(1) }
    let statistics = TokenStatistics(
      hidden: hidden, weight: policy.outputWeight,
      targets: greedy.map { Tensor.concatenate([chosen, $0], along: 1) } ?? chosen,
      temperature: configuration.sampling.temperature,
      reference: experience.referenceHidden.map { (pick($0), reference.outputWeight) })
    let logRatios = statistics.logProbabilities.select(1, 0) - pick(rollout.logProbabilities)
    let advantages = pick(experience.advantages)
    let surrogate = method.objective.surrogate

    var policyLoss: Tensor
    var weighting: GreedyAwareness.Outcome?
    if let awareness = method.objective.greedy, let values = experience.greedy {
      let old = pick(values.drawn.logProbabilities)
      let shuffled = awareness.control.shuffled ? shuffles.permutation(layout.count) : nil
      let outcome = awareness.outcome(
        .init(
          logRatios: logRatios,
          greedyLogRatios: statistics.logProbabilities.select(1, 1) - old, advantages: advantages,
          greedyAdvantages: pick(values.advantages), greedyProbabilities: old.exponential(),
          gaps: pick(values.gaps), order: shuffled),
        surrogate: surrogate)
      policyLoss = outcome.losses.mean()
      weighting = outcome
    } else {
      policyLoss = surrogate.losses(logRatios: logRatios, advantages: advantages).mean()
    }

    let estimates = critic.estimates(layout, hidden: hidden)
    let (oldValues, returns) = (pick(experience.values), pick(experience.returns))
    let valueObjective = method.critic.objective
    let valueLoss = valueObjective.losses(
      values: estimates.values, old: oldValues, targets: returns
    ).mean()
    let actionValueLoss = estimates.actionValues.map { ($0 - returns).squared().mean() / 2 }
    let entropy = statistics.entropies.mean()

    var others = valueLoss * method.critic.weight - entropy * method.objective.entropyWeight
    if let actionValueLoss { others = others + actionValueLoss * method.critic.actionValueWeight }
    if let divergences = statistics.divergences {
      others = others + divergences.mean() * coefficient
    }
    // In the published greedy-aware code the other terms stand inside J and carry its factor a.
    if let weighting, method.objective.greedyAwareness == .code { others = weighting.a * others }

    Tensor.withoutRecording {
      diagnostics.add(
        logRatios: logRatios, policyLoss: policyLoss, valueLoss: valueLoss,
        actionValueLoss: actionValueLoss, entropy: entropy, weighting: weighting,
        isClipped: surrogate.isClipped(logRatios: logRatios, advantages: advantages),
        isValueClipped: valueObjective.isClipped(
          values: estimates.values, old: oldValues, targets: returns))
    }
    return policyLoss + others
  }
}

/// What minibatches were like, to be averaged.
private struct Diagnostics {
  var gradientNorms: [Double] = []
  private var values: [Metric: [Double]] = [:]

  mutating func add(
    logRatios: Tensor, policyLoss: Tensor, valueLoss: Tensor, actionValueLoss: Tensor?,
    entropy: Tensor, weighting: GreedyAwareness.Outcome?, isClipped: Tensor, isValueClipped: Tensor
  ) {
    let ratios = logRatios.exponential()
    var named: [(Metric, Tensor)] = [
      (.policyLoss, policyLoss), (.valueLoss, valueLoss), (.policyEntropy, entropy),
      (.approximateKL, logRatios.squared().mean() / 2), (.ratio, ratios.mean()),
      (.policyClipFraction, isClipped.mean()), (.valueClipFraction, isValueClipped.mean()),
    ]
    if let actionValueLoss { named.append((.actionValueLoss, actionValueLoss)) }
    if let weighting {
      named += [
        (.greedyAwareSampledWeight, weighting.a.mean()),
        (.greedyAwareGreedyWeight, weighting.b.mean()), (.greedyAwareGap, weighting.sigma),
        (.greedyAwareProbability, weighting.eta),
      ]
    }
    // One transfer for all of them.
    let numbers = Tensor.stack(named.map { $0.1.detached().reshaped(to: []) }, along: 0).doubles
    for (pair, number) in zip(named, numbers) { values[pair.0, default: []].append(number) }
  }

  var metrics: [(Metric, Double)] {
    let mean = { (numbers: [Double]) in numbers.reduce(0, +) / Double(numbers.count) }
    var metrics = values.map { ($0.key, mean($0.value)) }
    metrics.append((.policyGradientNorm, mean(gradientNorms)))
    if let ratios = values[.ratio] {
      let center = mean(ratios)
      let squares = ratios.reduce(0) { $0 + ($1 - center) * ($1 - center) }
      metrics.append((.ratioVariance, squares / Double(max(1, ratios.count - 1))))
    }
    return metrics.sorted { $0.0.name < $1.0.name }
  }
}
