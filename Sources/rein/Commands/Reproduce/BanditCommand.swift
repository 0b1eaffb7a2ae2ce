import ArgumentParser
import Experiments
import Foundation
import PolicyOptimization
import Reports

struct BanditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bandit",
    abstract:
      "Two rules learn from wedding (1) and party (½): the published tables and their limits.",
    discussion: """
      Turner and Einhorn (2023). One visit of an action with reward r:

        ppo     A = r − v      logit(a) += η·A     v    += α·A
        actde   A = r − q(a)   logit(a) += η·A     q(a) += α·A

      A is computed with the old v or q; logits are natural logarithms; v and q are
      0 at first.

      Without flags: the two published tables (actions 0, 1, 1, 0), and what both
      rules do over 50 seeds and 10,000 steps when the policy draws its own actions.
      PPO's gap in logits grows without limit, ACTDE rests at the softmax of rewards.

      With any flag of a table: that table alone, printed row by row; it is also
      written if --output is given.

      Examples:

        rein reproduce bandit
        rein reproduce bandit --actions 0,1,1,0 --method actde --json
        rein reproduce bandit --rewards 10,100 --actions 1,0
        rein reproduce bandit --initial-probabilities 0.01,0.99
        rein reproduce bandit --rewards 1,0.5,0 --steps 20 --seed 3
      """)

  @OptionGroup var options: SeedOptions

  @OptionGroup(title: "A table of your own") var table: BanditTableOptions

  @Option(help: "Where page, tables and records go; none is runs/bandit.")
  var output: String?

  func run() throws {
    guard table.isEmpty else { return try printTable() }
    let seeds = try options.count(default: 50)
    let outcome = Console().watching { progress in
      BanditExperiment(seeds: seeds).run(command: ExperimentResults.command, progress: progress)
    }
    try outcome.deliver(in: output ?? "runs/bandit", json: options.json)
  }

  private func printTable() throws {
    if options.seeds != nil {
      throw InputProblem(
        "--seeds: belongs to the limits, which have no other flags; a table has one --seed")
    }
    let table = BanditTable(
      bandit: try table.bandit(), steps: try table.steps(), command: ExperimentResults.command)
    let page = try output.map { folder in
      try ExperimentResults(
        page: table.page.html, tables: table.report.markdown, records: table.steps
      ).write(in: URL(fileURLWithPath: folder))
    }
    guard !options.json else { return try table.steps.forEach { try ExperimentResults.print($0) } }
    Console.print(table.report.terminal())
    if let page { Console.print("\npage: \(page.relativePath)") }
  }
}
