import ArgumentParser
import Experiments
import Foundation
import Reports

struct DilemmaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prisoners-dilemma",
    abstract: "Does PPO collapse onto one strategy, and does ACTDE keep a mixture?",
    usage:
      "rein reproduce prisoners-dilemma [FILE.yaml] [--KEY VALUE]... [--output FOLDER] [--json]",
    discussion: """
      Turner and Einhorn (2023): a decoder of 7,299 weights plays the iterated prisoner's dilemma against its own last action. \
      Without flags: PPO and ACTDE in the published setting, 10 seeds × 10,000 optimizer steps each. A run takes minutes; runs that \
      are in the folder are not made again, and Ctrl-C keeps those that are done.


      """ + DilemmaConfiguration.helpText())

  @OptionGroup var options: SweepOptions

  func run() throws {
    let settings = try options.settings(DilemmaConfiguration.self)
    try options.perform(Self.self) { folder in
      DilemmaExperiment(settings, folder: folder)
    } presented: { runs in
      DilemmaReport(settings, runs: runs, command: ExperimentResults.command).content.presented
    }
  }
}

extension DilemmaConfiguration: RunConfiguration {
  static let meanings: [(key: String, meaning: String)] = [
    (
      "variants",
      "Some of " + DilemmaVariant.allCases.map(\.rawValue).joined(separator: ", ") + "."
    ),
    ("seeds", "Runs per variant."), ("updates", "Optimizer steps of a run."),
    ("games", "Games side by side."), ("length", "Actions per game and rollout."),
    ("updates_per_rollout", "Full-batch updates on each rollout."),
    (
      "payoffs",
      "[[now cooperate, …], [now defect, …]], columns for the last action: [[a, b], [c, d]]."
    ),
    ("discount", "γ."), ("lambda", "λ of advantages and returns."),
    ("learning_rate", "Step size of AdamW."), ("weight_decay", "Decay of linear weights."),
    ("dropout", "Dropout in all three places, on while playing and learning."),
    ("workers", "Runs at a time; 0 takes one for each core."),
  ]
}
