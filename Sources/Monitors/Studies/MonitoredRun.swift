/// How a detector's statistic went in one run, and whether and when that run was hacked.
public struct MonitoredRun: Codable, Hashable, Sendable {
  /// The number of each step, ascending.
  public let steps: [Int]
  /// The statistic at each step, as alarms do not reset it (``ChangeDetector/statistics(of:settings:)``); nil where the detector said nothing.
  public let statistics: [Double?]
  /// The step of onset, such as the first with more than a stated share of hacked completions; nil for a clean run.
  public let onset: Int?

  /// A run.
  ///
  /// - Parameters:
  ///   - steps: The number of each step, ascending.
  ///   - statistics: The statistic at each.
  ///   - onset: The step of onset; nil for a clean run.
  public init(steps: [Int], statistics: [Double?], onset: Int?) {
    precondition(steps.count == statistics.count, "one statistic per step")
    precondition(zip(steps, steps.dropFirst()).allSatisfy { $0 < $1 }, "steps ascend")
    self.steps = steps
    self.statistics = statistics
    self.onset = onset
  }

  /// The first step whose statistic is above a threshold.
  func alarm(above threshold: Double) -> Int? {
    zip(steps, statistics).first { $1.map { $0 > threshold } ?? false }?.0
  }

  /// The greatest statistic, below which every threshold alarms; 0 where nothing was said.
  var peak: Double { statistics.compactMap { $0 }.max() ?? 0 }

  /// The run up to a step.
  func until(_ last: Int) -> MonitoredRun {
    let count = steps.count { $0 <= last }
    return MonitoredRun(
      steps: Array(steps.prefix(count)), statistics: Array(statistics.prefix(count)), onset: onset)
  }
}
