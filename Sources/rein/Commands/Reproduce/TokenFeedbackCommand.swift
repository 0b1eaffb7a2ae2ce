import ArgumentParser
import Experiments
import Reports

struct TokenFeedbackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token-feedback",
    abstract: "Marks on tokens or comparisons of texts: what does a bit of annotation buy?",
    usage: "rein reproduce token-feedback [FILE.yaml] [--KEY VALUE]... [--output FOLDER] [--json]",
    discussion: """
      After the comments on nostalgebraist's "on 'learning to summarize'" (2020): what is wrong with a text is often one word, so let \
      annotators mark it. Texts of 16 countries and their capitals, half of which the base policy has wrong three times in five; an annotator \
      who knows marks words, or compares whole texts, with the same number of bits to spend. All that is measured of facts is exact.

      Without flags: 9 methods × 3 budgets of bits, 3 rates of error, nothing to hold unmarked words, and a goal that no single word \
      reaches, in 5 worlds. Runs that are in the folder are not made again, and Ctrl-C keeps those that are done.

      Examples:

        rein reproduce token-feedback
        rein reproduce token-feedback --seeds 1 --bits 5000 --methods '[target, comparisons]' --output runs/two-methods


      """ + TokenFeedbackConfiguration.helpText())

  @OptionGroup var options: SweepOptions

  func run() throws {
    let settings = try options.settings(TokenFeedbackConfiguration.self)
    try options.perform(Self.self) { folder in
      TokenFeedbackExperiment(settings, folder: folder)
    } presented: { runs in
      TokenFeedbackReport(settings, runs: runs, command: ExperimentResults.command)
        .content.presented
    }
  }
}

extension TokenFeedbackConfiguration: RunConfiguration {
  static let meanings: [(key: String, meaning: String)] = [
    ("methods", "Some of " + TokenMethod.allCases.map(\.rawValue).joined(separator: ", ") + "."),
    (
      "bits",
      "What annotators may spend: log₂(tokens of the text) + 1 for a mark, 1 for a comparison."
    ),
    ("noises", "How often annotators err."),
    (
      "middle_bits",
      "What is spent where they err, where nothing holds unmarked words, and on the other goal."
    ),
    ("seeds", "Worlds, each with facts and a base policy of its own."),
    ("texts", "Texts that a base policy learns from."),
    ("steps", "Steps of policies that learn from marks, and of reward models."),
    ("learning_rate", "Step size of both."),
    ("beta", "β of marks: their reward is 1."),
    ("policy_steps", "Steps of PPO."), ("episodes_per_step", "Texts per step of PPO."),
    ("policy_learning_rate", "Step size of PPO."),
    ("policy_penalty", "β of PPO's KL penalty."),
    ("workers", "Runs at a time; 0 takes one for each core."),
  ]
}
