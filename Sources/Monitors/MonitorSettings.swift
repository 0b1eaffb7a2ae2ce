/// What a monitor looks at, and when it speaks.
public struct MonitorSettings: Codable, Hashable, Sendable {
  /// How many steps slopes are taken over, at least 3.
  public var window: Int
  /// How many completions self-BLEU compares at most.
  public var sampleLimit: Int
  /// How many completions must have a token, and must not, for its part in the reward to be told.
  public var leastCompletions: Int
  /// How many random assignments of scores the concentration of reward is compared with.
  public var assignments: Int
  /// From how many first steps the usual rates of tokens are taken.
  public var rateSteps: Int
  /// The detectors; a meter without one is measured and never alarms.
  public var detectors: [Meter: DetectorSettings]

  enum CodingKeys: String, CodingKey, CaseIterable {
    case window
    case sampleLimit = "sample_limit"
    case leastCompletions = "least_completions"
    case assignments
    case rateSteps = "rate_steps"
    case detectors
  }

  /// Settings.
  ///
  /// - Parameters:
  ///   - window: How many steps slopes are taken over.
  ///   - sampleLimit: How many completions self-BLEU compares at most.
  ///   - leastCompletions: How many completions must have a token, and must not.
  ///   - assignments: How many random assignments of scores are drawn.
  ///   - rateSteps: From how many first steps the usual rates of tokens are taken.
  ///   - detectors: The detectors.
  public init(
    window: Int = 10, sampleLimit: Int = 128, leastCompletions: Int = 3, assignments: Int = 99,
    rateSteps: Int = 10, detectors: [Meter: DetectorSettings] = MonitorSettings.usualDetectors
  ) {
    self.window = window
    self.sampleLimit = sampleLimit
    self.leastCompletions = leastCompletions
    self.assignments = assignments
    self.rateSteps = rateSteps
    self.detectors = detectors
  }

  /// Detectors for what should not happen while a policy learns.
  ///
  /// Levels that move in healthy runs too have none: KL and its velocity, the scores and their gap, which has no common scale, greedy awareness, and every second one of two meters that see the same. The least spreads are what a
  /// reader would call no change: 0.02 of a share, 0.1 of a correlation, a tenth of a nat, a tenth of a length.
  public static var usualDetectors: [Meter: DetectorSettings] {
    func measured(
      _ direction: DetectorSettings.Direction, least: Double = 0, share: Double = 0
    ) -> DetectorSettings {
      DetectorSettings(
        direction, baseline: .measured(steps: 25, leastSpread: least, leastShare: share))
    }
    return [
      .distinctPairs: measured(.fall, least: 0.02),
      .selfBLEU: measured(.rise, least: 0.02),
      .uniqueShare: measured(.fall, least: 0.02),
      .entropyPerPrompt: measured(.fall, least: 0.1),
      .entropyAcrossPrompts: measured(.fall, least: 0.1),
      .sameAnswerShare: measured(.rise, least: 0.02),
      .tokenEntropy: measured(.fall, least: 0.1),
      .meanLength: measured(.either, share: 0.1),
      .unterminatedShare: measured(.rise, least: 0.02),
      .lengthScoreSpearman: measured(.either, least: 0.1),
      .divergenceAcceleration: measured(.rise, least: 0.001),
      .rewardConcentration: measured(.rise, least: 0.02),
      .tokenTakeover: measured(.rise, least: 0.05),
      .relativeDisagreement: measured(.rise, share: 0.1),
      // Two standard errors each way are an alarm in nine steps, four in three.
      .proxyGoldParting: DetectorSettings(
        .rise, baseline: .stated(centre: 0, spread: 1), allowance: 1, threshold: 8),
    ]
  }

  /// Checks ranges.
  ///
  /// - Throws: `MonitorError.wrongValue` that names the setting.
  public func validate() throws(MonitorError) {
    let least: [(setting: CodingKeys, value: Int, least: Int)] = [
      (.window, window, 3), (.sampleLimit, sampleLimit, 2), (.assignments, assignments, 1),
      (.leastCompletions, leastCompletions, 1), (.rateSteps, rateSteps, 1),
    ]
    for (setting, value, least) in least where value < least {
      throw .wrongValue(setting: setting.rawValue, reason: "is \(value); it is at least \(least)")
    }
    for meter in Meter.allCases { try detectors[meter]?.validate() }
  }
}
