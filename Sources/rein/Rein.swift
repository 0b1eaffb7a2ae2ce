import ArgumentParser
import Foundation
import Torch

/// The command line: flags to configuration to call to rendering.
@main
struct Rein: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "rein",
    abstract: "Reinforcement learning from human feedback, with reins on.",
    discussion: """
      A first walk, from text to a policy trained on human ratings:

        rein data        make training files from the published ratings
        rein tokenizer   train a tokenizer, encode, decode
        rein sft         train a language model on texts
        rein reward      train a reward model on ratings or preferences
        rein doctor      check models, data and reward before rein ppo
        rein ppo         train the policy by reinforcement learning; rloo and grpo need no critic
        rein dpo         train the policy on preferences directly
        rein tokens      train the policy on marks on single tokens
        rein best-of-n   draw many answers, keep the best, imitate them
        rein control     train a small policy in a world
        rein merge       put an adapter into its model
        rein generate    draw completions
        rein score       log-probabilities, entropies, values or rewards of texts
        rein runs        list, compare and clear away runs
        rein report      one HTML page for a run
        rein reproduce   published experiments, side by side
        rein metrics     what every metric means
        rein benchmark   speed on random weights

      Exit codes: 0 done, 1 the world failed (disk, memory, a reward that broke), 2 the input is wrong, 130 stopped by \
      Ctrl-C after saving.
      """,
    version: version,
    subcommands: [
      DataCommand.self, TokenizerCommand.self, SupervisedCommand.self, RewardCommand.self,
      DoctorCommand.self, PolicyCommand.self, LeaveOneOutCommand.self, GroupRelativeCommand.self,
      PreferenceCommand.self, TokenCommand.self, BestOfNCommand.self, ControlCommand.self,
      MergeCommand.self,
      GenerateCommand.self,
      ChatCommand.self,
      ScoreCommand.self,
      RunsCommand.self, ReportCommand.self,
      ReproduceCommand.self, MetricsCommand.self, BenchmarkCommand.self,
    ])

  static func main() {
    Device.keepFreedMemory()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      Failure.exit(error)
    }
  }
}
