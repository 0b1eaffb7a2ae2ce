import Dispatch
import Feedback
public import Foundation
public import Reports
import Rewards
import Synchronization
import Torch
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
    let store = try HoneypotStore(folder, configuration, world.fingerprint)
    // Seed by seed, so that an experiment that is stopped has something of every method.
    let jobs = (0..<configuration.seeds).flatMap { seed in
      configuration.forms.flatMap { form in
        configuration.methods.map { HoneypotJob(method: $0, form: form, seed: seed) }
      }
    }
    let board = JobBoard(jobs, steps: configuration.steps, observer: observer)
    let workers =
      configuration.workers > 0
      ? configuration.workers : ProcessInfo.processInfo.activeProcessorCount
    let threads = Device.threadCount
    // One thread for each run: small models gain nothing from two, and a run's numbers do not depend on its neighbours.
    DispatchQueue.concurrentPerform(iterations: min(workers, jobs.count)) { _ in
      Device.threadCount = 1
      while let (index, job) = board.next() {
        do {
          // A policy that diverges, or a reward that breaks on it, is that run's own end; a full disk is everybody's.
          if let kept = try store.result(of: job) {
            board.finish(index, kept, finished)
          } else if let run = try job.run(in: world, step: { board.step(index, $0) }) {
            try store.keep(run, of: job)
            board.finish(index, run, finished)
          }
        } catch let error as TrainingError where error.concernsOneRun {
          board.fail(index, error)
        } catch {
          board.stop(error)
        }
      }
    }
    Device.threadCount = threads
    let (results, failures) = try board.outcome()
    let runs = results.compactMap { $0 }
    return Outcome(
      records: runs.map(\.record),
      report: HoneypotReport(runs, configuration: configuration, command: command),
      isComplete: runs.count + failures.count == jobs.count,
      failures: failures.sorted { $0.key < $1.key }.map { (jobs[$0.key].name, $0.value) })
  }
}

extension TrainingError {
  /// Whether the next run may go better.
  fileprivate var concernsOneRun: Bool {
    switch self {
    case .diverged, .reward: true
    case .configuration, .noData, .rewardCount: false
    }
  }
}

/// Which jobs are waiting, under way and done.
private final class JobBoard: Sendable {
  private struct State {
    var next = 0
    var steps: [Int]
    var results: [HoneypotRun?]
    var failures: [Int: TrainingError] = [:]
    var failure: (any Error)?
    var isStopped = false
  }

  private let jobs: [HoneypotJob]
  private let stepsPerJob: Int
  private let observer: RunObserver
  private let state: Mutex<State>

  init(_ jobs: [HoneypotJob], steps: Int, observer: RunObserver) {
    self.jobs = jobs
    stepsPerJob = steps
    self.observer = observer
    state = Mutex(
      State(
        steps: Array(repeating: 0, count: jobs.count),
        results: Array(repeating: nil, count: jobs.count)))
  }

  func next() -> (Int, HoneypotJob)? {
    state.withLock { state in
      guard state.next < jobs.count, state.failure == nil, !state.isStopped else { return nil }
      defer { state.next += 1 }
      return (state.next, jobs[state.next])
    }
  }

  func step(_ index: Int, _ step: Int) -> Bool {
    state.withLock { state in
      state.steps[index] = step
      if observer.isStopRequested() { state.isStopped = true }
      show(state, jobs[index].name)
      return !state.isStopped && state.failure == nil
    }
  }

  func finish(
    _ index: Int, _ run: HoneypotRun, _ finished: (HoneypotRecord) -> Void
  ) {
    state.withLock { state in
      state.results[index] = run
      state.steps[index] = stepsPerJob
      finished(run.record)
      show(state, jobs[index].name)
    }
  }

  func fail(_ index: Int, _ error: TrainingError) {
    state.withLock { state in
      state.failures[index] = error
      state.steps[index] = stepsPerJob
      observer.note("\(jobs[index].name): \(error)")
    }
  }

  func stop(_ error: any Error) {
    state.withLock { state in state.failure = state.failure ?? error }
  }

  func outcome() throws -> ([HoneypotRun?], [Int: TrainingError]) {
    try state.withLock { state in
      if let failure = state.failure { throw failure }
      return (state.results, state.failures)
    }
  }

  private func show(_ state: State, _ name: String) {
    observer.progress(state.steps.reduce(0, +), jobs.count * stepsPerJob, name)
  }
}

/// Results on disk, one file for each run.
private struct HoneypotStore: Sendable {
  private let folder: URL

  // What runs have in common: settings, and what the models and prompts behind their paths were.
  private struct Settings: Encodable {
    var configuration: HoneypotConfiguration
    var fingerprint: [String: String]
  }

  init(_ folder: URL, _ configuration: HoneypotConfiguration, _ fingerprint: [String: String])
    throws
  {
    self.folder = folder
    // Which runs are wanted, and how many at a time, does not change what a run gives.
    var common = configuration
    common.methods = []
    common.forms = []
    common.seeds = 0
    common.workers = 0
    let settings = Settings(configuration: common, fingerprint: fingerprint)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let text = try encoder.encode(settings)
    let file = folder.appending(path: "settings.json")
    do {
      try FileManager.default.createDirectory(
        at: folder.appending(path: "results"), withIntermediateDirectories: true)
    } catch {
      throw FileError.unwritable(file: folder.path, reason: error.localizedDescription)
    }
    if let found = try? Data(contentsOf: file) {
      guard found == text else {
        throw TrainingError.configuration(
          key: "output",
          reason:
            "\(folder.path) holds runs with other settings, models or prompts; name another folder or remove it"
        )
      }
    } else {
      try AtomicFile.write(text, to: file)
    }
  }

  func result(of job: HoneypotJob) throws -> HoneypotRun? {
    guard let data = try? Data(contentsOf: url(job)) else { return nil }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try? decoder.decode(HoneypotRun.self, from: data)
  }

  func keep(_ run: HoneypotRun, of job: HoneypotJob) throws {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    try AtomicFile.write(try encoder.encode(run), to: url(job))
  }

  private func url(_ job: HoneypotJob) -> URL {
    folder.appending(path: "results/\(job.name).json")
  }
}
