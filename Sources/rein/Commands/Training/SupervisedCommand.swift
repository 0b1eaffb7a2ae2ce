import ArgumentParser
import Foundation
import Training

struct SupervisedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sft", abstract: "Train a language model on texts.",
    usage: "rein sft [FILE.yaml] [--KEY VALUE]... [--run FOLDER] [--overwrite | --resume] [--json]",
    discussion: SupervisedRun.Configuration.helpText())

  @OptionGroup var options: RunOptions

  func run() throws {
    let resolved = try options.resolved(SupervisedRun.Configuration.self, named: "sft")
    Interruption.listen()
    let result = try SupervisedRun(resolved.configuration).run(
      options.context(named: "sft", configuration: resolved.text), observer: Console().observer)
    var fields = counts(result.parameterCount, trained: result.trainedParameterCount)
    fields["held_out_loss"] = result.heldOutLoss
    fields["bits_per_byte"] = result.bitsPerByte
    let text =
      weights(result.parameterCount, trained: result.trainedParameterCount)
      + (result.bitsPerByte.map { String(format: ", %.3f held-out bits per byte", $0) } ?? "")
    try options.finish(result.ending, model: result.model, fields: fields, text: text)
  }
}
