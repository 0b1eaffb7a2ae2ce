import Foundation
import LanguageModels
import RunRecords
import Torch

/// A run folder that is being written, and who watches.
final class RunSession {
  /// Whose steps are taken.
  let trainer: any Trainer
  private let lock: RunLock?
  private let recorder: RunRecorder
  private let observer: RunObserver
  private let settings: CheckpointSettings
  private var checkpoints: CheckpointStore
  /// What the last step said, also where an earlier process took it.
  private(set) var last: StepReport?
  private var resumable: (any Resumable)? { trainer as? any Resumable }

  /// Opens a run folder; where it is to be resumed, the trainer goes on from its newest checkpoint.
  ///
  /// - Parameters:
  ///   - context: Where to write.
  ///   - trainer: At its start.
  ///   - seed: The run's seed.
  ///   - settings: When checkpoints are written.
  ///   - observer: Who watches.
  /// - Throws: What keeps the folder from being written, or the run from going on; the folder is then as it was.
  init(
    _ context: RunContext, _ trainer: any Trainer, seed: UInt64,
    checkpoints settings: CheckpointSettings = CheckpointSettings(), observer: RunObserver
  ) throws {
    try settings.validate()
    self.trainer = trainer
    self.settings = settings
    self.observer = observer
    lock = try RunLock.acquire(for: context.folder)
    checkpoints = CheckpointStore(RunFolder.checkpoints(of: context.folder), settings)
    let isBegun = (try? RunFolder(opening: context.folder)) != nil
    let isResumed = context.existing == .resume && isBegun
    if isResumed {
      guard let resumable = trainer as? any Resumable else {
        throw CheckpointError.unsupported(
          "--resume: the state of this run's world cannot be saved, so it has no checkpoints; start anew with --overwrite"
        )
      }
      if let newest = checkpoints.newest { try checkpoints.restore(resumable, from: newest.url) }
    }
    let folder = try RunFolder.create(
      at: context.folder, configuration: context.configurationText,
      manifest: RunManifest(
        commandLine: context.commandLine, seed: seed, versions: context.versions,
        steps: trainer.stepCount),
      existing: context.existing == .resume && !isBegun ? .refuse : context.existing)
    recorder =
      isResumed
      ? try .resuming(folder, after: trainer.stepsTaken) : try RunRecorder(in: folder)
    guard context.existing == .resume else { return }
    last = try folder.readEvents().last.map(StepReport.init)
    observer.note(
      trainer.stepsTaken > 0
        ? "going on after step \(trainer.stepsTaken) of \(trainer.stepCount)"
        : "\(folder.url.path) has no checkpoint yet: starting at the first step")
  }

  /// Steps the trainer to its end, or until somebody asks to stop, with checkpoints on the way.
  ///
  /// Where a step fails, what was learned before it is saved before the error goes on.
  ///
  /// - Parameters:
  ///   - message: What the progress line says of a step.
  ///   - save: Writes the model as it stands into a folder.
  ///   - each: Adds to a step's report before it is written.
  /// - Returns: Whether the trainer reached its end.
  /// - Throws: What stopped a step, or what keeps records from being written.
  func run(
    message: (StepReport) -> String, save: (URL) throws -> Void,
    each: (StepReport) throws -> StepReport
  ) throws -> Bool {
    do {
      while trainer.stepsTaken < trainer.stepCount {
        let own = try takeStep()
        let report = try each(own)
        try record(report)
        last = report
        observer.progress(report.step, trainer.stepCount, message(report))
        let isStopped = observer.isStopRequested()
        let isLast = trainer.stepsTaken == trainer.stepCount
        let isDue = checkpoints.isDue(after: report, own: own)
        if isStopped || isDue || isLast && settings.interval != nil {
          try writeCheckpoint(report, save)
        }
        if isStopped { return isLast }
      }
      try recorder.synchronize()
      return true
    } catch {
      let failure = error as? StepFailure
      rescue(isWhole: failure?.isWhole ?? false, save)
      throw failure?.reason ?? error
    }
  }

  private struct StepFailure: Error {
    var reason: any Error
    /// Whether the trainer is as it was before the step.
    var isWhole: Bool
  }

  // Whatever fails before a weight is changed leaves the trainer as it was: the same draws come again.
  private func takeStep() throws -> StepReport {
    let draws = try resumable.map { try Draws(of: $0) }
    do {
      return try trainer.step()
    } catch {
      if case TrainingError.diverged = error { throw StepFailure(reason: error, isWhole: false) }
      guard let draws else { throw StepFailure(reason: error, isWhole: false) }
      try resumable?.carry(TrainingState(restoring: draws))
      throw StepFailure(reason: error, isWhole: true)
    }
  }

  private func writeCheckpoint(_ report: StepReport?, _ save: (URL) throws -> Void) throws {
    guard let resumable else { return }
    // A checkpoint stands for records that are on the disk.
    try recorder.synchronize()
    try checkpoints.write(report, step: trainer.stepsTaken, resumable, save: save)
  }

  private func rescue(isWhole: Bool, _ save: (URL) throws -> Void) {
    let step = trainer.stepsTaken
    guard step > 0 else { return }
    do {
      if isWhole, resumable != nil {
        try writeCheckpoint(nil, save)
        observer.note("--resume goes on after step \(step)")
      } else if let newest = checkpoints.newest {
        observer.note("--resume goes on after step \(newest.step)")
      }
      let model = recorder.folder.url.appending(path: "model")
      try save(model)
      observer.note("the model of step \(step) is in \(model.path)")
    } catch {
      observer.note("the model of step \(step) could not be saved: \(error)")
    }
  }

  /// Saves a finished model where it was asked for; one that was stopped, or that cannot be written there, goes into the run folder.
  ///
  /// - Parameters:
  ///   - output: Where a finished model shall go; nil is the run folder.
  ///   - isFinished: Whether the training came to its end.
  ///   - write: Writes everything that belongs to the model into a folder.
  /// - Returns: Where the model is.
  /// - Throws: What kept it from being written where it was asked for.
  func save(to output: String?, isFinished: Bool, _ write: (URL) throws -> Void) throws -> URL {
    let own = recorder.folder.url.appending(path: "model")
    guard isFinished, let output else {
      try write(own)
      return own
    }
    let wanted = URL(fileURLWithPath: output)
    do {
      try write(wanted)
      return wanted
    } catch {
      try write(own)
      observer.note("the model is in \(own.path)")
      throw error
    }
  }

  /// Writes what fewer answers would have earned so far.
  func record(_ answers: [BestAnswersRecord]) throws { try recorder.folder.write(answers) }

  private func record(_ report: StepReport) throws {
    var values = Dictionary(
      report.metrics.map { ($0.metric, $0.value) }, uniquingKeysWith: { $1 })
    values[.peakMemory] = Double(ProcessMemory.peak)
    try recorder.record(MetricEvent(step: report.step, values: values))
    for sample in report.samples { try recorder.record(sample) }
  }
}

extension Double {
  /// Two or three digits, for progress lines.
  var short: String { String(format: abs(self) < 10 ? "%.3f" : "%.1f", self) }
}
