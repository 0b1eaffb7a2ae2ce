public import Foundation
import Rewards
public import Training

/// Runs the honeypot experiment: all methods, forms and seeds, several at a time, each result kept as soon as it is there.
public struct HoneypotExperiment: SweepExperiment {
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
  public func run(
    observer: RunObserver, finished: @escaping @Sendable (HoneypotRun) -> Void
  ) throws -> SweepOutcome<HoneypotRun> {
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
    return try sweep.run(observer: observer) { job, step in
      try job.run(in: world, step: step)
    } finished: {
      finished($0)
    }
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
