import ArgumentParser

struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List, compare and clear away runs.",
    discussion: """
        rein runs list
        rein runs compare runs/a runs/b --html comparison.html
        rein runs prune --keep 2
      """, subcommands: [RunsListCommand.self, RunsCompareCommand.self, RunsPruneCommand.self])
}
