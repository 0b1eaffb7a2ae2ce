import ArgumentParser
import Foundation
import RunRecords
import Torch
import Training

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


      """ + ControlRun.Configuration.helpText())

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
