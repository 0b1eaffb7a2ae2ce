import PolicyOptimization

extension Method {
  /// Says what does not go together.
  ///
  /// - Throws: `TrainingError.configuration` with the key to change.
  public func validate() throws(TrainingError) {
    try checkNumbers()
    try checkAdvantage()
    try checkObjective()
    try checkGreedyAwareness()
    try checkBudget()
    let startsIdle = reference.coefficient == 0 && reference.steering == .proportional
    if reference.target != nil && (!reference.isPenalty || startsIdle) {
      throw .configuration(
        key: "reference.target",
        reason:
          "steers a penalty that is not there: set reference.placement and reference.coefficient")
    }
    if reference.steering == .dualAscent && reference.target == nil {
      throw .configuration(
        key: "reference.steering", reason: "dual-ascent needs reference.target, the KL it keeps to")
    }
    if reference.estimator != .full && reference.placement != .loss {
      throw .configuration(
        key: "reference.kl_estimator",
        reason: "is how KL is formed in the loss: set reference.placement to loss")
    }
  }

  /// Says what a batch of so many trajectories cannot give.
  ///
  /// - Parameters:
  ///   - trajectories: How many a step has.
  ///   - key: The setting that says so.
  /// - Throws: `TrainingError.configuration` with that key.
  func validate(trajectories: Int, key: String) throws(TrainingError) {
    guard trajectories == 1, [.constant, .minimumVariance, .time].contains(advantage.baseline)
    else { return }
    throw .configuration(
      key: key,
      reason:
        "the mean of one trajectory is itself: with advantage.baseline \(advantage.baseline.rawValue) every advantage would be 0; use at least 2"
    )
  }

  private func checkNumbers() throws(TrainingError) {
    let shares = [
      ("advantage.discount", advantage.discount), ("advantage.lambda", advantage.lambda),
      ("critic.lambda", critic.lambda),
      ("objective.trust_region.backtracking", objective.trustRegion.backtracking),
    ]
    for (key, value) in shares where !(0...1).contains(value) {
      throw .configuration(key: key, reason: "\(value) is outside [0, 1]")
    }
    let positive = [
      ("objective.clip_range", objective.clipRange), ("critic.clip_range", critic.clipRange),
      ("objective.penalty_target", objective.penaltyTarget),
      ("objective.penalty_coefficient", objective.penaltyCoefficient),
      ("objective.trust_region.max_kl", objective.trustRegion.maximumDivergence),
      ("objective.stopping_kl", objective.stoppingDivergence),
      ("reference.target", reference.target), ("objective.sigma_scale", objective.sigmaScale),
      ("objective.eta_scale", objective.etaScale), ("reference.horizon", reference.horizon),
      ("reference.dual_rate", reference.dualRate),
    ]
    for case (let key, let value?) in positive where !(value > 0 && value.isFinite) {
      throw .configuration(key: key, reason: "\(value) is not above 0")
    }
    let weights = [
      ("objective.entropy_weight", objective.entropyWeight), ("critic.weight", critic.weight),
      ("critic.action_value_weight", critic.actionValueWeight),
      ("critic.initializer_range", critic.initializerRange),
      ("objective.trust_region.damping", objective.trustRegion.damping),
      ("reference.coefficient", reference.coefficient),
      ("critic.learning_rate_factor", critic.learningRateFactor),
    ]
    for (key, value) in weights where !(value >= 0 && value.isFinite) {
      throw .configuration(key: key, reason: "\(value) is below 0 or not a number")
    }
    let counts = [
      ("advantage.multi_step", advantage.steps), ("advantage.group_size", advantage.groupSize),
      ("objective.trust_region.iterations", objective.trustRegion.iterations),
      ("objective.trust_region.attempts", objective.trustRegion.attempts),
      ("critic.value_epochs", critic.epochs),
    ]
    for case (let key, let value?) in counts where value < 1 {
      throw .configuration(key: key, reason: "\(value) is below 1")
    }
    if let level = critic.expectile, !(level > 0 && level < 1) {
      throw .configuration(key: "critic.expectile", reason: "\(level) is outside (0, 1)")
    }
    if let bound = objective.dualClip, !(bound > 1 && bound.isFinite) {
      throw .configuration(key: "objective.dual_clip", reason: "\(bound) is not above 1")
    }
  }

  private func checkAdvantage() throws(TrainingError) {
    let name = advantage.estimator.rawValue
    if advantage.needsActionValues && !critic.kind.hasActionValues {
      throw .configuration(
        key: "critic.kind",
        reason: "\(name) needs Q(s, a): use action-value-heads instead of \(critic.kind.rawValue)")
    }
    if advantage.baseline == .value && critic.kind == .none {
      throw .configuration(
        key: "advantage.baseline",
        reason:
          "value takes V(s) off, which nobody estimates: set critic.kind to value-model or value-head"
      )
    }
    if advantage.needsValues && critic.kind == .none {
      throw .configuration(
        key: "critic.kind", reason: "\(name) needs V(s): there must be a critic")
    }
    if !advantage.needsValues && critic.kind != .none && objective.greedyAwareness == nil {
      throw .configuration(
        key: "critic.kind",
        reason: "\(name) asks no critic: use none instead of \(critic.kind.rawValue)")
    }
    if critic.expectile != nil && !critic.kind.hasActionValues {
      throw .configuration(
        key: "critic.expectile",
        reason: "V learns an expectile of Q(s, a): use action-value-heads as critic.kind")
    }
    if advantage.baseline != .none && advantage.estimator != .totalReturn
      && advantage.estimator != .rewardToGo
    {
      throw .configuration(
        key: "advantage.baseline",
        reason: "\(name) has its own: only total-return and reward-to-go take one")
    }
    if advantage.baseline == .minimumVariance {
      try checkMinimumVariance()
    }
    let isGrouped = [.leaveOneOut, .groupRelative].contains(advantage.estimator)
    if isGrouped && advantage.groupSize < 2 {
      throw .configuration(
        key: "advantage.group_size",
        reason: "\(name) compares trajectories from one start: it needs at least 2")
    }
    if isGrouped && advantage.whitening == .centered {
      throw .configuration(
        key: "advantage.whitening",
        reason: "\(name) is centered group by group: use none or scaled")
    }
  }

  private func checkBudget() throws(TrainingError) {
    guard reference.placement == .budget else {
      guard reference.budget == Reference().budget else {
        throw .configuration(
          key: "reference.budget", reason: "holds nothing: set reference.placement to budget")
      }
      return
    }
    if let problem = reference.budget.problem {
      throw .configuration(key: "reference.budget", reason: problem)
    }
    let refused: [(Bool, String, String)] = [
      (
        objective.kind == .trustRegion, "objective.kind",
        "trust-region differentiates what the policy proposes twice; on a budget another distribution is played: use clip"
      ),
      (
        advantage.baseline == .minimumVariance, "advantage.baseline",
        "minimum-variance has no form on a budget: use another"
      ),
      (
        objective.greedyAwareness != nil, "objective.greedy_awareness",
        "asks about tokens that were not taken, whose place in the budget nobody knows: use none"
      ),
      (
        critic.kind == .valueModel, "critic.kind",
        "value-model does not know what is left of the budget: use a value-head, detached-value-head or none"
      ),
      (
        advantage.needsAllActionValues, "advantage.estimator",
        "\(advantage.estimator.rawValue) averages over what the policy proposes, and on a budget something else is played: use another"
      ),
    ]
    for (isRefused, key, reason) in refused where isRefused {
      throw .configuration(key: key, reason: reason)
    }
  }

  private func checkMinimumVariance() throws(TrainingError) {
    guard advantage.estimator == .totalReturn, objective.kind == .policyGradient else {
      throw .configuration(
        key: "advantage.baseline",
        reason:
          "minimum-variance is a baseline of the plain policy gradient with the total return: set estimator total-return and objective.kind policy-gradient"
      )
    }
    guard advantage.whitening == .none, objective.greedyAwareness == nil,
      objective.averaging == .sum, reference.placement != .loss
    else {
      throw .configuration(
        key: "advantage.baseline",
        reason:
          "minimum-variance weighs whole trajectories: set advantage.whitening none and objective.averaging sum, without greedy awareness or KL in the loss"
      )
    }
  }

  private func checkObjective() throws(TrainingError) {
    if objective.kind == .trustRegion {
      if critic.kind.isAttached {
        throw .configuration(
          key: "critic.kind",
          reason:
            "\(critic.kind.rawValue) shapes the policy's trunk, which only the trust region may move: use a detached head or a value-model"
        )
      }
      if critic.kind != .none && critic.epochs == nil {
        throw .configuration(
          key: "critic.value_epochs",
          reason: "the trust region moves the policy alone: say how many passes the critic gets")
      }
    }
    if critic.epochs != nil && critic.kind.isAttached {
      throw .configuration(
        key: "critic.value_epochs",
        reason:
          "\(critic.kind.rawValue) shares the policy's trunk: it is trained in the policy's updates"
      )
    }
    if objective.dualClip != nil && objective.kind != .clip {
      throw .configuration(
        key: "objective.dual_clip", reason: "bounds the clipped surrogate: set objective.kind clip")
    }
  }

  private func checkGreedyAwareness() throws(TrainingError) {
    let control = objective.greedyControl
    for case (let key, let value?) in [("a", control.a), ("b", control.b)] where !value.isFinite {
      throw .configuration(
        key: "objective.greedy_control.\(key)", reason: "\(value) is not a number")
    }
    guard let variant = objective.greedyAwareness else {
      if control != .init() {
        throw .configuration(
          key: "objective.greedy_control", reason: "controls nothing where greedy_awareness is none"
        )
      }
      return
    }
    if variant != .perToken, control.shuffled {
      throw .configuration(
        key: "objective.greedy_control.shuffled",
        reason:
          "\(variant.rawValue) has one a and one b for all tokens of a minibatch: there is nothing to shuffle"
      )
    }
    if advantage.needsActionValues {
      throw .configuration(
        key: "objective.greedy_awareness",
        reason:
          "greedy awareness compares V(prefix + token); with \(advantage.estimator.rawValue)'s Q it has no meaning here"
      )
    }
    if critic.kind == .none {
      throw .configuration(
        key: "critic.kind", reason: "greedy awareness compares V(prefix + token): it needs a critic"
      )
    }
    if objective.kind == .trajectoryWeighted {
      throw .configuration(
        key: "objective.greedy_awareness",
        reason: "weighs single tokens; a whole trajectory's ratio has none of theirs")
    }
    if advantage.whitening != .centered {
      throw .configuration(
        key: "advantage.whitening",
        reason:
          "greedy awareness weighs greedy against sampled advantages, both in standard deviations: use centered"
      )
    }
  }
}
