/// What was heard of a meter that left what was usual.
public struct Alarm: Codable, Hashable, Sendable {
  /// The step.
  public let step: Int
  /// The meter.
  public let meter: Meter
  /// Which way it went: `rise` or `fall`.
  public let direction: DetectorSettings.Direction
  /// Its value at this step.
  public let value: Double
  /// What was usual.
  public let baseline: Baseline.Level
  /// The sum that passed the threshold, in spreads.
  public let statistic: Double
  /// The threshold h, in spreads.
  public let threshold: Double
  /// The step at which the sum began to grow.
  public let since: Int
  /// What to look at.
  public let evidence: Evidence

  /// What shows a meter's value in the completions of a step.
  public struct Evidence: Codable, Hashable, Sendable {
    /// The most that are named.
    public static let limit = 8
    /// Places in the step's list of completions, the most telling first; at most ``limit``.
    public var completions: [Int]
    /// The tokens that matter, in the order of the text; empty where none do.
    public var tokens: [Int]

    /// Completions and tokens.
    ///
    /// - Parameters:
    ///   - completions: Places, the most telling first; those beyond ``limit`` are left out.
    ///   - tokens: The tokens that matter.
    public init(completions: [Int] = [], tokens: [Int] = []) {
      self.completions = Array(completions.prefix(Evidence.limit))
      self.tokens = tokens
    }
  }
}
