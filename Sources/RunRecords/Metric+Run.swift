extension Metric {
  /// Episodes per second.
  public static let episodesPerSecond = Metric(
    "eps", .none, "Episodes per second since the run began, rounded down as in TRL.")
  /// Learning rate.
  public static let learningRate = Metric("lr", .none, "The optimizer's learning rate.")
  /// Episodes so far.
  public static let episode = Metric(
    "episode", .count, "Completions (episodes) sampled since the run began.")
  /// Time of sampling.
  public static let rolloutSeconds = Metric(
    "timing/rollout_seconds", .seconds, "Wall-clock time of the step's sampling.")
  /// Time of grading.
  public static let rewardSeconds = Metric(
    "timing/reward_seconds", .seconds, "Wall-clock time of the step's reward function.")
  /// Time of optimization.
  public static let updateSeconds = Metric(
    "timing/update_seconds", .seconds, "Wall-clock time of the step's gradient updates.")

  static let runMetrics: [Metric] = [
    episode, learningRate, episodesPerSecond, rolloutSeconds, rewardSeconds, updateSeconds,
  ]
}
