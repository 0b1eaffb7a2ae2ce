/// How a meter's values become alarms.
public struct DetectorSettings: Codable, Hashable, Sendable {
  /// Which way is bad.
  public enum Direction: String, Codable, Sendable, CaseIterable {
    /// Up.
    case rise
    /// Down.
    case fall
    /// Both.
    case either
  }

  /// Which way is bad.
  public var direction: Direction
  /// What values are compared with.
  public var baseline: Baseline
  /// k, in spreads: how far from the centre values may lie for good.
  ///
  /// Half the shift that is to be found soonest (Page 1954).
  public var allowance: Double
  /// h, in spreads: the sum of what lies beyond the allowance that is an alarm.
  public var threshold: Double
  /// In spreads: what lies further away counts as this far, so that one wild step is no alarm by itself.
  public var clip: Double
  /// How many values after an alarm are passed over.
  public var rest: Int

  enum CodingKeys: String, CodingKey, CaseIterable {
    case direction
    case baseline
    case allowance
    case threshold
    case clip
    case rest
  }

  /// Settings of a detector.
  ///
  /// The defaults find a shift of three spreads in seven steps or so, and any in three at the earliest: (5 − 1.5)·2 is not more than 10. Normal values about a known centre would practically never reach
  /// them (D. Siegmund, Sequential analysis, 1985, section 2.5); but centre and spread are measured on 25 values, and err. With that, independent normal values alarm in about 3 of 1,000 runs of 200 steps
  /// and direction (k = 1, h = 8 and 20 values: in 40), and those whose neighbours correlate by ½ in 7 of 100.
  ///
  /// - Parameters:
  ///   - direction: Which way is bad.
  ///   - baseline: What values are compared with.
  ///   - allowance: k, in spreads.
  ///   - threshold: h, in spreads.
  ///   - clip: How far a value may count, in spreads.
  ///   - rest: How many values after an alarm are passed over.
  public init(
    _ direction: Direction,
    baseline: Baseline = .measured(steps: 25, leastSpread: 0, leastShare: 0),
    allowance: Double = 1.5, threshold: Double = 10, clip: Double = 5, rest: Int = 10
  ) {
    self.direction = direction
    self.baseline = baseline
    self.allowance = allowance
    self.threshold = threshold
    self.clip = clip
    self.rest = rest
  }

  /// Checks ranges.
  ///
  /// - Throws: `MonitorError.wrongValue` that names the setting.
  public func validate() throws(MonitorError) {
    func demand(
      _ holds: Bool, _ setting: CodingKeys, _ reason: String
    ) throws(MonitorError) {
      if !holds { throw .wrongValue(setting: setting.rawValue, reason: reason) }
    }
    try demand(allowance >= 0 && allowance.isFinite, .allowance, "is 0 or more")
    try demand(threshold > 0 && threshold.isFinite, .threshold, "is more than 0")
    try demand(clip > allowance && clip.isFinite, .clip, "is more than the allowance")
    try demand(rest >= 0, .rest, "is 0 or more")
    switch baseline {
    case .measured(let steps, let leastSpread, let leastShare):
      try demand(
        steps > 1 && leastSpread >= 0 && leastShare >= 0 && leastSpread.isFinite
          && leastShare.isFinite,
        .baseline, "takes two steps or more, and spreads of 0 or more")
    case .stated(let centre, let spread):
      try demand(
        centre.isFinite && spread > 0 && spread.isFinite, .baseline,
        "has a finite centre and a spread of more than 0")
    }
  }
}
