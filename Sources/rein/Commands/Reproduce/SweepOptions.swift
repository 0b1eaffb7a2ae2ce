import ArgumentParser
import Experiments
import Foundation

/// What experiments of many runs have in common on the command line.
struct SweepOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where results and the page go; runs that are there are not made again. none is runs/ and the experiment's name."
    ))
  var output: String?

  @Flag(help: "Print one JSON object per run.")
  var json = false

  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp("[FILE.yaml] [--KEY VALUE]...", valueName: "configuration"))
  var words: [String] = []

  /// The settings that the words give.
  func settings<Configuration: RunConfiguration>(
    _ type: Configuration.Type
  ) throws -> Configuration {
    try ConfigurationReader.read(type, from: words).configuration
  }

  /// Runs an experiment under the console's eyes, writes its page, tables and records, and prints the tables or the records.
  ///
  /// - Parameters:
  ///   - command: Whose folder it is, if none is named.
  ///   - experiment: An experiment that keeps its runs in the folder it is told.
  ///   - record: What is printed and kept of a run.
  ///   - presented: The page, the tables and what a terminal shows.
  /// - Throws: What stopped everything, or `ExitCode` where runs failed or are missing.
  func perform<Experiment: SweepExperiment>(
    _ command: any ParsableCommand.Type, experiment: (URL) -> Experiment,
    record: @escaping @Sendable (Experiment.Run) -> any Encodable = { $0 },
    presented: ([Experiment.Run]) -> (page: String, tables: String, terminal: String)
  ) throws {
    let folder = URL(
      fileURLWithPath: output ?? "runs/\(command.configuration.commandName ?? "experiment")")
    Interruption.listen()
    let console = Console()
    let printsRecords = json
    let outcome = try experiment(folder).run(observer: console.observer) { run in
      if printsRecords { try? ExperimentResults.print(record(run)) }
    }
    let (page, tables, terminal) = presented(outcome.runs)
    let url = try ExperimentResults(
      page: page, tables: tables, records: outcome.runs.map(record)
    ).write(in: folder)
    if !json {
      Console.print(terminal)
      Console.print("\npage: \(url.relativePath)")
    }
    try ExperimentResults.leave(
      failures: outcome.failures.map { "\($0.run): \($0.error)" }, isComplete: outcome.isComplete,
      console: console)
  }
}
