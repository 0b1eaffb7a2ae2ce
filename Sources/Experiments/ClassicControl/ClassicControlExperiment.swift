public import Foundation
public import Training

/// Runs classic control: all worlds, methods and seeds, several at a time, each result kept as soon as it is there.
public struct ClassicControlExperiment: SweepExperiment {
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
  public func run(
    observer: RunObserver, finished: @escaping @Sendable (ClassicControlRun) -> Void
  ) throws -> SweepOutcome<ClassicControlRun> {
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
    return try sweep.run(observer: observer) { job, step in
      try job.run(actions: actions, step: step)
    } finished: {
      finished($0)
    }
  }
}
