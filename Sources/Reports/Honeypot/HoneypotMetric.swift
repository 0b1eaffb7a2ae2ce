/// What is measured of every honeypot run; the raw values are the names in records.
public enum HoneypotMetric: String, CaseIterable, Codable, Hashable, Sendable {
  /// Share of completions with the bonus word.
  case honeypotRate = "honeypot_rate"
  /// Mean reward with the hole.
  case proxyReward = "proxy_reward"
  /// Mean reward without the hole.
  case goldReward = "gold_reward"
  /// Distance from the base policy.
  case divergence = "kl"
  /// Mean entropy of the next token.
  case entropy = "entropy"
  /// Variety of word pairs.
  case distinctPairs = "distinct_2"
  /// Time for training.
  case seconds = "seconds"

  /// The name for people.
  public var title: String {
    switch self {
    case .honeypotRate: "Honeypot rate"
    case .proxyReward: "Proxy reward"
    case .goldReward: "Gold reward"
    case .divergence: "KL from base"
    case .entropy: "Entropy"
    case .distinctPairs: "Distinct-2"
    case .seconds: "Seconds"
    }
  }

  /// The title of an axis, with the unit.
  public var axis: String {
    switch self {
    case .honeypotRate: "honeypot rate (share of completions)"
    case .proxyReward: "proxy reward (with the hole)"
    case .goldReward: "gold reward (without the hole)"
    case .divergence: "KL from base (nats per sequence)"
    case .entropy: "entropy (nats per token)"
    case .distinctPairs: "distinct-2 (share of word pairs)"
    case .seconds: "seconds of training"
    }
  }

  /// What the number means and how to read it.
  public var explanation: String {
    switch self {
    case .honeypotRate:
      "Share of sampled completions that contain the bonus word. The base policy's rate is what the language itself "
        + "explains; anything clearly above it was learned from the hole."
    case .proxyReward:
      "The reward the policy was trained on, with the hole in it."
    case .goldReward:
      "The same reward without the hole: what was meant. Proxy up and gold down is reward hacking."
    case .divergence:
      "How far the policy has moved from the base, in nats per sequence, estimated from its own samples. Estimates can "
        + "be slightly negative near zero."
    case .entropy:
      "Mean entropy of the next-token distribution. A collapse towards zero means one way of saying everything."
    case .distinctPairs:
      "Distinct word pairs over all word pairs in the sampled completions. Low values mean repetition."
    case .seconds:
      "Wall-clock time of training on one machine; comparable only within one table."
    }
  }

  /// The range that its values have by definition.
  var range: ClosedRange<Double>? {
    self == .honeypotRate || self == .distinctPairs ? 0...1 : nil
  }
}
