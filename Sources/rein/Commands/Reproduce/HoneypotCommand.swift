import ArgumentParser
import Experiments
import Foundation
import Reports
import Synchronization

struct HoneypotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "honeypot", abstract: "Which methods fall into a planted hole of their reward?",
    usage: "rein reproduce honeypot [FILE.yaml] [--KEY VALUE]... [--output FOLDER] [--json]",
    discussion: HoneypotConfiguration.helpText())

  @OptionGroup var options: SweepOptions

  func run() throws {
    let settings = try options.settings(HoneypotConfiguration.self)
    try options.perform(Self.self) { folder in
      HoneypotExperiment(settings, folder: folder)
    } record: { run in
      run.record
    } presented: { runs in
      HoneypotReport(runs, configuration: settings, command: ExperimentResults.command).presented
    }
  }
}

extension HoneypotReport {
  /// The page; what Documentation/Results holds; the same for a terminal.
  fileprivate var presented: (page: String, tables: String, terminal: String) {
    let parts = forms.map { form in
      let (title, table, headline) = (
        "\(form.name): \(form.explanation)", table(on: form), headline(on: form)
      )
      return (
        markdown: "## \(title)\n\n\(table.markdown)\n\(headline)\n\n",
        terminal: "\n\(title)\n\(table.terminal(coloring: .plain))\n\(headline)"
      )
    }
    return (
      HoneypotPage(content: self).html, parts.map(\.markdown).joined(),
      (parts.map(\.terminal) + [cautionAboutSeeds].compactMap(\.self)).joined(separator: "\n")
    )
  }
}

extension HoneypotConfiguration: RunConfiguration {
  static let meanings: [(key: String, meaning: String)] = [
    ("base", "The base policy's folder."),
    ("proxy", "The reward model that the policy is trained on."),
    ("gold", "The reward model that it never sees."),
    ("prompts", "JSON Lines with `text`; openings are the prompts."),
    ("prompt_words", "How many words of a text are its opening."),
    ("word", "The word that the hole pays for."),
    ("methods", "Some of base, ppo, ppo-kl, actde, gaa-code, gaa-text, gaa-per-token."),
    ("forms", "Some of capped, uncapped."), ("seeds", "Runs per method and form."),
    ("steps", "Steps of a run."), ("episodes_per_step", "Completions per step."),
    ("epochs", "Passes over a step's completions."), ("minibatches", "Updates per pass."),
    ("max_new_tokens", "Longest completion."),
    ("temperature", "Divides the scores in sampling, training and evaluation."),
    ("learning_rate", "Step size of AdamW, the same for all methods."),
    ("critic_learning_rate_factor", "The critic's rate as a multiple of it, the same for all."),
    ("kl_coefficient", "β of ppo-kl, or of all where kl_placement is given."),
    (
      "kl_placement",
      "reward or loss for every method; none leaves each its own (ppo-kl alone has KL)."
    ),
    ("greedy_control.a", "A control: this number in place of the measured a of gaa methods."),
    ("greedy_control.b", "A control: this number in place of the measured b."),
    ("greedy_control.shuffled", "A control: gaa-per-token's a and b go to other tokens."),
    ("lambda", "λ of advantages and returns."),
    ("actde_lambda", "λ of actde's own advantages."),
    ("evaluations", "Completions that judge a trained policy."),
    ("workers", "Runs at a time; 0 takes one for each core."),
  ]
}
