extension Metric {
  /// Training loss.
  public static let loss = Metric(
    "loss", .nats, "Mean training loss; for language models the cross-entropy per token.")
  /// Loss on held-out data.
  public static let validationLoss = Metric(
    "validation/loss", .nats, "The training loss' counterpart on held-out data.")
  /// Compression of held-out text.
  public static let validationBitsPerByte = Metric(
    "validation/bits_per_byte", .bitsPerByte,
    "Cross-entropy on held-out text in bits, divided by its length in bytes: comparable between "
      + "tokenizers.")
  /// Tokens seen so far.
  public static let tokenCount = Metric(
    "num_tokens", .tokens, "Tokens trained on since the run began.")
  /// Norm of the gradient.
  public static let gradientNorm = Metric(
    "grad_norm", .none, "Norm of the gradient before it is clipped.")

  static let supervisedMetrics: [Metric] = [
    loss, validationLoss, validationBitsPerByte, tokenCount, gradientNorm,
  ]

  /// Least reward in the batch.
  public static let minimumReward = Metric(
    "min_reward", .reward, "The least reward that the model gave in the batch.")
  /// Mean reward in the batch.
  public static let meanReward = Metric(
    "mean_reward", .reward, "The mean reward that the model gave in the batch.")
  /// Greatest reward in the batch.
  public static let maximumReward = Metric(
    "max_reward", .reward, "The greatest reward that the model gave in the batch.")
  /// Share of pairs ordered rightly.
  public static let accuracy = Metric(
    "accuracy", .share,
    "Share of pairs in which the chosen text gets the greater reward; ties of either count half.")
  /// Mean difference of rewards.
  public static let margin = Metric(
    "margin", .reward, "Mean of the chosen text's reward minus the rejected one's.")
  /// Accuracy on held-out pairs.
  public static let validationAccuracy = Metric(
    "validation/accuracy", .share,
    "Share of held-out pairs in which the chosen text gets the greater reward; ties of either count half."
  )

  static let rewardModelMetrics: [Metric] = [
    minimumReward, meanReward, maximumReward, accuracy, margin, validationAccuracy,
  ]

  /// Mean implicit reward of the preferred answers.
  public static let chosenReward = Metric(
    "rewards/chosen", .reward,
    "Mean of β·log π/π_ref of the preferred answers: what preference optimization pays them implicitly."
  )
  /// Mean implicit reward of the other answers.
  public static let rejectedReward = Metric(
    "rewards/rejected", .reward, "Mean of β·log π/π_ref of the answers that are not preferred.")
  /// Mean difference of implicit rewards.
  public static let rewardMargin = Metric(
    "rewards/margins", .reward,
    "Mean implicit reward of preferred answers minus that of the others.")
  /// Share of pairs ordered rightly by implicit rewards.
  public static let rewardAccuracy = Metric(
    "rewards/accuracies", .share,
    "Share of pairs in which the preferred answer has the greater implicit reward; ties count half."
  )
  /// Mean log-probability of the preferred answers.
  public static let chosenLogProbability = Metric(
    "logps/chosen", .nats,
    "Mean log-probability of the preferred answers, summed over their tokens. It may fall while margins rise: "
      + "then both answers become unlikely, and the policy drifts to a third.")
  /// Mean log-probability of the other answers.
  public static let rejectedLogProbability = Metric(
    "logps/rejected", .nats, "Mean log-probability of the answers that are not preferred.")

  static let preferenceMetrics: [Metric] = [
    chosenReward, rejectedReward, rewardMargin, rewardAccuracy, chosenLogProbability,
    rejectedLogProbability,
  ]
}
