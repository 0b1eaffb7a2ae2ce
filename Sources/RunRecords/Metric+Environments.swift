extension Metric {
  /// Mean undiscounted return of the episodes that ended in the step.
  public static let episodeReturn = Metric(
    "rollout/ep_rew_mean", .reward,
    "Mean undiscounted return of the last 100 episodes that ended (Stable-Baselines3's name).")
  /// Mean length of the episodes that ended in the step.
  public static let episodeLength = Metric(
    "rollout/ep_len_mean", .count, "Mean length of the last 100 episodes that ended.")
  /// Actions taken so far.
  public static let environmentSteps = Metric(
    "time/total_timesteps", .count, "Actions taken in all environments since the run began.")
  /// Actions per second.
  public static let stepsPerSecond = Metric(
    "time/fps", .none, "Actions per second since the run began, updates included.")

  static let environmentMetrics: [Metric] = [
    episodeReturn, episodeLength, environmentSteps, stepsPerSecond,
  ]

  /// Weight of PPO-penalty.
  public static let penaltyCoefficient = Metric(
    "policy/penalty_coefficient", .none,
    "β of PPO-penalty's KL(π_old ‖ π): halved after steps that went too short, doubled after steps that went too far."
  )
  /// Distance that PPO-penalty is steered by.
  public static let penaltyDivergence = Metric(
    "policy/penalty_kl", .nats,
    "Mean KL(π_old ‖ π) per step after the step's updates, by which PPO-penalty's β is steered.")
  /// Share of groups without a signal.
  public static let idleGroups = Metric(
    "frac_reward_zero_std", .share,
    "Share of groups whose returns are all the same, so that leave-one-out and group-relative learn nothing from them (TRL's name)."
  )
  /// Share of steps that the trust region allowed.
  public static let trustRegionAccepted = Metric(
    "trust_region/accepted", .share,
    "1 where the line search found a step that keeps KL ≤ δ and improves the surrogate, 0 where the policy stayed."
  )
  /// KL of the accepted step.
  public static let trustRegionDivergence = Metric(
    "trust_region/kl", .nats, "Mean KL(π_old ‖ π) per state of the step that was taken.")
  /// Improvement of the surrogate.
  public static let trustRegionImprovement = Metric(
    "trust_region/improvement", .none, "How much the step raised the surrogate.")
  /// Backtracking steps.
  public static let trustRegionBacktracks = Metric(
    "trust_region/backtracks", .count,
    "How often the line search shrank the step: 0 is the full natural gradient.")
  /// Residual of conjugate gradients.
  public static let trustRegionResidual = Metric(
    "trust_region/cg_residual", .none,
    "‖(H + damping)x − g‖/‖g‖ after the last iteration of conjugate gradients.")

  static let trustRegionMetrics: [Metric] = [
    penaltyCoefficient, penaltyDivergence, idleGroups, trustRegionAccepted, trustRegionDivergence,
    trustRegionImprovement,
    trustRegionBacktracks, trustRegionResidual,
  ]
}
