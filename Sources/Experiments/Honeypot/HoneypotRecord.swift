import Reports

/// One run of the experiment, as `--json` prints it and results files keep it.
public struct HoneypotRecord: Codable, Hashable, Sendable {
  /// The method.
  public var method: String
  /// The form of the hole.
  public var form: String
  /// The seed.
  public var seed: Int
  /// Mean training reward of fresh completions, hole included.
  public var proxyReward: Double
  /// Mean true reward of the same completions: half the gold model's probability.
  public var goldReward: Double
  /// Share of completions with the bonus word.
  public var honeypotRate: Double
  /// KL to the base policy in nats per completion, by the mean log-ratio of its tokens.
  public var kl: Double
  /// Mean entropy of next-token distributions in nats.
  public var entropy: Double
  /// Different pairs of neighbouring tokens divided by all pairs.
  public var distinctPairs: Double
  /// Wall-clock time of training; 0 for the base.
  public var seconds: Double

  enum CodingKeys: String, CodingKey {
    case method, form, seed
    case proxyReward = "proxy_reward"
    case goldReward = "gold_reward"
    case honeypotRate = "honeypot_rate"
    case kl, entropy
    case distinctPairs = "distinct_2"
    case seconds
  }

  /// The final values by the names that reports know.
  var final: [String: Double] {
    [
      HoneypotMetric.proxyReward.rawValue: proxyReward,
      HoneypotMetric.goldReward.rawValue: goldReward,
      HoneypotMetric.honeypotRate.rawValue: honeypotRate, HoneypotMetric.divergence.rawValue: kl,
      HoneypotMetric.entropy.rawValue: entropy,
      HoneypotMetric.distinctPairs.rawValue: distinctPairs,
      HoneypotMetric.seconds.rawValue: seconds,
    ]
  }
}

/// Everything that is kept of one run.
public struct HoneypotRun: Codable, Sendable {
  /// Its numbers.
  public var record: HoneypotRecord
  var curves: [String: [CurvePoint]]
  var coefficientPath: [CoefficientPoint]
  /// Completions of fixed prompts after training.
  var samples: [Sample]

  struct Sample: Codable, Sendable {
    var prompt: String
    var text: SampleText
  }
}
