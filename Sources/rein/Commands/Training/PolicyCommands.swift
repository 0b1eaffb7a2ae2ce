import ArgumentParser
import Foundation
import RunRecords
import Training

/// What `ppo`, `rloo` and `grpo` do: the same run with other presets.
private func trainPolicy(
  _ options: RunOptions, named name: String, assuming preset: Method.Preset? = nil
) throws {
  let resolved = try options.resolved(
    PolicyRun.Configuration.self, named: name,
    assuming: preset.map { ["preset": $0.rawValue] } ?? [:])
  let found = resolved.configuration.preset
  if let preset, found != preset {
    throw InputProblem(
      "preset: rein \(name) trains by \(preset.rawValue), the configuration says \(found.rawValue); "
        + "leave the key out, or use rein ppo")
  }
  Interruption.listen()
  let result = try PolicyRun(resolved.configuration).run(
    options.context(named: name, configuration: resolved.text), observer: Console().observer)
  var fields: [String: Any] = ["trained_parameters": result.trainedParameterCount]
  for entry in result.lastReport?.metrics ?? [] { fields[entry.metric.name] = entry.value }
  let score = result.lastReport?[.scores] ?? .nan
  // On a budget KL is known exactly; the estimate by the tokens drawn may lie above the budget.
  let divergence = result.lastReport?[.budgetDivergence] ?? result.lastReport?[.kl] ?? .nan
  try options.finish(
    result.ending, model: result.model, fields: fields,
    text: String(format: "score %.3f at a KL of %.3f nats per completion", score, divergence))
}

private func usage(_ name: String) -> String {
  "rein \(name) [FILE.yaml] [--KEY VALUE]... [--run FOLDER] [--overwrite | --resume] [--json]"
}

struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ppo",
    abstract: "Train a policy by reinforcement learning from rewards of any kind.",
    usage: usage("ppo"), discussion: PolicyRun.Configuration.helpText())

  @OptionGroup var options: RunOptions

  func run() throws { try trainPolicy(options, named: "ppo") }
}

struct LeaveOneOutCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rloo",
    abstract: "Train a policy by REINFORCE with the other answers to its prompt as baseline.",
    usage: usage("rloo"),
    discussion: "The same as rein ppo with preset rloo (Ahmadian et al. 2024).\n\n"
      + PolicyRun.Configuration.helpText(assuming: ["preset": "rloo"]))

  @OptionGroup var options: RunOptions

  func run() throws { try trainPolicy(options, named: "rloo", assuming: .rloo) }
}

struct GroupRelativeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grpo",
    abstract: "Train a policy on answers compared within the group of their prompt.",
    usage: usage("grpo"),
    discussion: "The same as rein ppo with preset grpo (Shao et al. 2024).\n\n"
      + PolicyRun.Configuration.helpText(assuming: ["preset": "grpo"]))

  @OptionGroup var options: RunOptions

  func run() throws { try trainPolicy(options, named: "grpo", assuming: .grpo) }
}
