public import Foundation
public import Training

/// Runs the prisoner's dilemma: all variants and seeds, several at a time, each result kept as soon as it is there.
public struct DilemmaExperiment: SweepExperiment {
  private let configuration: DilemmaConfiguration
  private let folder: URL

  /// An experiment.
  ///
  /// - Parameters:
  ///   - configuration: Its settings.
  ///   - folder: Where results are kept. Runs that are there already, made with the same settings, are not made again.
  public init(_ configuration: DilemmaConfiguration, folder: URL) {
    self.configuration = configuration
    self.folder = folder
  }

  /// Does what is not done yet.
  public func run(
    observer: RunObserver, finished: @escaping @Sendable (DilemmaRun) -> Void
  ) throws -> SweepOutcome<DilemmaRun> {
    try configuration.validate()
    let store = try SweepStore(folder, settings: configuration.common)
    let jobs = (0..<configuration.seeds).flatMap { seed in
      configuration.variants.map { DilemmaJob(variant: $0, seed: seed) }
    }
    let sweep = Sweep(
      jobs: jobs, stepsPerJob: configuration.updates, workers: configuration.workers, store: store)
    return try sweep.run(observer: observer) { job, step in
      try job.run(self.configuration, step: step)
    } finished: {
      finished($0)
    }
  }
}
