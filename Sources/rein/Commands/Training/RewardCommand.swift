import ArgumentParser
import Foundation
import Training

struct RewardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reward", abstract: "Train a reward model on ratings, preferences or marks.",
    usage:
      "rein reward [FILE.yaml] [--KEY VALUE]... [--run FOLDER] [--overwrite | --resume] [--json]",
    discussion: RewardRun.Configuration.helpText())

  @OptionGroup var options: RunOptions

  func run() throws {
    let resolved = try options.resolved(RewardRun.Configuration.self, named: "reward")
    Interruption.listen()
    let result = try RewardRun(resolved.configuration).run(
      options.context(named: "reward", configuration: resolved.text), observer: Console().observer)
    var fields = counts(result.parameterCount, trained: result.trainedParameterCount)
    fields["accuracy"] = Dictionary(
      result.accuracies.map { ($0.file, $0.accuracy) }, uniquingKeysWith: { $1 })
    let text =
      ([weights(result.parameterCount, trained: result.trainedParameterCount)]
      + result.accuracies.map { String(format: "%@: accuracy %.4f", $0.file, $0.accuracy) })
      .joined(separator: "\n")
    try options.finish(result.ending, model: result.model, fields: fields, text: text)
  }
}
