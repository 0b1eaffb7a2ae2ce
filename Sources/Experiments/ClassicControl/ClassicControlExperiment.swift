public import Foundation
public import Training

/// Runs classic control: all worlds, methods and seeds, several at a time, each result kept as soon as it is there.
public struct ClassicControlExperiment: Sendable {
  /// What came out.
  public struct Outcome: Sendable {
    /// The runs, seed by seed.
    public var runs: [ClassicControlRun]
    /// Whether nobody asked to stop before all runs were tried.
    public var isComplete: Bool
    /// Runs that failed, by name, with what stopped them.
    public var failures: [(run: String, error: TrainingError)]
  }

  private let configuration: ClassicControlConfiguration
  private let folder: URL

  /// An experiment.
  ///
  /// - Parameters:
  ///   - configuration: Its settings.
  ///   - folder: Where results are kept. Runs that are there already, made with the same settings, are not made again.
  public init(_ configuration: ClassicControlConfiguration, folder: URL) {
    self.configuration = configuration
    self.folder = folder
  }

  /// Does what is not done yet.
  ///
  /// - Parameters:
  ///   - observer: Who watches.
  ///   - finished: Told each run as soon as it is there, from one thread at a time.
  /// - Returns: All runs.
  /// - Throws: What is wrong with settings or folder, or what stopped everything.
  public func run(
    observer: RunObserver, finished: @escaping @Sendable (ClassicControlRun) -> Void
  ) throws -> Outcome {
    try configuration.validate()
    let store = try SweepStore(folder, settings: configuration.common)
    let jobs = (0..<configuration.seeds).flatMap { seed in
      configuration.tasks.flatMap { task in
        configuration.methods.map { ClassicControlJob(task: task, method: $0, seed: seed) }
      }
    }
    let actions = configuration.actions
    let sweep = Sweep(
      jobs: jobs, stepsPerJob: actions, workers: configuration.workers, store: store)
    let outcome = try sweep.run(observer: observer) { job, step in
      try job.run(actions: actions, step: step)
    } finished: {
      finished($0)
    }
    return Outcome(
      runs: outcome.runs, isComplete: outcome.isComplete, failures: outcome.failures)
  }
}
