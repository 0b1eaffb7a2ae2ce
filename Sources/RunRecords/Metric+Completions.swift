extension Metric {
  /// Mean length of completions.
  public static let meanCompletionLength = Metric(
    "completions/mean_length", .tokens, "Mean length of the completions, stop token included.")
  /// Share of completions that stopped by themselves.
  public static let terminatedShare = Metric(
    "completions/terminated_share", .share,
    "Share of completions that ended by a stop token or stop sequence, not by the length limit.")
  /// Variety of word pairs.
  public static let distinctPairs = Metric(
    "diversity/distinct_2", .share,
    "Different pairs of neighbouring tokens divided by all pairs, over the step's completions. A "
      + "fall is an early sign of collapse.")

  static let completionMetrics: [Metric] = [
    meanCompletionLength, terminatedShare, distinctPairs,
  ]

  /// Share of completions that took a bait.
  public static let honeypotRate = Metric(
    "hack/honeypot_rate", .share,
    "Share of completions that trigger a planted flaw of the reward function.")
  /// Mean reward by the held-back judge.
  public static let goldReward = Metric(
    "hack/gold_reward", .reward,
    "Mean reward by the judge that the policy is not trained on.")
  /// Mean reward by the reward that is trained on.
  public static let proxyReward = Metric(
    "hack/proxy_reward", .reward,
    "Mean reward by the reward function that the policy is trained on. Rising while the gold "
      + "reward falls is reward hacking.")

  /// Nats taken from budgets.
  public static let budgetSpent = Metric(
    "budget/spent", .nats,
    "Mean of what a completion took from its KL budget, as reference.budget.accounting counts it.")
  /// Divergence of what was played.
  public static let budgetDivergence = Metric(
    "budget/kl", .nats,
    "Mean over completions of the KL of what was played from the reference, summed over their tokens."
  )
  /// Shares proposed.
  public static let budgetShare = Metric(
    "budget/share", .share,
    "Mean share of what is left of the budget that the policy proposes to spend on a token.")
  /// Weights of the policy.
  public static let budgetWeight = Metric(
    "budget/weight", .share,
    "Mean weight of the policy in what was played: 1 where the budget holds nothing back, 0 where the reference plays."
  )

  static let budgetMetrics: [Metric] = [
    budgetSpent, budgetDivergence, budgetShare, budgetWeight,
  ]

  static let hackingMetrics: [Metric] = [honeypotRate, goldReward, proxyReward]

  /// Mean score of the answers that were kept.
  public static let bestScore = Metric(
    "best_of_n/score", .reward,
    "Mean reward of the answers that were kept, beside objective/scores of all.")
  /// Mean gold reward of the answers that were kept.
  public static let bestGold = Metric(
    "best_of_n/gold_reward", .reward,
    "Mean reward of the kept answers by the judge that does not choose. Where it lags, the choice finds holes of the reward."
  )
  /// Number of answers that were kept.
  public static let keptCount = Metric(
    "best_of_n/kept", .count, "Answers that were kept in the round.")

  static let selectionMetrics: [Metric] = [bestScore, bestGold, keptCount]
}
