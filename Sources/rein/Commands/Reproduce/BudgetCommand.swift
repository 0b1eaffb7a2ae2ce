import ArgumentParser
import Experiments
import Reports

struct BudgetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kl-budget",
    abstract: "Held to so many nats: how much does each way of holding leave on the table?",
    usage: "rein reproduce kl-budget [FILE.yaml] [--KEY VALUE]... [--output FOLDER] [--json]",
    discussion: """
      After Cohen, Hutter, Bengio and Russell (2024), where policies spend a hard budget of 10 or 20 nats on falling silent. Here the \
      language is so small that every episode can be written down: four tokens, six in an episode. The most that a budget can \
      buy is known exactly, and so are the reward and the KL of everything that PPO learns under fixed prices, steered prices and \
      hard budgets.

      Without flags: 12 ways × 3 budgets × 2 rewards in 5 worlds. Runs that are in the folder are not made again, and \
      Ctrl-C keeps those that are done.

      Examples:

        rein reproduce kl-budget
        rein reproduce kl-budget --seeds 1 --budgets 1 --rewards silence --output runs/one-budget


      """ + BudgetConfiguration.helpText())

  @OptionGroup var options: SweepOptions

  func run() throws {
    let settings = try options.settings(BudgetConfiguration.self)
    try options.perform(Self.self) { folder in
      BudgetExperiment(settings, folder: folder)
    } presented: { runs in
      BudgetReport(settings, runs: runs, command: ExperimentResults.command).content.presented
    }
  }
}

extension BudgetConfiguration: RunConfiguration {
  static let meanings: [(key: String, meaning: String)] = [
    ("rewards", "Some of " + BudgetReward.allCases.map(\.rawValue).joined(separator: ", ") + "."),
    ("budgets", "Nats per episode."),
    ("forms", "Some of " + BudgetForm.allCases.map(\.rawValue).joined(separator: ", ") + "."),
    ("seeds", "Worlds, each with a base policy of its own."),
    ("steps", "Steps of a learning run."), ("episodes_per_step", "Episodes per step."),
    ("learning_rate", "Step size of AdamW, the same for all."),
    ("grains", "Grains into which the best plan divides a budget."),
    ("workers", "Runs at a time; 0 takes one for each core."),
  ]
}
