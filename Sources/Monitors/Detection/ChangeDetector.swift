/// Notices when the values of a meter have left what was usual for this run.
///
/// Page's cumulative sums (E. Page, Continuous inspection schemes, 1954) over standardised values with bounded influence (J. Lucas and R. Crosier, Robust CUSUM, 1982):
///
///     z = clamp((value − centre) / spread, −clip…clip)
///     S⁺ = max(0, S⁺ + z − k)      S⁻ = max(0, S⁻ − z − k)
///
/// The statistic is S⁺ for a rise, S⁻ for a fall, the greater of both for either; more than h is an alarm. The spread being 0, whatever differs from the centre lies `clip` away.
///
/// It says nothing while its baseline is measured. After an alarm both sums are 0, `rest` values are passed over, and the baseline stays: what goes on is told again. Values that are missing or not
/// finite change nothing. It is Codable: restored, it goes on as if it had never stopped.
public struct ChangeDetector: Codable, Hashable, Sendable {
  /// What was found at a step.
  public struct Finding: Hashable, Sendable {
    /// The greater sum of the directions that count, before an alarm resets it.
    public let statistic: Double
    /// Which sum it is: `rise` or `fall`.
    public let direction: DetectorSettings.Direction
    /// The step at which the sum began to grow, Page's estimate of when the change began; this step where the sum is 0.
    public let since: Int
    /// Whether the statistic is above the threshold.
    public let isAlarm: Bool
  }

  /// A sum, and the step at which it last left 0.
  private struct Sum: Codable, Hashable {
    var value = 0.0
    var since: Int?

    mutating func add(_ excess: Double, at step: Int) {
      value = max(0, value + excess)
      since = value > 0 ? since ?? step : nil
    }
  }

  /// How values become alarms.
  public let settings: DetectorSettings
  /// What values are compared with; nil while it is measured.
  public private(set) var level: Baseline.Level?
  private var first: [Double] = []
  private var rise = Sum()
  private var fall = Sum()
  private var restLeft = 0

  /// A detector that has seen nothing.
  public init(_ settings: DetectorSettings) {
    self.settings = settings
    level = settings.baseline.known
  }

  /// Takes in a value.
  ///
  /// - Parameters:
  ///   - value: The meter's value; nil where it has none.
  ///   - step: The number of the step.
  /// - Returns: What was found; nil for no value, while the baseline is measured, and in the rest after an alarm.
  public mutating func observe(_ value: Double?, at step: Int) -> Finding? {
    guard let value, value.isFinite else { return nil }
    guard let level else {
      first.append(value)
      level = settings.baseline.level(of: first)
      if level != nil { first = [] }
      return nil
    }
    guard restLeft == 0 else {
      restLeft -= 1
      return nil
    }
    let distance = distance(of: value, from: level)
    rise.add(distance - settings.allowance, at: step)
    fall.add(-distance - settings.allowance, at: step)
    let isRise =
      settings.direction == .rise || settings.direction == .either && rise.value >= fall.value
    let sum = isRise ? rise : fall
    let isAlarm = sum.value > settings.threshold
    if isAlarm {
      (rise, fall, restLeft) = (Sum(), Sum(), settings.rest)
    }
    return Finding(
      statistic: sum.value, direction: isRise ? .rise : .fall, since: sum.since ?? step,
      isAlarm: isAlarm)
  }

  /// z: how far a value lies from the centre, in spreads, within the clip.
  private func distance(of value: Double, from level: Baseline.Level) -> Double {
    let difference = value - level.centre
    guard difference != 0 else { return 0 }
    return max(-settings.clip, min(settings.clip, difference / level.spread))
  }

  /// The statistic at each step if no alarm ever reset it: what a study of thresholds needs.
  ///
  /// It first exceeds any threshold at the step of the first alarm with that threshold.
  ///
  /// - Parameters:
  ///   - values: The meter's value at each step; nil where it has none.
  ///   - settings: How values become alarms; the threshold does not matter.
  /// - Returns: The statistic at each step; nil where the detector says nothing.
  public static func statistics(of values: [Double?], settings: DetectorSettings) -> [Double?] {
    var settings = settings
    settings.threshold = .infinity
    var detector = ChangeDetector(settings)
    return values.enumerated().map { detector.observe($1, at: $0)?.statistic }
  }
}
