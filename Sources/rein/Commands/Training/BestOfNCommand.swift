import ArgumentParser
import Foundation
import RunRecords
import Training

struct BestOfNCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "best-of-n",
    abstract: "Draw several answers to each prompt, keep the best, and imitate them if asked to.",
    usage:
      "rein best-of-n [FILE.yaml] [--KEY VALUE]... [--run FOLDER] [--overwrite | --resume] [--json]",
    discussion: """
      What do n answers to choose from earn, and at what distance from the policy? Then the same as training: rounds of \
      drawing, keeping the best share and imitating it (rejection sampling):

        rein best-of-n Examples/best-of-n.yaml
        rein best-of-n Examples/best-of-n.yaml --imitate true --rounds 8 --keep_share 0.5

      The answers that are kept go to best.jsonl, in the format of prompt and completion that rein sft reads.


      """ + BestOfNRun.Configuration.helpText())

  @OptionGroup var options: RunOptions

  func run() throws {
    let resolved = try options.resolved(BestOfNRun.Configuration.self, named: "best-of-n")
    Interruption.listen()
    let result = try BestOfNRun(resolved.configuration).run(
      options.context(named: "best-of-n", configuration: resolved.text),
      observer: Console().observer)
    var fields: [String: Any] = ["answers": result.answers.relativePath]
    for entry in result.lastReport?.metrics ?? [] { fields[entry.metric.name] = entry.value }
    fields["curve"] = result.curve.map { point in
      var fields: [String: Any] = [
        "n": point.count, "kl": point.divergence, "score": point.score,
      ]
      fields["gold_reward"] = point.gold
      return fields
    }
    let rows = result.curve.map { point in
      String(format: "%5d  %6.3f  %8.4f", point.count, point.divergence, point.score)
        + (point.gold.map { String(format: "  %8.4f", $0) } ?? "")
    }
    let title =
      "    n      KL     score" + (result.curve.first?.gold == nil ? "" : "      gold")
    try options.finish(
      result.ending, model: result.folder, fields: fields,
      text: ([title] + rows + ["answers: \(result.answers.relativePath)"])
        .joined(separator: "\n"))
  }
}
