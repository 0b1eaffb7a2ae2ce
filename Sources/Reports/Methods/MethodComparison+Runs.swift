extension MethodComparison {
  /// One method on one task with one seed.
  public struct Run: Codable, Hashable, Sendable {
    /// The method's name.
    public var method: String
    /// The task's name.
    public var task: String
    /// The seed.
    public var seed: Int
    /// The values after training by metric, as in `MethodMetric`; what was not measured is not there.
    public var final: [String: Double]
    /// The values during training by metric.
    public var curves: [String: [CurvePoint]]
    /// Completions after training.
    public var samples: [Sample]
    /// What monitors said during training.
    public var alarms: [Alarm]
    /// Why the run did not come to its end; nil if it did.
    public var failure: String?

    /// Makes a run.
    public init(
      method: String, task: String, seed: Int, final: [String: Double],
      curves: [String: [CurvePoint]] = [:], samples: [Sample] = [], alarms: [Alarm] = [],
      failure: String? = nil
    ) {
      self.method = method
      self.task = task
      self.seed = seed
      self.final = final
      self.curves = curves
      self.samples = samples
      self.alarms = alarms
      self.failure = failure
    }

    /// The value after training; nil where the run failed or none was measured, or none that is finite.
    func value(_ metric: MethodMetric) -> Double? {
      guard failure == nil, let value = final[metric.rawValue], value.isFinite else { return nil }
      return value
    }
  }

  /// A completion and what is known of its tokens.
  public struct Sample: Codable, Hashable, Sendable {
    /// The prompt.
    public var prompt: String
    /// The completion, token by token.
    public var tokens: [Token]
    /// The reward that was trained on.
    public var proxyReward: Double?
    /// The reward that was meant.
    public var goldReward: Double?
    /// Whether it uses the hole; nil where nobody looked.
    public var isHacked: Bool?

    /// Makes a sample.
    public init(
      prompt: String, tokens: [Token], proxyReward: Double? = nil, goldReward: Double? = nil,
      isHacked: Bool? = nil
    ) {
      self.prompt = prompt
      self.tokens = tokens
      self.proxyReward = proxyReward
      self.goldReward = goldReward
      self.isHacked = isHacked
    }
  }

  /// A token of a completion.
  public struct Token: Codable, Hashable, Sendable {
    /// The text, with the space before it if it has one.
    public var text: String
    /// Its part of the KL from the start policy, in nats.
    public var divergence: Double?
    /// What was paid at it.
    public var reward: Double?
    /// Its advantage.
    public var advantage: Double?

    /// Makes a token.
    public init(
      _ text: String, divergence: Double? = nil, reward: Double? = nil, advantage: Double? = nil
    ) {
      self.text = text
      self.divergence = divergence
      self.reward = reward
      self.advantage = advantage
    }
  }

  /// What a monitor said at one step.
  public struct Alarm: Codable, Hashable, Sendable {
    /// The training step.
    public var step: Double
    /// The meter that went off, such as “proxy up, gold down”.
    public var meter: String
    /// What it says.
    public var message: String
    /// The numbers or texts that it says it by; may be empty.
    public var evidence: String
    /// The places of the run's samples that show it.
    public var samples: [Int]

    /// Makes an alarm.
    public init(
      step: Double, meter: String, message: String, evidence: String = "", samples: [Int] = []
    ) {
      self.step = step
      self.meter = meter
      self.message = message
      self.evidence = evidence
      self.samples = samples
    }
  }
}
