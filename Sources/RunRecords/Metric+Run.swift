extension Metric {
  /// Episodes per second.
  public static let episodesPerSecond = Metric(
    "eps", .none, "Episodes per second since the run began, without rounding (TRL rounds down).")
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
  /// Time of the reference, the critic and the advantages.
  public static let estimateSeconds = Metric(
    "timing/estimate_seconds", .seconds,
    "Wall-clock time of the step's reference, critic and advantages, with the rewards of sequences that greedy tokens end."
  )
  /// Time of optimization.
  public static let updateSeconds = Metric(
    "timing/update_seconds", .seconds, "Wall-clock time of the step's gradient updates.")
  /// Memory.
  public static let peakMemory = Metric(
    "memory/peak_bytes", .bytes,
    "The most memory that the process has held at once so far, GPUs' own left out.")

  static let runMetrics: [Metric] = [
    episode, learningRate, episodesPerSecond, rolloutSeconds, rewardSeconds, estimateSeconds,
    updateSeconds, peakMemory,
  ]
}
