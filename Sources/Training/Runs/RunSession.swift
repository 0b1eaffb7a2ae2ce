import Feedback
public import Foundation
import LanguageModels
public import RunRecords
import Torch

/// What a run tells while it works, and whether it shall go on.
public struct RunObserver: Sendable {
  /// Shows progress: steps done, steps in all, a short message.
  public var progress: @Sendable (_ completed: Int, _ total: Int, _ message: String) -> Void
  /// Shows a line that shall stay.
  public var note: @Sendable (String) -> Void
  /// Whether somebody asked the run to stop after this step.
  public var isStopRequested: @Sendable () -> Bool

  /// An observer that shows nothing and never stops.
  public static let silent = RunObserver(
    progress: { _, _, _ in }, note: { _ in }, isStopRequested: { false })

  /// An observer.
  public init(
    progress: @escaping @Sendable (Int, Int, String) -> Void,
    note: @escaping @Sendable (String) -> Void, isStopRequested: @escaping @Sendable () -> Bool
  ) {
    self.progress = progress
    self.note = note
    self.isStopRequested = isStopRequested
  }
}

/// Where a run writes and what it is made from, as the command line knows it.
public struct RunContext: Sendable {
  /// The folder of the run, usually `runs/<name>`.
  public var folder: URL
  /// The resolved configuration as text.
  public var configurationText: String
  /// The command line.
  public var commandLine: [String]
  /// Versions of what the run was made with.
  public var versions: [String: String]
  /// What to do where the folder holds a run already.
  public var existing: RunFolder.Existing

  /// A context.
  public init(
    folder: URL, configurationText: String, commandLine: [String], versions: [String: String],
    existing: RunFolder.Existing
  ) {
    self.folder = folder
    self.configurationText = configurationText
    self.commandLine = commandLine
    self.versions = versions
    self.existing = existing
  }
}

/// A run folder that is being written, and who watches.
struct RunSession {
  let recorder: RunRecorder
  let observer: RunObserver

  init(_ context: RunContext, seed: UInt64, observer: RunObserver) throws {
    let manifest = RunManifest(
      commandLine: context.commandLine, seed: seed, versions: context.versions)
    let folder = try RunFolder.create(
      at: context.folder, configuration: context.configurationText, manifest: manifest,
      existing: context.existing)
    recorder = try RunRecorder(in: folder)
    self.observer = observer
  }

  private func takeSteps(
    _ trainer: any Trainer, message: (StepReport) -> String,
    each: (StepReport) throws -> StepReport
  ) throws -> Bool {
    while trainer.stepsTaken < trainer.stepCount {
      let report = try each(try trainer.step())
      try record(report)
      observer.progress(report.step, trainer.stepCount, message(report))
      if observer.isStopRequested() {
        try recorder.synchronize()
        return trainer.stepsTaken == trainer.stepCount
      }
    }
    try recorder.synchronize()
    return true
  }

  /// Steps a trainer to its end, or until somebody asks to stop; where a step fails, what was learned before it goes into
  /// the run folder before the error goes on.
  ///
  /// - Parameters:
  ///   - trainer: The trainer.
  ///   - message: What the progress line says of a step.
  ///   - rescue: Saves the model in a folder.
  ///   - each: Adds to a step's report before it is written.
  /// - Returns: Whether the trainer reached its end.
  /// - Throws: What stopped a step, or what keeps records from being written.
  func run(
    _ trainer: any Trainer, message: (StepReport) -> String, rescue: (URL) throws -> Void,
    each: (StepReport) throws -> StepReport
  ) throws -> Bool {
    do {
      return try takeSteps(trainer, message: message, each: each)
    } catch {
      guard trainer.stepsTaken > 0 else { throw error }
      let model = recorder.folder.url.appending(path: "model")
      do {
        try rescue(model)
        observer.note("the model of step \(trainer.stepsTaken) is in \(model.path)")
      } catch let second {
        observer.note("the model of step \(trainer.stepsTaken) could not be saved: \(second)")
      }
      throw error
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

  /// Writes a report.
  func record(_ report: StepReport) throws {
    var values = Dictionary(
      report.metrics.map { ($0.metric, $0.value) }, uniquingKeysWith: { $1 })
    values[.peakMemory] = Double(ProcessMemory.peak)
    try recorder.record(MetricEvent(step: report.step, values: values))
    for sample in report.samples { try recorder.record(sample) }
  }
}

/// How a run ended.
public enum RunEnding: Sendable {
  /// All steps were taken.
  case finished
  /// Somebody asked it to stop; what it had learned is saved.
  case stopped(afterSteps: Int)
}

extension RunContext {
  /// Refuses, before anything is trained, to write over a model that is there, to write where nothing can be written, and to
  /// store weights as whole numbers.
  ///
  /// - Parameters:
  ///   - output: Where the trained model shall go.
  ///   - type: The type its weights shall have.
  ///   - isAdapter: Whether it will be an adapter and no whole model.
  /// - Throws: `TrainingError.configuration`, `FileError.unwritable`.
  func check(output: String?, storedType type: DataType, isAdapter: Bool = false) throws {
    guard type.isFloatingPoint, type != .float64 else {
      throw TrainingError.configuration(
        key: "stored_type", reason: "\(type) holds no weights: use float32, bfloat16 or float16")
    }
    guard let output else { return }
    let folder = ModelFolder(URL(fileURLWithPath: output))
    let isThere = [folder.weightsURL, folder.indexURL].contains {
      FileManager.default.fileExists(atPath: $0.path)
    }
    guard !(isThere && isAdapter) else {
      throw TrainingError.configuration(
        key: "output", reason: "\(output) holds a whole model, which an adapter does not replace")
    }
    guard !isThere && folder.adapter == nil || existing == .overwrite else {
      throw TrainingError.configuration(
        key: "output", reason: "\(output) holds a model already; --overwrite replaces it at the end"
      )
    }
    do {
      try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
    } catch {
      throw FileError.unwritable(file: folder.url.path, reason: error.localizedDescription)
    }
    let probe = folder.url.appending(path: ".rein-\(UUID().uuidString)")
    try AtomicFile.write(Data(), to: probe)
    try? FileManager.default.removeItem(at: probe)
  }
}

extension Double {
  /// Two or three digits, for progress lines.
  var short: String { String(format: abs(self) < 10 ? "%.3f" : "%.1f", self) }
}
