extension Metric {
  /// Mean value loss.
  public static let valueLoss = Metric(
    "loss/value_avg", .none, "Mean of the value head's loss over the minibatches of the step.")
  /// Share of clipped value predictions.
  public static let valueClipFraction = Metric(
    "val/clipfrac_avg", .share, "Share of tokens whose clipped value loss was the one used.")
  /// Mean probability ratio.
  public static let ratio = Metric(
    "val/ratio", .none,
    "Mean ratio of the updated policy's probability to the sampling policy's. It stays near 1.")
  /// Variance of the probability ratio.
  public static let ratioVariance = Metric(
    "val/ratio_var", .none, "Variance over minibatches of the mean ratio.")
  /// Number of stop tokens.
  public static let stopTokenCount = Metric(
    "val/num_eos_tokens", .count, "Stop tokens in the step's completions.")
  /// Explained variance of the values.
  public static let explainedVariance = Metric(
    "val/explained_variance", .none,
    "1 − Var(return − value)/Var(return). At 1 the critic predicts every return; at 0 or less it "
      + "is no better than a constant, which is no fault where all returns are alike: compare loss/value_avg."
  )
  /// Loss of the action-value head.
  public static let actionValueLoss = Metric(
    "val/q_loss", .none, "Mean loss of the action-value head (ACTDE).")

  /// Weight of the sampled token's gradient.
  public static let greedyAwareSampledWeight = Metric(
    "gaa/a", .none, "Greedy-advantage-aware weight of the sampled token's gradient; positive.")
  /// Weight of the greedy token's gradient.
  public static let greedyAwareGreedyWeight = Metric(
    "gaa/b", .none, "Greedy-advantage-aware weight of the greedy token's gradient; negative.")
  /// The standardised greedy advantage.
  public static let greedyAwareGap = Metric(
    "gaa/sigma", .none,
    "How far the greedy token's advantage stands out, in standard deviations, before weighting.")
  /// The greedy token's probability.
  public static let greedyAwareProbability = Metric(
    "gaa/eta", .share, "Mean probability of the greedy token.")

  static let criticMetrics: [Metric] = [
    valueLoss, valueClipFraction, ratio, ratioVariance, stopTokenCount, explainedVariance,
    actionValueLoss, greedyAwareSampledWeight, greedyAwareGreedyWeight, greedyAwareGap,
    greedyAwareProbability,
  ]
}
