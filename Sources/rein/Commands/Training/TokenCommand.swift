import ArgumentParser
import Foundation
import Training

struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokens",
    abstract: "Train a policy on marks on single tokens, with no reward model.",
    usage:
      "rein tokens [FILE.yaml] [--KEY VALUE]... [--run FOLDER] [--overwrite | --resume] [--json]",
    discussion: """
      Somebody marks what is wrong in a text, or right, where it stands; the policy makes it less likely there, or \
      likelier, and stays as it is elsewhere:

        rein tokens Examples/tokens.yaml
        rein tokens --policy MODEL --train marks.jsonl --kind unlikelihood


      """ + TokenRun.Configuration.helpText())

  @OptionGroup var options: RunOptions

  func run() throws {
    let resolved = try options.resolved(TokenRun.Configuration.self, named: "tokens")
    Interruption.listen()
    let result = try TokenRun(resolved.configuration).run(
      options.context(named: "tokens", configuration: resolved.text), observer: Console().observer)
    var fields: [String: Any] = ["trained_parameters": result.trainedParameterCount]
    fields["trained"] = result.trained.fields
    var text = "marked: \(result.trained.words)"
    if let found = result.heldOut {
      fields["held_out"] = found.fields
      text += "\nheld out: \(found.words)"
    }
    try options.finish(result.ending, model: result.model, fields: fields, text: text)
  }
}

extension TokenTrainer.Evaluation {
  private var values: [(name: String, label: String, value: Double)] {
    [
      ("loss", "loss", loss), ("bad_probability", "π(bad)", badProbability),
      ("good_probability", "π(good)", goodProbability),
      ("unmarked_kl", "KL on unmarked tokens", unmarkedDivergence),
      ("target_distance", "distance from π*", targetDistance),
    ].filter(\.2.isFinite)
  }

  /// For `--json`; what there was nothing of is left out.
  fileprivate var fields: [String: Double] {
    Dictionary(uniqueKeysWithValues: values.map { ($0.name, $0.value) })
  }

  /// For people.
  fileprivate var words: String {
    values.map { "\($0.label) " + String(format: "%.4f", $0.value) }.joined(separator: ", ")
  }
}
