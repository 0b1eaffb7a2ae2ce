public import Foundation

/// What a list of runs says about one of them.
public struct RunOverview: Sendable {
  /// How far a run has come.
  public enum State: String, CaseIterable, Sendable {
    /// A program is writing it.
    case running
    /// It took all the steps that it was asked for.
    case finished
    /// It has a model; how many steps it was asked for is not known.
    case saved
    /// It took fewer steps than it was asked for, and saved its model.
    case stopped
    /// It took fewer steps than it was asked for and has no model: it broke, or was killed.
    case unfinished
    /// It has not taken a step.
    case empty
    /// Its files cannot be read.
    case damaged
  }

  /// The folder.
  public var folder: RunFolder
  /// The subcommand that made it, such as `ppo`; empty where the manifest does not tell.
  public var command: String
  /// The seed.
  public var seed: UInt64?
  /// When it first began.
  public var started: Date?
  /// When it last wrote a step, or began.
  public var lastActivity: Date?
  /// The last step.
  public var steps: Int
  /// How far it has come.
  public var state: State
  /// The last value of every metric; NaN and infinities are values too.
  public var lastValues: [Metric: Double]
  /// The bytes in its files.
  public var bytes: Int
  /// Why its files cannot be read; nil where they can.
  public var problem: String?

  /// Reads a run; what cannot be read is the overview's ``problem``, not an error.
  ///
  /// - Parameters:
  ///   - folder: The folder.
  ///   - plannedSteps: How many steps its configuration asks for, if that is known.
  public init(reading folder: RunFolder, plannedSteps: Int? = nil) {
    self.folder = folder
    (command, seed, started, lastActivity) = ("", nil, nil, nil)
    (steps, lastValues, state) = (0, [:], .damaged)
    bytes = bytesOnDisk(at: folder.url)
    do throws(RunRecordsError) {
      let manifest = try folder.readManifest()
      command = manifest.command
      seed = manifest.seed
      started = manifest.starts.first?.date
      let events = try folder.readEvents()
      steps = events.map(\.step).max() ?? 0
      lastActivity = [manifest.starts.last?.date, events.last?.time].compactMap(\.self).max()
      for event in events { lastValues.merge(event.values) { $1 } }
      state = RunOverview.state(of: folder, steps: steps, planned: manifest.steps ?? plannedSteps)
    } catch {
      problem = "\(error)"
    }
  }

  private static func state(of folder: RunFolder, steps: Int, planned: Int?) -> State {
    if folder.isBeingWritten { return .running }
    if steps == 0 { return .empty }
    if let planned, steps >= planned { return .finished }
    let hasModel = FileKind(following: folder.model) == .folder
    if planned == nil { return hasModel ? .saved : .unfinished }
    return hasModel ? .stopped : .unfinished
  }
}

extension RunFolder {
  /// The folder of the model, where the run was not asked to write it elsewhere.
  public var model: URL { url.appendingPathComponent("model") }
}

extension RunManifest {
  /// The subcommand, such as `ppo`; empty where the command line holds none.
  public var command: String {
    starts.first?.commandLine.dropFirst().first { !$0.hasPrefix("-") } ?? ""
  }
}
