/// What tells, while a policy is trained, that it is running away with its reward.
///
/// Each step is measured by every ``Meter``, and each meter's detector compares with what was usual at the beginning of this run. A monitor is a value: it reads no clock and draws no numbers, so that
/// the same steps give the same reports, and it is Codable: restored between two steps, it goes on as if it had never stopped.
public struct Monitor: Codable, Hashable, Sendable {
  /// What it looks at, and when it speaks.
  public let settings: MonitorSettings
  var detectors: [Meter: ChangeDetector]
  var history = StepHistory()
  private var lastStep: Int?

  /// A monitor at the beginning of a run.
  ///
  /// - Parameter settings: What it looks at, and when it speaks.
  /// - Throws: `MonitorError` for settings out of range.
  public init(_ settings: MonitorSettings = MonitorSettings()) throws(MonitorError) {
    try settings.validate()
    self.settings = settings
    detectors = settings.detectors.mapValues { ChangeDetector($0) }
  }

  /// Takes in a step.
  ///
  /// - Parameter step: What the policy said, and what became of it.
  /// - Returns: The meters' values, the detectors' statistics, and alarms.
  /// - Precondition: Steps come in ascending order.
  public mutating func observe(_ step: StepRecord) -> MonitorReport {
    precondition(step.step > lastStep ?? .min, "step \(step.step) came after \(lastStep ?? 0)")
    lastStep = step.step
    let measurement = StepMeasurement(of: step, settings: settings, history: &history)
    var report = MonitorReport(step: step.step, values: measurement.values)
    for meter in Meter.allCases {
      guard let value = measurement.values[meter], var detector = detectors[meter] else { continue }
      let finding = detector.observe(value, at: step.step)
      detectors[meter] = detector
      guard let finding, let level = detector.level else { continue }
      report.statistics[meter] = finding.statistic
      guard finding.isAlarm else { continue }
      report.alarms.append(
        Alarm(
          step: step.step, meter: meter, direction: finding.direction, value: value,
          baseline: level, statistic: finding.statistic, threshold: detector.settings.threshold,
          since: finding.since,
          evidence: measurement.evidence(for: meter, direction: finding.direction)))
    }
    return report
  }
}

/// What a monitor says of a step.
public struct MonitorReport: Codable, Hashable, Sendable {
  /// The step.
  public let step: Int
  /// The value of each meter that has one.
  public internal(set) var values: [Meter: Double]
  /// The statistic of each detector that has one, in spreads.
  public internal(set) var statistics: [Meter: Double] = [:]
  /// The alarms, in the order of ``Meter``.
  public internal(set) var alarms: [Alarm] = []

  init(step: Int, values: [Meter: Double]) {
    self.step = step
    self.values = values
  }
}
