import NeuralNetworks
import RunRecords
import Torch

/// Makes policy and critic better by a step's experience: epochs of minibatches, or one step in a trust region.
struct PolicyImprover<World: Agent> {
  /// What the updates of a step were like, averaged over minibatches.
  struct Summary {
    var metrics: [(Metric, Double)]
    /// Mean KL(π_old ‖ π) per step of the last update's minibatch, before that update; nil where nothing gave a loss.
    var divergence: Double?
  }

  /// What a step's updates go by.
  struct Terms {
    /// β of KL(π ‖ π_ref) in the loss.
    var coefficient: Double
    /// β of KL(π_old ‖ π).
    var penalty: Double
    /// What the schedule makes of the learning rate.
    var rate: Double
    /// The step, for errors.
    var step: Int
  }

  let method: Method
  private let settings: UpdateSettings
  let agent: World
  let optimizer: AdamW
  /// The critic's own optimizer, where it is not trained in the policy's updates.
  private let criticOptimizer: AdamW?
  private let order: Generator
  private let shuffles: Generator

  /// Draws minibatches from one generator and shuffled controls from another, so that a control sees its counterpart's minibatches.
  init(
    _ method: Method, _ settings: UpdateSettings, agent: World, order: Generator,
    shuffles: Generator
  ) {
    self.method = method
    self.settings = settings
    self.agent = agent
    self.order = order
    self.shuffles = shuffles
    let factor = method.critic.learningRateFactor
    var critic = Parameters()
    for (name, tensor) in zip(agent.criticParameters.names, agent.criticParameters.tensors) {
      critic.append("critic.\(name)", tensor)
    }
    let isSeparate = method.critic.epochs != nil && method.critic.kind != .none
    optimizer = AdamW(
      isSeparate ? agent.policyParameters : agent.policyParameters + critic, settings.optimizer
    ) { $0.hasPrefix("critic.") ? factor : 1 }
    criticOptimizer =
      isSeparate ? AdamW(critic, settings.optimizer, learningRateFactor: { _ in factor }) : nil
  }

  /// Improves policy and critic in place.
  ///
  /// - Parameters:
  ///   - experience: The step's trajectories.
  ///   - terms: What the updates go by.
  /// - Returns: What they were like.
  /// - Throws: `TrainingError.diverged`; the weights are then as they were.
  func improve(_ experience: Experience<World.Record>, _ terms: Terms) throws -> Summary {
    let parameters =
      optimizer.parameters.tensors + (criticOptimizer?.parameters.tensors ?? [])
    let before = parameters.map { $0.detached().copy() }
    do {
      return try update(experience, terms)
    } catch {
      // A step that fails half-way is taken back.
      for (tensor, value) in zip(parameters, before) { tensor.assign(value) }
      throw error
    }
  }

  private func update(_ experience: Experience<World.Record>, _ terms: Terms) throws -> Summary {
    guard !experience.learned.isEmpty else { return Summary(metrics: [], divergence: nil) }
    var diagnostics = Diagnostics()
    let loss = PolicyLoss(
      method: method, agent: agent, experience: experience, coefficient: terms.coefficient,
      penalty: terms.penalty, shuffles: shuffles)
    let divergence: Double
    switch method.objective.kind {
    case .trustRegion:
      divergence = try naturalStep(loss, experience, terms, &diagnostics)
    case _ where method.advantage.baseline == .minimumVariance:
      divergence = try leastVarianceStep(loss, experience, terms, &diagnostics)
    default: divergence = try epochs(loss, experience, terms, &diagnostics)
    }
    if let criticOptimizer {
      for _ in 0..<(method.critic.epochs ?? 0) {
        for minibatch in minibatches(experience) {
          let ((value, metrics), gradients) = Tensor.recording {
            let outcome = loss.criticOutcome(minibatch)
            return (
              (outcome.loss.item, outcome.metrics),
              outcome.loss.gradients(of: criticOptimizer.parameters.tensors)
            )
          }
          diagnostics.add(metrics)
          _ = try criticOptimizer.checkedStep(
            loss: value, gradients, scale: terms.rate, step: terms.step)
        }
      }
    }
    return Summary(metrics: diagnostics.metrics, divergence: divergence)
  }

  private func epochs(
    _ loss: PolicyLoss<World>, _ experience: Experience<World.Record>, _ terms: Terms,
    _ diagnostics: inout Diagnostics
  ) throws -> Double {
    var divergence = 0.0
    for _ in 0..<settings.epochs {
      for minibatch in minibatches(experience) {
        let (summary, gradients) = differentiated(
          loss, experience.parts(of: minibatch, count: settings.microBatches))
        divergence = summary.divergence
        if let limit = method.objective.stoppingDivergence, divergence > limit {
          return divergence
        }
        diagnostics.add(summary.metrics)
        diagnostics.gradientNorms.append(
          try optimizer.checkedStep(
            loss: summary.loss, gradients, scale: terms.rate, step: terms.step))
      }
    }
    // PPO-penalty steers by where the last update has led.
    guard method.objective.kind == .penalty else { return divergence }
    return loss.policyOutcome(experience.whole).divergence.item
  }

  // The loss of a minibatch, whole or in parts. A part's loss is a mean, so it counts by its share of what the mean is over.
  private func differentiated(_ loss: PolicyLoss<World>, _ parts: [Minibatch]) -> (
    summary: (loss: Double, metrics: [(Metric, Tensor)], divergence: Double), gradients: [Tensor]
  ) {
    let steps = parts.map { Double($0.places.count) }
    let weights = parts.map { loss.weight(of: $0) }
    let (allSteps, whole) = (steps.reduce(0, +), weights.reduce(0, +))
    var (value, divergence) = (0.0, 0.0)
    var gradients: [Tensor] = []
    var metrics: [[(Metric, Tensor)]] = []
    for (index, part) in parts.enumerated() {
      let share = weights[index] / whole
      let (outcome, slopes) = Tensor.recording {
        let outcome = loss.policyOutcome(part)
        let scaled = parts.count == 1 ? outcome.loss : outcome.loss * share
        return (outcome, scaled.gradients(of: optimizer.parameters.tensors))
      }
      value += share * outcome.loss.item
      divergence += steps[index] / allSteps * outcome.divergence.item
      metrics.append(outcome.metrics.map { ($0, $1.rank > 0 ? $1 : $1 * share) })
      if index == 0 { gradients = slopes } else { FusedUpdate.add(slopes, to: gradients) }
    }
    return ((value, joined(metrics), divergence), gradients)
  }

  // Vectors of parts stand one after another; numbers, which have their shares by now, are added.
  private func joined(_ parts: [[(Metric, Tensor)]]) -> [(Metric, Tensor)] {
    guard parts.count > 1, let first = parts.first else { return parts.first ?? [] }
    return first.indices.map { index in
      let tensors = parts.map { $0[index].1 }
      let isVector = tensors[0].rank > 0
      return (
        first[index].0,
        isVector ? .concatenate(tensors, along: 0) : tensors.dropFirst().reduce(tensors[0], +)
      )
    }
  }

  // Parts that differ by one unit at most, and never fewer of them than asked for.
  private func minibatches(_ experience: Experience<World.Record>) -> [Minibatch] {
    let bySteps = agent.minibatchUnit == .step && !method.objective.needsTrajectories
    let places = bySteps ? experience.whole.places : nil
    let count = places?.count ?? experience.learned.count
    let shuffled = order.permutation(count)
    let parts = min(settings.minibatches, count)
    return (0..<parts).map { part in
      let bounds = part * count / parts..<(part + 1) * count / parts
      let chosen = shuffled.slice(0, bounds)
      return places.map {
        Minibatch(rows: nil, places: $0.selecting(chosen, along: 0), packing: nil)
      } ?? experience.trajectories(chosen.integers.map { experience.learned[$0] })
    }
  }
}

extension PolicyImprover: Resumable {
  /// Optimizers, and the order of minibatches.
  func carry(_ state: TrainingState) throws {
    try state.carry("optimizer", optimizer.state)
    if let criticOptimizer { try state.carry("critic optimizer", criticOptimizer.state) }
    try state.carry("order", order)
    try state.carry("shuffles", shuffles)
  }
}
