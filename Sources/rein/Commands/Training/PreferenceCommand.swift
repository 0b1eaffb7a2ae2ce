import ArgumentParser
import Foundation
import RunRecords
import Training

struct PreferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dpo",
    abstract: "Train a policy on preferences directly, with no reward model.",
    usage: "rein dpo [FILE.yaml] [--KEY VALUE]... [--run FOLDER] [--overwrite | --resume] [--json]",
    discussion: """
      Direct preference optimization (Rafailov et al. 2023) and IPO (Azar et al. 2023):

        rein dpo Examples/dpo.yaml
        rein dpo --policy MODEL --train pairs.jsonl --kind ipo --beta 0.2


      """ + PreferenceRun.Configuration.helpText())

  @OptionGroup var options: RunOptions

  func run() throws {
    let resolved = try options.resolved(PreferenceRun.Configuration.self, named: "dpo")
    Interruption.listen()
    let result = try PreferenceRun(resolved.configuration).run(
      options.context(named: "dpo", configuration: resolved.text), observer: Console().observer)
    var fields: [String: Any] = ["trained_parameters": result.trainedParameterCount]
    for entry in result.lastReport?.metrics ?? [] { fields[entry.metric.name] = entry.value }
    var text = String(
      format: "margin %.3f, accuracy %.3f on the last batch",
      result.lastReport?[.rewardMargin] ?? .nan, result.lastReport?[.rewardAccuracy] ?? .nan)
    if let found = result.heldOut {
      fields["held_out_loss"] = found.loss
      fields["held_out_accuracy"] = found.accuracy
      text += String(format: "; held out: loss %.4f, accuracy %.4f", found.loss, found.accuracy)
    }
    try options.finish(result.ending, model: result.model, fields: fields, text: text)
  }
}
