import ArgumentParser
import Foundation
import RunRecords
import Torch
import Training

/// What all training commands take beside their configuration.
struct RunOptions: ParsableArguments {
  @Option(name: .customLong("run"), help: "The run folder.")
  var folder: String?

  @Flag(help: "Write over a run that is in the folder already.")
  var overwrite = false

  @Flag(help: "Go on with the run in the folder, from its newest checkpoint and to the same bits.")
  var resume = false

  @Flag(help: "Print the result as one JSON object.")
  var json = false

  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp("[FILE.yaml] [--KEY VALUE]...", valueName: "configuration"))
  var words: [String] = []

  func validate() throws {
    guard !(overwrite && resume) else {
      throw ValidationError("--overwrite begins anew and --resume goes on: use one of them")
    }
  }

  /// The configuration of a run: the one it began with, where it is resumed.
  ///
  /// - Parameters:
  ///   - type: What to read.
  ///   - name: The command's name.
  ///   - assumed: Keys with values that hold where nothing else is said.
  /// - Returns: The configuration.
  /// - Throws: What is wrong with it.
  func resolved<Configuration: RunConfiguration>(
    _ type: Configuration.Type, named name: String, assuming assumed: [String: String] = [:]
  ) throws -> ConfigurationReader.Resolved<Configuration> {
    let recorded = RunFolder.configuration(of: url(named: name))
    guard resume, FileManager.default.fileExists(atPath: recorded.path) else {
      guard !resume || !words.isEmpty else {
        throw InputProblem(
          "\(url(named: name).path): holds no run to resume; give a configuration to start one")
      }
      return try ConfigurationReader.read(type, from: words, assuming: assumed)
    }
    // Flags alone are changes to what is recorded.
    let isWhole = words.first.map { !$0.hasPrefix("-") } ?? false
    let wanted = try ConfigurationReader.read(
      type, from: (isWhole ? [] : [recorded.path]) + words, assuming: assumed)
    let began = try ConfigurationReader.read(type, from: [recorded.path])
    if let change = try ConfigurationReader.changes(from: began, to: wanted)
      .first(where: { !$0.key.hasPrefix("checkpoints.") })
    {
      throw InputProblem(
        "--resume: '\(change.key)' was \(change.before) when the run began and is \(change.after) now: "
          + "a run goes on as it began; leave the key out, or start a new run with another --run")
    }
    return wanted
  }

  /// The context of a run with a resolved configuration.
  func context(named name: String, configuration text: String) -> RunContext {
    RunContext(
      folder: url(named: name), configurationText: text, commandLine: CommandLine.arguments,
      versions: ["rein": Rein.version, "libtorch": Device.libraryVersion],
      existing: overwrite ? .overwrite : resume ? .resume : .refuse)
  }

  private func url(named name: String) -> URL {
    URL(fileURLWithPath: folder ?? "runs/\(name)")
  }

  /// Says how a run ended, and leaves with the code for a stopped one.
  func finish(_ ending: RunEnding, model: URL, fields: [String: Any], text: String) throws {
    let memory = ProcessMemory.peak
    if json {
      let ends: [String: Any] = ["model": model.relativePath, "peak_memory_bytes": memory]
      try Console.printJSON(fields.merging(ends) { $1 })
    } else {
      Console.print("\(text)\npeak memory: \(memory >> 20) MiB\nmodel: \(model.relativePath)")
    }
    if case .stopped(let steps) = ending {
      Console.complain("stopped after \(steps) steps; saved, --resume goes on")
      throw ExitCode(Interruption.exitCode)
    }
  }
}

/// How many weights there are, and how many of them were trained.
func counts(_ all: Int, trained: Int) -> [String: Any] {
  ["parameters": all, "trained_parameters": trained]
}

/// The same in words.
func weights(_ all: Int, trained: Int) -> String {
  "\(all) weights" + (trained == all ? "" : ", \(trained) trained")
}
