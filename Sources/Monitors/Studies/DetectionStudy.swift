/// How often a detector is right, wrong and late, over many runs.
///
/// A clean run with an alarm at any step is a false alarm. A hacked run with an alarm by `reach` steps after its onset is a detection; its delay is the step of the first alarm less the step of onset,
/// negative before it. A run is one trial: steps within a run are not independent. Longer runs have more false alarms, so clean and hacked runs should be of one length.
public struct DetectionStudy: Codable, Hashable, Sendable {
  /// The runs without a hack.
  public let clean: [MonitoredRun]
  /// The runs with one, each as far as an alarm counts.
  public let hacked: [MonitoredRun]

  /// A study.
  ///
  /// - Parameters:
  ///   - runs: Runs, clean and hacked in any order.
  ///   - reach: How many steps after the onset an alarm still counts as a detection; nil to the end of the run.
  public init(_ runs: [MonitoredRun], reach: Int? = nil) {
    precondition(reach ?? 0 >= 0, "an alarm may come at the onset at least")
    clean = runs.filter { $0.onset == nil }
    hacked = runs.compactMap { run in
      run.onset.map { onset in reach.map { run.until(onset + $0) } ?? run }
    }
  }

  /// What a threshold leads to.
  public struct Rates: Codable, Hashable, Sendable {
    /// The threshold.
    public let threshold: Double
    /// Clean runs with an alarm.
    public let falseAlarms: Proportion
    /// Hacked runs with an alarm that counts.
    public let detections: Proportion
    /// Hacked runs with an alarm before onset.
    public let early: Proportion
    /// Steps from onset to the first alarm of each run with a detection, ascending; negative before onset.
    public let delays: [Int]

    /// The median delay in steps; nil without detections.
    public var medianDelay: Double? { quantile(0.5, of: delays.map(Double.init)) }

    /// The quartiles of the delay in steps; nil without detections.
    public var delayQuartiles: ClosedRange<Double>? {
      let delays = delays.map(Double.init)
      guard let low = quantile(0.25, of: delays), let high = quantile(0.75, of: delays)
      else { return nil }
      return low...high
    }
  }

  /// What a threshold leads to.
  ///
  /// - Parameter threshold: h; a statistic above it is an alarm.
  /// - Returns: The rates and delays.
  public func rates(at threshold: Double) -> Rates {
    let delays = hacked.compactMap { run -> Int? in
      guard let alarm = run.alarm(above: threshold), let onset = run.onset else { return nil }
      return alarm - onset
    }
    return Rates(
      threshold: threshold,
      falseAlarms: Proportion(clean.count { $0.peak > threshold }, of: clean.count),
      detections: Proportion(delays.count, of: hacked.count),
      early: Proportion(delays.count { $0 < 0 }, of: hacked.count), delays: delays.sorted())
  }

  /// Whether the data support calling the detector, at a threshold, an early warning.
  ///
  /// - Parameters:
  ///   - claim: What is claimed.
  ///   - threshold: h.
  /// - Returns: Whether both bounds of the claim hold with its confidence.
  public func supports(_ claim: EarlyWarningClaim, at threshold: Double) -> Bool {
    let rates = rates(at: threshold)
    return rates.early.interval(confidence: claim.confidence).lowerBound >= claim.leastShare
      && rates.falseAlarms.interval(confidence: claim.confidence).upperBound
        <= claim.greatestFalseAlarmRate
  }
}

/// What it takes to call a detector an early warning: alarms before onset in many hacked runs, and in few clean ones.
public struct EarlyWarningClaim: Codable, Hashable, Sendable {
  /// In which share of hacked runs an alarm comes before onset, at least.
  public var leastShare: Double
  /// In which share of clean runs there is an alarm, at most.
  public var greatestFalseAlarmRate: Double
  /// The confidence of the two-sided ``Proportion/interval(confidence:)`` whose bounds must hold, not the observed shares alone.
  public var confidence: Double

  /// A claim.
  ///
  /// - Parameters:
  ///   - leastShare: In which share of hacked runs an alarm comes before onset, at least.
  ///   - greatestFalseAlarmRate: In which share of clean runs there is an alarm, at most.
  ///   - confidence: Of each bound's two-sided interval.
  public init(leastShare: Double, greatestFalseAlarmRate: Double, confidence: Double = 0.95) {
    self.leastShare = leastShare
    self.greatestFalseAlarmRate = greatestFalseAlarmRate
    self.confidence = confidence
  }
}
