import ArgumentParser
import Experiments
import Feedback
import Foundation
import Reports
import Synchronization

struct HoneypotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "honeypot", abstract: "Which methods fall into a planted hole of their reward?",
    usage: "rein reproduce honeypot [FILE.yaml] [--KEY VALUE]... [--output FOLDER] [--json]",
    discussion: HoneypotConfiguration.helpText)

  @Option(help: "Where results and the page go; runs that are there are not made again.")
  var output = "runs/honeypot"

  @Flag(help: "Print one JSON object per run.")
  var json = false

  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp("[FILE.yaml] [--KEY VALUE]...", valueName: "configuration"))
  var words: [String] = []

  func run() throws {
    let settings = try ConfigurationReader.read(HoneypotConfiguration.self, from: words)
    let folder = URL(fileURLWithPath: output)
    Interruption.listen()
    let console = Console()
    let printsRecords = json
    let outcome = try HoneypotExperiment(settings.configuration, folder: folder).run(
      command: ExperimentResults.command, observer: console.observer
    ) { record in
      if printsRecords { try? ExperimentResults.print(record) }
    }
    // What Documentation/Results holds: the tables, and every run's record.
    var tables = ""
    for form in outcome.report.forms {
      tables += "## \(form.name): \(form.explanation)\n\n"
      tables += outcome.report.table(on: form).markdown + "\n"
      tables += outcome.report.headline(on: form) + "\n\n"
    }
    let page = try ExperimentResults(
      page: HoneypotPage(content: outcome.report).html, tables: tables, records: outcome.records
    ).write(in: folder)
    if !json {
      for form in outcome.report.forms {
        Console.print("\n\(form.name): \(form.explanation)")
        Console.print(outcome.report.table(on: form).terminal(coloring: .plain))
        Console.print(outcome.report.headline(on: form))
      }
      Console.print("\npage: \(page.relativePath)")
    }
    try ExperimentResults.leave(
      failures: outcome.failures.map { "\($0.run): \($0.error)" }, isComplete: outcome.isComplete,
      console: console)
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
