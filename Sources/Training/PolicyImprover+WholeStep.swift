import NeuralNetworks
import PolicyOptimization
import Torch

/// Updates that take a step's experience as a whole.
extension PolicyImprover {
  /// TRPO: conjugate gradients on Fisher-vector products, then a line search on the surrogate.
  func naturalStep(
    _ loss: PolicyLoss<World>, _ experience: Experience<World.Record>, _ terms: Terms,
    _ diagnostics: inout Diagnostics
  ) throws -> Double {
    let whole = experience.whole
    let record = experience.episodes.record
    let parameters = agent.policyParameters.tensors
    let old = agent.distributions(record, whole).detached()
    let (outcome, surrogate, gradient) = Tensor.recording {
      let outcome = loss.policyOutcome(whole)
      return (outcome, outcome.loss.item, outcome.loss.gradients(of: parameters).flattened)
    }
    diagnostics.add(outcome.metrics)
    guard surrogate.isFinite, gradient.isAllFinite else {
      throw TrainingError.diverged(metric: "the surrogate's gradient", step: terms.step)
    }
    diagnostics.gradientNorms.append(gradient.squared().sum().squareRoot().item)
    let divergence = { (now: Tensor) in (old.exponential() * (old - now)).sum(along: -1).mean() }
    let product = { (x: Tensor) in
      Tensor.recording {
        let slope = divergence(self.agent.distributions(record, whole))
          .gradients(of: parameters, recording: true).flattened
        return (slope * x).sum().gradients(of: parameters).flattened
      }.detached()
    }
    let region = method.objective.trustRegion
    let start = parameters.map { $0.detached().copy() }
    guard let proposal = region.proposal(gradient: -gradient.detached(), product: product) else {
      diagnostics.add(region: nil, residual: 0)
      return 0
    }
    let steps = proposal.step.parts(like: parameters)
    let found = region.search { factor in
      for (index, parameter) in parameters.enumerated() {
        parameter.assign(start[index] + steps[index] * factor)
      }
      return TrustRegion.Trial(
        divergence: divergence(agent.distributions(record, whole)).item,
        improvement: surrogate - loss.policyOutcome(whole).loss.item)
    }
    if found == nil {
      for (parameter, value) in zip(parameters, start) { parameter.assign(value) }
    }
    diagnostics.add(region: found.map { ($0.attempt, $0.trial) }, residual: proposal.residual)
    return found?.trial.divergence ?? 0
  }

  /// The plain policy gradient with the baseline of least variance: one backward pass for every trajectory.
  func leastVarianceStep(
    _ loss: PolicyLoss<World>, _ experience: Experience<World.Record>, _ terms: Terms,
    _ diagnostics: inout Diagnostics
  ) throws -> Double {
    let parameters = optimizer.parameters.tensors
    let record = experience.episodes.record
    var questions = Questions()
    questions.critic = false
    let scores = experience.learned.map { row in
      Tensor.recording {
        let now = agent.judge(record, experience.trajectories([row]), questions)
        guard let logProbabilities = now.logProbabilities else {
          preconditionFailure("an agent that says nothing of its policy")
        }
        return logProbabilities.sum().gradients(of: parameters).flattened
      }.detached()
    }
    let ascent = minimumVarianceGradient(
      scores: Tensor.stack(scores, along: 0),
      returns: experience.totalReturns.selecting(Tensor(experience.learned), along: 0))
    // The objective's other terms, entropy among them, have no baseline.
    let (outcome, gradient) = Tensor.recording {
      let outcome = loss.policyOutcome(experience.whole)
      let entropy = agent.judge(record, experience.whole, questions).entropies
      let bonus =
        loss.averaged(entropy ?? outcome.loss.zerosLike(), experience.whole)
        * method.objective.entropyWeight
      return (outcome, bonus.gradients(of: parameters).flattened)
    }
    diagnostics.add(outcome.metrics)
    let descent = -(ascent + gradient.detached())
    diagnostics.gradientNorms.append(
      try optimizer.checkedStep(
        loss: outcome.loss.item, descent.parts(like: parameters), scale: terms.rate,
        step: terms.step))
    return outcome.divergence.item
  }
}

extension [Tensor] {
  /// All elements in one vector.
  var flattened: Tensor { Tensor.concatenate(map { $0.reshaped(-1) }, along: 0) }
}

extension Tensor {
  /// A vector's elements in the shapes of some tensors.
  func parts(like tensors: [Tensor]) -> [Tensor] {
    var place = 0
    return tensors.map { tensor in
      defer { place += tensor.count }
      return slice(0, place..<place + tensor.count).reshaped(to: tensor.shape)
    }
  }
}
