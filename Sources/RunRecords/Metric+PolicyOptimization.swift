// Per-token, per-sequence: TRL sums log-ratios over a completion's tokens, then averages over the
// batch; the names below mean the same here.

extension Metric {
  /// Mean over completions of the summed sampled log-ratio to the reference.
  public static let kl = Metric(
    "objective/kl", .nats,
    "Divergence of the policy from the reference: the log-ratio of each sampled token or action, summed "
      + "over a completion or episode, averaged over them. This estimate (k1) may be negative by chance, "
      + "and above a KL budget that budget/kl, which is exact, keeps to."
  )
  /// Mean of the estimator k1.
  public static let klK1 = Metric(
    "objective/kl_k1", .nats, "The estimator k1 = log(π/ref), per token: unbiased, noisy.")
  /// Mean of the estimator k2.
  public static let klK2 = Metric(
    "objective/kl_k2", .nats, "The estimator k2 = log²(π/ref)/2, per token: biased, never negative."
  )
  /// Mean of the estimator k3.
  public static let klK3 = Metric(
    "objective/kl_k3", .nats,
    "The estimator k3 = ref/π − 1 − log(ref/π), per token: unbiased, never negative.")
  /// The weight of the KL penalty.
  public static let klCoefficient = Metric(
    "objective/kl_coefficient", .none, "The weight of the KL penalty, which may adapt.")
  /// Entropy of the sampled completions.
  public static let objectiveEntropy = Metric(
    "objective/entropy", .nats,
    "Minus the log-probability of the sampled tokens, summed over a completion, averaged; in a world, "
      + "of actions over an episode.")
  /// The reward's part that does not come from the score.
  public static let nonScoreReward = Metric(
    "objective/non_score_reward", .reward,
    "Mean of the rewards other than the score, summed over a completion: minus the KL penalty.")
  /// Score plus penalties.
  public static let rlhfReward = Metric(
    "objective/rlhf_reward", .reward, "Mean of score plus non-score reward: what is maximised.")
  /// The reward function's mean.
  public static let scores = Metric(
    "objective/scores", .reward,
    "Mean of the reward function over the completions; in a world, of rewards over an episode.")

  /// Mean half squared log-ratio between the policy and the one that sampled.
  public static let approximateKL = Metric(
    "policy/approxkl_avg", .nats,
    "Half the squared log-ratio of the updated policy to the sampling policy, per token. Large "
      + "values mean that one step went too far.")
  /// Share of clipped policy ratios.
  public static let policyClipFraction = Metric(
    "policy/clipfrac_avg", .share, "Share of tokens whose clipped objective was the one used.")
  /// Entropy of the policy's distributions.
  public static let policyEntropy = Metric(
    "policy/entropy_avg", .nats,
    "Mean entropy of the policy's distributions over the next token or action. Near 0 the policy has collapsed."
  )
  /// Norm of the policy's gradient.
  public static let policyGradientNorm = Metric(
    "policy/grad_norm", .none,
    "Norm of the gradient of policy and critic together, before it is clipped.")
  /// Mean policy loss.
  public static let policyLoss = Metric(
    "loss/policy_avg", .none,
    "Mean of the policy's loss over the minibatches of the step. With centered advantages it starts "
      + "at 0 whatever is learnt: watch the rewards.")

  static let objectiveMetrics: [Metric] = [
    kl, klK1, klK2, klK3, klCoefficient, objectiveEntropy, nonScoreReward, rlhfReward, scores,
  ]
  static let policyMetrics: [Metric] = [
    approximateKL, policyClipFraction, policyEntropy, policyGradientNorm, policyLoss,
  ]
}
