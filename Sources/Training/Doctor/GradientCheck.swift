import Foundation
import NeuralNetworks
import Torch

extension PolicyChecks {
  /// The loss of a first update, with advantages that differ, reaches every tensor that is trained.
  static let gradients = Check<PolicyScene>("gradient reaches every tensor") { scene in
    let trained = scene.trainedTensors
    let still = trained.names.indices.filter { !trained.tensors[$0].requiresGradient }
    let moving = trained.names.indices.filter { trained.tensors[$0].requiresGradient }
    let gradients = try scene.gradients(of: moving.map { trained.tensors[$0] })
    let norms = zip(moving, gradients).map { index, gradient in
      (name: trained.names[index], norm: gradient.squared().sum().item.squareRoot())
    }
    let idle = norms.filter { $0.norm == 0 }.map(\.name)
    let unexpected = idle.filter { !scene.needsNoGradient($0) } + still.map { trained.names[$0] }
    let wild = norms.filter { !$0.norm.isFinite }.map(\.name)
    let measured = "\(trained.count) trained tensors, "
    guard wild.isEmpty else {
      return .failed(
        measured + "gradients that are not finite: \(wild.firstFew)",
        "weights or activations overflow: look for NaN in the checkpoint, or set compute.precision weights"
      )
    }
    guard unexpected.isEmpty else {
      return .failed(
        measured + "\(unexpected.count) without a gradient (bound 0): \(unexpected.firstFew)",
        "these weights would never change: they are frozen, or nothing that is trained depends on them"
      )
    }
    let least = norms.filter { $0.norm > 0 }.min { $0.norm < $1.norm }
    let expected = idle.isEmpty ? "" : "; none by the method's choice: \(idle.firstFew)"
    return .passed(
      measured + "0 without a gradient (bound 0); least norm "
        + (least.map { "\($0.norm.figures) of \($0.name)" } ?? "none") + expected)
  }
}

extension PolicyScene {
  fileprivate var trainedTensors: Parameters {
    var all = agent.policyParameters
    for (name, tensor) in zip(agent.criticParameters.names, agent.criticParameters.tensors) {
      all.append("critic.\(name)", tensor)
    }
    return all
  }

  /// Whether a tensor gets no gradient by the choices made: terms of weight 0, and biases of keys, which a softmax takes out again.
  fileprivate func needsNoGradient(_ name: String) -> Bool {
    let critic = configuration.method.critic
    if name.hasPrefix("critic.") {
      return critic.weight == 0 || (name.contains("q_head") && critic.actionValueWeight == 0)
    }
    // While the policy can afford all that it wants, it does not matter what it proposes to spend.
    return name.hasSuffix("k_proj.bias") || name.hasPrefix("budget.proposing")
  }

  // The run's own loss, but with advantages and targets drawn at random, so that no reward is needed; and what starts at zero is
  // moved a little for as long as it takes, since nothing flows through a head, or an adapter's second matrix, that is zero.
  fileprivate func gradients(of tensors: [Tensor]) throws -> [Tensor] {
    try trainedTensors.whileZerosAreMoved { try slopes(of: tensors) }
  }

  private func slopes(of tensors: [Tensor]) throws -> [Tensor] {
    let draws = Generator(seed: 0, purpose: "doctor")
    let method = configuration.method
    let loss = PolicyLoss(
      method: method, agent: agent, experience: try experience(draws),
      coefficient: method.reference.coefficient, penalty: method.objective.penaltyCoefficient,
      shuffles: draws)
    let all = loss.experience.trajectories(rows)
    return Tensor.recording {
      var total = loss.policyOutcome(all).loss
      if method.critic.epochs != nil, method.critic.kind != .none {
        total = total + loss.criticOutcome(all).loss
      }
      return total.gradients(of: tensors)
    }
  }

  private func experience(_ draws: Generator) throws -> Experience<LanguageAgent.Record> {
    var drawn = episodes
    let now = Tensor.withoutRecording {
      agent.judge(drawn.record, Minibatch(rows, of: drawn.lengths), Questions())
    }
    drawn.logProbabilities = now.logProbabilities ?? drawn.logProbabilities
    let maker = ExperienceMaker(
      method: configuration.method, agent: agent,
      coefficient: configuration.method.reference.coefficient, step: 1)
    var experience = try maker.experience(drawn)
    let noise = { draws.normal(experience.advantages.shape, standardDeviation: 1) }
    experience.advantages = noise().cast(to: experience.advantages.dataType)
    experience.returns = experience.values + noise().cast(to: experience.values.dataType)
    experience.actionValues = experience.actionValues.map { $0 + noise().cast(to: $0.dataType) }
    return experience
  }
}
