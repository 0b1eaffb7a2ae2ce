public import Foundation
public import Reports
import Rewards
public import Training

/// Runs the honeypot experiment: all methods, forms and seeds, several at a time, each result kept as soon as it is there.
public struct HoneypotExperiment: Sendable {
  /// What came out.
  public struct Outcome: Sendable {
    /// One record per run, seed by seed.
    public var records: [HoneypotRecord]
    /// What the page shows.
    public var report: HoneypotReport
    /// Whether nobody asked to stop before all runs were tried.
    public var isComplete: Bool
    /// Runs whose training failed, by name, with what stopped them; the others went on.
    public var failures: [(run: String, error: TrainingError)]
  }

  private let configuration: HoneypotConfiguration
  private let folder: URL

  /// An experiment.
  ///
  /// - Parameters:
  ///   - configuration: Its settings.
  ///   - folder: Where results are kept. Runs that are there already, made with the same settings, are not made again.
  public init(_ configuration: HoneypotConfiguration, folder: URL) {
    self.configuration = configuration
    self.folder = folder
  }

  /// Does what is not done yet.
  ///
  /// - Parameters:
  ///   - command: The command line, for the page.
  ///   - observer: Who watches.
  ///   - finished: Told each record as soon as it is there, from one thread at a time.
  /// - Returns: Records and page.
  /// - Throws: What is wrong with settings, models or data, or what stopped a run.
  public func run(
    command: String, observer: RunObserver, finished: @escaping @Sendable (HoneypotRecord) -> Void
  ) throws -> Outcome {
    try configuration.validate()
    // The world first: settings that cannot be run leave nothing behind that would refuse others.
    let world = try HoneypotWorld(configuration)
    let store = try SweepStore(
      folder,
      settings: Settings(configuration: configuration.common, fingerprint: world.fingerprint))
    // Seed by seed, so that an experiment that is stopped has something of every method.
    let jobs = (0..<configuration.seeds).flatMap { seed in
      configuration.forms.flatMap { form in
        configuration.methods.map { HoneypotJob(method: $0, form: form, seed: seed) }
      }
    }
    let sweep = Sweep(
      jobs: jobs, stepsPerJob: configuration.steps, workers: configuration.workers, store: store)
    let outcome = try sweep.run(observer: observer) { job, step in
      try job.run(in: world, step: step)
    } finished: {
      finished($0.record)
    }
    return Outcome(
      records: outcome.runs.map(\.record),
      report: HoneypotReport(outcome.runs, configuration: configuration, command: command),
      isComplete: outcome.isComplete, failures: outcome.failures)
  }
}

// What runs have in common: settings, and what the models and prompts behind their paths were.
private struct Settings: Encodable {
  var configuration: HoneypotConfiguration
  var fingerprint: [String: String]
}

extension HoneypotConfiguration {
  /// Without which runs are wanted, and how many at a time: that does not change what a run gives.
  fileprivate var common: HoneypotConfiguration {
    var common = self
    common.methods = []
    common.forms = []
    common.seeds = 0
    common.workers = 0
    return common
  }
}
