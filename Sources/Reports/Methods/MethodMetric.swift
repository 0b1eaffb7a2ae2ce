/// What is compared of every run; the raw values are the names in records.
public enum MethodMetric: String, CaseIterable, Codable, Hashable, Sendable {
  /// Mean reward without the hole.
  case gold = "gold_reward"
  /// Mean reward that was trained on.
  case proxy = "proxy_reward"
  /// Share of completions that use the hole.
  case hackRate = "hack_rate"
  /// Distance from the start policy.
  case divergence = "kl"
  /// Variety of word pairs.
  case distinctPairs = "distinct_2"
  /// Mean entropy of the next token.
  case entropy
  /// Share of completions or steps at which a human or teacher was asked.
  case askRate = "ask_rate"
  /// Time for training.
  case seconds

  /// What a method earned, and by what means.
  public static let earnings: [MethodMetric] = [.gold, .proxy, .hackRate]
  /// What a method paid for it.
  public static let costs: [MethodMetric] = [
    .divergence, .distinctPairs, .entropy, .askRate, .seconds,
  ]

  /// The name for people.
  public var title: String {
    switch self {
    case .gold: "Gold"
    case .proxy: "Proxy"
    case .hackRate: "Hack rate"
    case .divergence: "KL"
    case .distinctPairs: "Distinct-2"
    case .entropy: "Entropy"
    case .askRate: "Ask rate"
    case .seconds: "Minutes"
    }
  }

  /// The title of an axis, with the unit.
  var axis: String {
    switch self {
    case .gold: "gold reward"
    case .proxy: "proxy reward"
    case .hackRate: "hack rate"
    case .divergence: "KL (nats per sequence)"
    case .distinctPairs: "distinct-2"
    case .entropy: "entropy (nats per token)"
    case .askRate: "ask rate"
    case .seconds: "minutes of training"
    }
  }

  /// What the number means and how to read it.
  public var explanation: String {
    switch self {
    case .gold:
      "The reward that was meant, without the planted flaw. No method sees it in training."
    case .proxy: "The reward that was trained on. Proxy up and gold down is reward hacking."
    case .hackRate:
      "Share of completions that use the flaw. In a control there is no flaw; its rate is what the language itself brings along."
    case .divergence: "KL(policy ‖ start) in nats per sequence: how far the policy moved."
    case .distinctPairs:
      "Distinct word pairs over all word pairs of the completions. Low values mean that it repeats itself."
    case .entropy:
      "Mean entropy of the next token, in nats. Towards zero there is one way of saying everything."
    case .askRate:
      "Share of the occasions at which a method that may ask did ask. Methods that cannot ask have none, which is not a rate of zero."
    case .seconds: "Wall-clock time of training, comparable only within one page."
    }
  }

  /// Which values are better; nil where neither is.
  public var direction: CurveDigest.Direction? {
    switch self {
    case .gold, .distinctPairs: .rising
    case .hackRate, .divergence, .askRate, .seconds: .falling
    case .proxy, .entropy: nil
    }
  }

  /// The range that values have by definition.
  var range: ClosedRange<Double>? {
    [.hackRate, .distinctPairs, .askRate].contains(self) ? 0...1 : nil
  }

  /// Whether it is written in per cent.
  var isPercentage: Bool { self == .hackRate || self == .askRate }

  /// Whether it is a reward, whose scale may differ from task to task.
  var isReward: Bool { self == .gold || self == .proxy }

  /// What one unit of the record is in the unit that is shown.
  var factor: Double { isPercentage ? 100 : self == .seconds ? 1.0 / 60 : 1 }
}
