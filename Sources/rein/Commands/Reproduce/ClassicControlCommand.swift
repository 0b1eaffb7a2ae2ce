import ArgumentParser
import Experiments
import Files
import Foundation
import Reports

struct ClassicControlCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classic-control",
    abstract: "CartPole and Acrobot by VPG, A2C, PPO, PPO-penalty and TRPO.",
    usage:
      "rein reproduce classic-control [FILE.yaml] [--KEY VALUE]... [--peers FILE] [--output FOLDER] [--json]",
    discussion: """
      Without flags: two worlds, five methods, five seeds, 200,000 actions each: minutes. Runs that are in the folder are not \
      made again, and Ctrl-C keeps those that are done. With --peers the page shows other programs' runs beside ours: \
      Benchmarks/peers/sb3_classic_control.py makes Stable-Baselines3's.


      """ + ClassicControlConfiguration.helpText())

  @OptionGroup var options: SweepOptions

  @Option(help: "JSON Lines with other programs' runs, with the same keys as our records.")
  var peers: String?

  func run() throws {
    let settings = try options.settings(ClassicControlConfiguration.self)
    let others = try peers.map {
      try JSONLines.read(ClassicControlRun.self, from: URL(fileURLWithPath: $0))
    }
    try options.perform(Self.self) { folder in
      ClassicControlExperiment(settings, folder: folder)
    } presented: { runs in
      ClassicControlReport(
        settings, runs: runs, peers: others ?? [], command: ExperimentResults.command
      ).content.presented
    }
  }
}

extension ClassicControlConfiguration: RunConfiguration {
  static let meanings: [(key: String, meaning: String)] = [
    (
      "tasks",
      "Some of " + ClassicControlTask.allCases.map(\.rawValue).joined(separator: ", ") + "."
    ),
    (
      "methods",
      "Some of " + ClassicControlMethod.allCases.map(\.rawValue).joined(separator: ", ") + "."
    ),
    ("seeds", "Runs per world and method."), ("actions", "Actions of a run."),
    ("workers", "Runs at a time; 0 takes one for each core."),
  ]
}
