import Dispatch
import Foundation
import Torch
public import Training

/// One run of an experiment: a method, a seed, whatever else differs.
protocol SweepJob: Sendable {
  /// What is kept of it.
  associatedtype Run: Codable & Sendable
  /// Under which name its result is kept.
  var name: String { get }
}

/// What came out of many runs.
public struct SweepOutcome<Run: Sendable>: Sendable {
  /// The results, in the order of the jobs.
  public var runs: [Run]
  /// Runs that failed, by name, with what stopped them; the others went on.
  public var failures: [(run: String, error: TrainingError)]
  /// Whether nobody asked to stop before all runs were tried.
  public var isComplete: Bool
}

/// An experiment of many runs: variants and seeds, several at a time, each result kept as soon as it is there.
public protocol SweepExperiment: Sendable {
  /// What is kept of a run.
  associatedtype Run: Codable & Sendable

  /// Does what is not done yet.
  ///
  /// - Parameters:
  ///   - observer: Who watches.
  ///   - finished: Told each run as soon as it is there, from one thread at a time.
  /// - Returns: All runs, seed by seed.
  /// - Throws: What is wrong with settings or folder, or what stopped everything.
  func run(
    observer: RunObserver, finished: @escaping @Sendable (Run) -> Void
  ) throws -> SweepOutcome<Run>
}

/// Many runs, several at a time, each result kept as soon as it is there; what is kept already is not made again.
struct Sweep<Job: SweepJob>: Sendable {
  /// The runs.
  let jobs: [Job]
  /// Steps of each run, for progress.
  let stepsPerJob: Int
  /// Runs at a time; 0 takes one for each core.
  let workers: Int
  /// Where results are kept.
  let store: SweepStore

  /// Does what is not done yet.
  ///
  /// - Parameters:
  ///   - observer: Who watches.
  ///   - perform: Does a job; told after every step how far it is, it answers nil when it is told to stop.
  ///   - finished: Told each result as soon as it is there, from one thread at a time.
  /// - Returns: All results.
  /// - Throws: What is everybody's trouble, such as a full disk. A policy that diverges, or a reward that breaks on it, is its own
  ///   run's end.
  func run(
    observer: RunObserver,
    perform: @escaping @Sendable (Job, (Int) -> Bool) throws -> Job.Run?,
    finished: @escaping @Sendable (Job.Run) -> Void
  ) throws -> SweepOutcome<Job.Run> {
    let board = JobBoard(jobs, steps: stepsPerJob, observer: observer)
    let count = workers > 0 ? workers : ProcessInfo.processInfo.activeProcessorCount
    let threads = Device.threadCount
    // One thread for each run: small models gain nothing from two, and a run's numbers do not depend on its neighbours.
    DispatchQueue.concurrentPerform(iterations: min(count, jobs.count)) { _ in
      Device.threadCount = 1
      while let (index, job) = board.next() {
        do {
          if let kept = try store.result(named: job.name, as: Job.Run.self) {
            board.skip(index, kept, finished)
          } else if let run = try perform(job, { board.step(index, $0) }) {
            try store.keep(run, named: job.name)
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
    return SweepOutcome(
      runs: runs,
      failures: failures.sorted { $0.key < $1.key }.map { (jobs[$0.key].name, $0.value) },
      isComplete: runs.count + failures.count == jobs.count)
  }
}

extension TrainingError {
  /// Whether the next run may go better.
  fileprivate var concernsOneRun: Bool {
    switch self {
    case .diverged, .reward: true
    case .configuration, .noData, .rewardCount, .rewardTokens: false
    }
  }
}
