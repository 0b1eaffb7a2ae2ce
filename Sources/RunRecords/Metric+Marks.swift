extension Metric {
  /// Mean loss of marks.
  public static let markLoss = Metric(
    "marks/loss", .none, "Mean loss of the marked tokens, without what unmarked ones add.")
  /// Mean probability of bad tokens.
  public static let badTokenProbability = Metric(
    "marks/bad_probability", .share,
    "Mean probability that the policy gives to tokens marked bad, each given its prefix.")
  /// Mean probability of good tokens.
  public static let goodTokenProbability = Metric(
    "marks/good_probability", .share,
    "Mean probability that the policy gives to tokens marked good, each given its prefix.")
  /// Mean divergence of unmarked tokens.
  public static let unmarkedDivergence = Metric(
    "marks/unmarked_kl", .nats,
    "Mean KL(π ‖ π_ref) over the whole vocabulary where no token is marked: what marks cost elsewhere."
  )
  /// Distance from the closed form.
  public static let targetDistance = Metric(
    "marks/target_distance", .share,
    "Mean total variation, where tokens are marked, between the policy and π_ref·exp(r·y/β)/Z: where reinforcement "
      + "learning of horizon one with a KL penalty ends. 0 once it is there.")
  /// Held-out bad tokens.
  public static let validationBadProbability = Metric(
    "validation/bad_probability", .share,
    "Mean probability that the policy gives to held-out tokens marked bad.")

  static let markMetrics: [Metric] = [
    markLoss, badTokenProbability, goodTokenProbability, unmarkedDivergence, targetDistance,
    validationBadProbability,
  ]
}
