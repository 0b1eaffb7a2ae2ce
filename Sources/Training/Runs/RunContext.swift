import Files
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

/// How a run ended.
public enum RunEnding: Sendable {
  /// All steps were taken.
  case finished
  /// Somebody asked it to stop; what it had learned is saved.
  case stopped(afterSteps: Int)
}

extension RunContext {
  /// The same for a run that trains a language model.
  ///
  /// - Parameters:
  ///   - settings: Where its model shall go, and as what.
  ///   - base: The folder that training starts from, if it does.
  /// - Throws: `TrainingError.configuration`, `FileError.unwritable`.
  func check(_ settings: ModelRunSettings, startingFrom base: ModelFolder?) throws {
    try check(
      output: settings.output, storedType: settings.storedType,
      isAdapter: settings.lora.leavesAdapter(on: base))
  }

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
    // A run that goes on found its output free when it began.
    guard !isThere && folder.adapter == nil || existing != .refuse else {
      throw TrainingError.configuration(
        key: "output", reason: "\(output) holds a model already; --overwrite replaces it at the end"
      )
    }
    let isNew = !FileManager.default.fileExists(atPath: folder.url.path)
    do {
      try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
    } catch {
      throw FileError.unwritable(file: folder.url.path, reason: error.localizedDescription)
    }
    let probe = folder.url.appending(path: ".rein-\(UUID().uuidString)")
    try AtomicFile.write(Data(), to: probe)
    try? FileManager.default.removeItem(at: probe)
    // A run's own folder has to be empty, and the output may lie in it.
    if isNew { try? FileManager.default.removeItem(at: folder.url) }
  }
}
