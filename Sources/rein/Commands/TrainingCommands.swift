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
  func resolved<Configuration: RunConfiguration>(
    _ type: Configuration.Type, named name: String
  ) throws -> ConfigurationReader.Resolved<Configuration> {
    let recorded = RunFolder.configuration(of: url(named: name))
    guard resume, FileManager.default.fileExists(atPath: recorded.path) else {
      guard !resume || !words.isEmpty else {
        throw InputProblem(
          "\(url(named: name).path): holds no run to resume; give a configuration to start one")
      }
      return try ConfigurationReader.read(type, from: words)
    }
    // Flags alone are changes to what is recorded.
    let isWhole = words.first.map { !$0.hasPrefix("-") } ?? false
    let wanted = try ConfigurationReader.read(
      type, from: (isWhole ? [] : [recorded.path]) + words)
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

// How many weights there are, and how many of them were trained.
private func counts(_ all: Int, trained: Int) -> [String: Any] {
  ["parameters": all, "trained_parameters": trained]
}

private func weights(_ all: Int, trained: Int) -> String {
  "\(all) weights" + (trained == all ? "" : ", \(trained) trained")
}

struct SupervisedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sft", abstract: "Train a language model on texts.",
    usage: "rein sft [FILE.yaml] [--KEY VALUE]... [--run FOLDER] [--overwrite | --resume] [--json]",
    discussion: SupervisedRun.Configuration.helpText)

  @OptionGroup var options: RunOptions

  func run() throws {
    let resolved = try options.resolved(SupervisedRun.Configuration.self, named: "sft")
    Interruption.listen()
    let result = try SupervisedRun(resolved.configuration).run(
      options.context(named: "sft", configuration: resolved.text), observer: Console().observer)
    var fields = counts(result.parameterCount, trained: result.trainedParameterCount)
    fields["held_out_loss"] = result.heldOutLoss
    fields["bits_per_byte"] = result.bitsPerByte
    let text =
      weights(result.parameterCount, trained: result.trainedParameterCount)
      + (result.bitsPerByte.map { String(format: ", %.3f held-out bits per byte", $0) } ?? "")
    try options.finish(result.ending, model: result.model, fields: fields, text: text)
  }
}

struct RewardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reward", abstract: "Train a reward model on ratings or preferences.",
    usage:
      "rein reward [FILE.yaml] [--KEY VALUE]... [--run FOLDER] [--overwrite | --resume] [--json]",
    discussion: RewardRun.Configuration.helpText)

  @OptionGroup var options: RunOptions

  func run() throws {
    let resolved = try options.resolved(RewardRun.Configuration.self, named: "reward")
    Interruption.listen()
    let result = try RewardRun(resolved.configuration).run(
      options.context(named: "reward", configuration: resolved.text), observer: Console().observer)
    var fields = counts(result.parameterCount, trained: result.trainedParameterCount)
    fields["accuracy"] = Dictionary(
      result.accuracies.map { ($0.file, $0.accuracy) }, uniquingKeysWith: { $1 })
    let text =
      ([weights(result.parameterCount, trained: result.trainedParameterCount)]
      + result.accuracies.map { String(format: "%@: pair accuracy %.4f", $0.file, $0.accuracy) })
      .joined(separator: "\n")
    try options.finish(result.ending, model: result.model, fields: fields, text: text)
  }
}

struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ppo",
    abstract: "Train a policy by reinforcement learning from rewards of any kind.",
    usage: "rein ppo [FILE.yaml] [--KEY VALUE]... [--run FOLDER] [--overwrite | --resume] [--json]",
    discussion: PolicyRun.Configuration.helpText)

  @OptionGroup var options: RunOptions

  func run() throws {
    let resolved = try options.resolved(PolicyRun.Configuration.self, named: "ppo")
    Interruption.listen()
    let result = try PolicyRun(resolved.configuration).run(
      options.context(named: "ppo", configuration: resolved.text), observer: Console().observer)
    var fields: [String: Any] = ["trained_parameters": result.trainedParameterCount]
    for entry in result.lastReport?.metrics ?? [] { fields[entry.metric.name] = entry.value }
    let score = result.lastReport?[.scores] ?? .nan
    let divergence = result.lastReport?[.kl] ?? .nan
    try options.finish(
      result.ending, model: result.model, fields: fields,
      text: String(format: "score %.3f at a KL of %.3f nats per completion", score, divergence))
  }
}

struct ControlCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "control",
    abstract: "Train a small policy in a world: control, games, or an outside program.",
    usage:
      "rein control [FILE.yaml] [--KEY VALUE]... [--run FOLDER] [--overwrite | --resume] [--json]",
    discussion: """
      PPO learns to balance a pole; another method learns in another world; the world is an outside program:

        rein control
        rein control --preset trpo --name acrobot --steps 200
        rein control --program "python3 Examples/gymnasium_environment.py CartPole-v1"

      Documentation/EnvironmentProtocol.md says how to write a program that is a world.


      """ + ControlRun.Configuration.helpText)

  @OptionGroup var options: RunOptions

  func run() throws {
    let resolved = try options.resolved(ControlRun.Configuration.self, named: "control")
    Interruption.listen()
    // Networks this small lose more than they gain by sharing an operator between threads.
    Device.threadCount = 1
    let result = try ControlRun(resolved.configuration).run(
      options.context(named: "control", configuration: resolved.text), observer: Console().observer)
    var fields: [String: Any] = [:]
    for entry in result.lastReport?.metrics ?? [] { fields[entry.metric.name] = entry.value }
    var lines: [String] = []
    if let score = result.lastReport?[.episodeReturn] {
      lines.append(String(format: "return of the last episodes %.2f", score))
    }
    for (key, returns, actions) in [
      ("evaluation", result.sampledReturns, "drawn"),
      ("greedy_evaluation", result.greedyReturns, "the most probable"),
    ] where !returns.isEmpty {
      let count = Double(returns.count)
      let mean = returns.reduce(0, +) / count
      let spread = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count - 1)
      fields["\(key)_return"] = mean
      fields["\(key)_returns"] = returns
      lines.append(
        String(
          format: "%d episodes, actions %@: return %.2f, deviation %.2f", returns.count, actions,
          mean, spread.squareRoot()))
    }
    try options.finish(
      result.ending, model: result.model, fields: fields, text: lines.joined(separator: "\n"))
  }
}
