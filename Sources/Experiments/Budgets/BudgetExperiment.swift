public import Foundation
public import Training

/// Holds policies to KL budgets in every way there is, in worlds whose exact optimum is known; each result kept as soon as it is there.
public struct BudgetExperiment: SweepExperiment {
  private let configuration: BudgetConfiguration
  private let folder: URL

  /// An experiment.
  ///
  /// - Parameters:
  ///   - configuration: Its settings.
  ///   - folder: Where results are kept. Runs that are there already, made with the same settings, are not made again.
  public init(_ configuration: BudgetConfiguration, folder: URL) {
    self.configuration = configuration
    self.folder = folder
  }

  /// Does what is not done yet.
  public func run(
    observer: RunObserver, finished: @escaping @Sendable (BudgetRun) -> Void
  ) throws -> SweepOutcome<BudgetRun> {
    try configuration.validate()
    let store = try SweepStore(folder, settings: configuration.common)
    let jobs = (0..<configuration.seeds).flatMap { seed in
      configuration.rewards.flatMap { reward in
        configuration.budgets.flatMap { nats in
          configuration.forms.map {
            BudgetJob(reward: reward, form: $0, nats: nats, seed: seed)
          }
        }
      }
    }
    let worlds = try (0..<configuration.seeds).map { try BudgetWorld(seed: UInt64($0)) }
    let sweep = Sweep(
      jobs: jobs, stepsPerJob: configuration.steps, workers: configuration.workers, store: store)
    return try sweep.run(observer: observer) { job, step in
      try job.run(in: worlds[job.seed], self.configuration, step: step)
    } finished: {
      finished($0)
    }
  }
}
