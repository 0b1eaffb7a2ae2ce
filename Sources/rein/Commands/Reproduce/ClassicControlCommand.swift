import ArgumentParser
import Experiments
import Feedback
import Foundation
import Reports

struct ClassicControlCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classic-control",
    abstract: "CartPole and Acrobot by VPG, A2C, PPO, PPO-penalty and TRPO.",
    usage:
      "rein reproduce classic-control [FILE.yaml] [--KEY VALUE]... [--peers FILE] [--output FOLDER] [--json]",
    discussion: """
      Without flags: two worlds, five methods, five seeds, 200,000 actions each: minutes. Runs that are in the folder are not
      made again, and Ctrl-C keeps those that are done. With --peers the page shows other programs' runs beside ours:
      Benchmarks/peers/sb3_classic_control.py makes Stable-Baselines3's.

      """ + ClassicControlConfiguration.helpText)

  @Option(help: "Where results and the page go; runs that are there are not made again.")
  var output = "runs/classic-control"

  @Option(help: "JSON Lines with other programs' runs, with the same keys as our records.")
  var peers: String?

  @Flag(help: "Print one JSON object per run.")
  var json = false

  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp("[FILE.yaml] [--KEY VALUE]...", valueName: "configuration"))
  var words: [String] = []

  func run() throws {
    let settings = try ConfigurationReader.read(ClassicControlConfiguration.self, from: words)
    let others = try peers.map {
      try JSONLines.read(ClassicControlRun.self, from: URL(fileURLWithPath: $0))
    }
    let folder = URL(fileURLWithPath: output)
    Interruption.listen()
    let console = Console()
    let printsRecords = json
    let outcome = try ClassicControlExperiment(settings.configuration, folder: folder).run(
      observer: console.observer
    ) { run in
      if printsRecords { try? ExperimentResults.print(run) }
    }
    let report = ClassicControlReport(
      settings.configuration, runs: outcome.runs, peers: others ?? [],
      command: ExperimentResults.command
    ).content
    let page = try ExperimentResults(
      page: ExperimentPage(content: report).html, tables: report.markdown, records: outcome.runs
    ).write(in: folder)
    if !json {
      Console.print(report.terminal())
      Console.print("\npage: \(page.relativePath)")
    }
    try ExperimentResults.leave(
      failures: outcome.failures.map { "\($0.run): \($0.error)" }, isComplete: outcome.isComplete,
      console: console)
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
