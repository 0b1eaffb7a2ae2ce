public import Foundation
import Torch
public import Training

/// Feedback on tokens against feedback on texts, in worlds of facts that are told wrongly; each result kept as soon as it is there.
public struct TokenFeedbackExperiment: SweepExperiment {
  private let configuration: TokenFeedbackConfiguration
  private let folder: URL

  /// An experiment.
  ///
  /// - Parameters:
  ///   - configuration: Its settings.
  ///   - folder: Where results are kept. Runs that are there already, made with the same settings, are not made again.
  public init(_ configuration: TokenFeedbackConfiguration, folder: URL) {
    self.configuration = configuration
    self.folder = folder
  }

  /// Does what is not done yet.
  public func run(
    observer: RunObserver, finished: @escaping @Sendable (TokenFeedbackRun) -> Void
  ) throws -> SweepOutcome<TokenFeedbackRun> {
    try configuration.validate()
    let store = try SweepStore(folder, settings: configuration.common)
    // Models this small gain nothing from a second thread.
    let threads = Device.threadCount
    Device.threadCount = 1
    defer { Device.threadCount = threads }
    let worlds = try (0..<configuration.seeds).map { seed in
      observer.note("world \(seed): training its base policy")
      return try FactWorld(seed: UInt64(seed), texts: configuration.texts)
    }
    let jobs = (0..<configuration.seeds).flatMap { seed in
      configuration.settings.map { TokenFeedbackJob(setting: $0, seed: seed) }
    }
    let sweep = Sweep(
      jobs: jobs, stepsPerJob: configuration.steps, workers: configuration.workers, store: store)
    return try sweep.run(observer: observer) { job, step in
      try job.run(in: worlds[job.seed], self.configuration, step: step)
    } finished: {
      finished($0)
    }
  }
}

extension TokenFeedbackConfiguration {
  /// What is run in every world: budgets of bits, then annotators who err, policies that nothing holds, and a goal that is not local.
  var settings: [TokenFeedbackRun.Setting] {
    let setting = { (method: TokenMethod, bits: Double, noise: Double) in
      TokenFeedbackRun.Setting(
        method: method, bits: method == .base ? 0 : bits, noise: method == .base ? 0 : noise,
        isHeld: true, goal: .truth)
    }
    var settings: [TokenFeedbackRun.Setting] = []
    for method in methods {
      settings += bits.map { setting(method, $0, 0) }
      settings += noises.map { setting(method, middleBits, $0) }
      if method.objective != nil {
        var free = setting(method, middleBits, 0)
        free.isHeld = false
        settings.append(free)
      }
      var distant = setting(method, middleBits, 0)
      distant.goal = .coverage
      settings.append(distant)
    }
    var seen = Set<TokenFeedbackRun.Setting>()
    return settings.filter { seen.insert($0).inserted }
  }
}
