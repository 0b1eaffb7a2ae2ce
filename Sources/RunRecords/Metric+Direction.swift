extension Metric {
  /// Which values of a metric are the better ones.
  public enum Direction: Sendable {
    /// The greater.
    case rising
    /// The smaller.
    case falling
  }

  /// Which values are better, where that can be said without knowing the run.
  ///
  /// Divergences, entropies, lengths and times have no better end: they cost something or say something.
  public var direction: Direction? {
    let rising: [Metric] = [
      .scores, .rlhfReward, .goldReward, .proxyReward, .episodeReturn, .accuracy,
      .validationAccuracy, .margin, .rewardAccuracy, .rewardMargin, .explainedVariance,
      .episodesPerSecond, .stepsPerSecond, .goodTokenProbability,
    ]
    let falling: [Metric] = [
      .loss, .validationLoss, .validationBitsPerByte, .valueLoss, .honeypotRate, .peakMemory,
      .badTokenProbability,
    ]
    if rising.contains(self) { return .rising }
    return falling.contains(self) ? .falling : nil
  }

  /// The metrics that say most about a run made by a subcommand, the most telling first.
  ///
  /// - Parameter command: The subcommand, such as `ppo`; of an unknown one, what most runs report.
  /// - Returns: Metrics of the catalogue; a run need not have them all.
  public static func telling(of command: String) -> [Metric] {
    switch command {
    case "sft": [.loss, .validationLoss, .validationBitsPerByte, .tokenCount]
    case "reward": [.accuracy, .validationAccuracy, .margin, .loss, .validationLoss]
    case "dpo":
      [.rewardAccuracy, .validationAccuracy, .loss, .validationLoss, .chosenLogProbability]
    case "tokens":
      [.badTokenProbability, .goodTokenProbability, .unmarkedDivergence, .loss, .validationLoss]
    case "ppo", "rloo", "grpo", "best-of-n":
      [.scores, .goldReward, .kl, .honeypotRate, .policyEntropy]
    case "control":
      [.episodeReturn, .episodeLength, .environmentSteps, .policyEntropy, .explainedVariance]
    default: [.loss, .validationLoss, .accuracy, .scores, .kl, .episodeReturn]
    }
  }
}
