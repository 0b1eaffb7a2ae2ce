import Synchronization
import Training

/// Which jobs are waiting, under way and done.
final class JobBoard<Job: SweepJob>: Sendable {
  private struct State {
    var next = 0
    var steps: [Int]
    var total: Int
    var results: [Job.Run?]
    var failures: [Int: TrainingError] = [:]
    var failure: (any Error)?
    var isStopped = false
  }

  private let jobs: [Job]
  private let stepsPerJob: Int
  private let observer: RunObserver
  private let state: Mutex<State>

  init(_ jobs: [Job], steps: Int, observer: RunObserver) {
    self.jobs = jobs
    stepsPerJob = steps
    self.observer = observer
    state = Mutex(
      State(
        steps: Array(repeating: 0, count: jobs.count), total: jobs.count * steps,
        results: Array(repeating: nil, count: jobs.count)))
  }

  /// A job that nobody has taken; nil if there is none, or no more work is wanted.
  func next() -> (Int, Job)? {
    state.withLock { state in
      guard state.next < jobs.count, state.failure == nil, !state.isStopped else { return nil }
      defer { state.next += 1 }
      return (state.next, jobs[state.next])
    }
  }

  /// Takes note of a step; false asks the job to stop.
  func step(_ index: Int, _ step: Int) -> Bool {
    state.withLock { state in
      state.steps[index] = step
      if observer.isStopRequested() { state.isStopped = true }
      show(state, jobs[index].name)
      return !state.isStopped && state.failure == nil
    }
  }

  /// Takes a result.
  func finish(_ index: Int, _ run: Job.Run, _ finished: (Job.Run) -> Void) {
    state.withLock { state in
      state.results[index] = run
      state.steps[index] = stepsPerJob
      finished(run)
      show(state, jobs[index].name)
    }
  }

  /// Takes a result that was there before: no work of this time, and none in its progress.
  func skip(_ index: Int, _ run: Job.Run, _ finished: (Job.Run) -> Void) {
    state.withLock { state in
      state.results[index] = run
      state.total -= stepsPerJob
      finished(run)
      show(state, jobs[index].name)
    }
  }

  /// Takes note of a run that failed by itself.
  func fail(_ index: Int, _ error: TrainingError) {
    state.withLock { state in
      state.failures[index] = error
      state.steps[index] = stepsPerJob
      observer.note("\(jobs[index].name): \(error)")
    }
  }

  /// Ends everything.
  func stop(_ error: any Error) {
    state.withLock { state in state.failure = state.failure ?? error }
  }

  /// Results and failures by job.
  ///
  /// - Returns: Both, a result missing where a job was stopped or failed.
  /// - Throws: What ended everything.
  func outcome() throws -> (results: [Job.Run?], failures: [Int: TrainingError]) {
    try state.withLock { state in
      if let failure = state.failure { throw failure }
      return (state.results, state.failures)
    }
  }

  private func show(_ state: State, _ name: String) {
    observer.progress(state.steps.reduce(0, +), state.total, name)
  }
}
