public import RunRecords

/// What one step of a trainer says about itself: values, not prints.
public struct StepReport: Sendable {
  /// Counted from 1.
  public var step: Int
  /// Values by metric.
  public var metrics: [(metric: Metric, value: Double)]
  /// Some of what the policy answered, if it answered anything.
  public var samples: [Sample]

  /// A report.
  public init(step: Int, metrics: [(Metric, Double)], samples: [Sample] = []) {
    self.step = step
    self.metrics = metrics.map { (metric: $0.0, value: $0.1) }
    self.samples = samples
  }

  /// What a run recorded of a step.
  init(_ event: MetricEvent) {
    self.init(
      step: event.step, metrics: event.values.sorted { $0.key.name < $1.key.name }.map { ($0, $1) })
  }

  /// The value of a metric, if it was reported.
  public subscript(metric: Metric) -> Double? {
    metrics.first { $0.metric == metric }?.value
  }
}

/// Something that learns step by step.
public protocol Trainer: AnyObject {
  /// How many steps it has taken.
  var stepsTaken: Int { get }
  /// How many steps the run has.
  var stepCount: Int { get }
  /// Takes one step.
  ///
  /// - Returns: What happened.
  /// - Throws: `TrainingError`, or what the reward function throws; the weights are then those of the last good step.
  func step() throws -> StepReport
}
