import ArgumentParser
import Feedback
import Foundation

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Make training files from the published human ratings.",
    discussion: """
      Reads the ratings of Hutto & Gilbert (2014): 23,703 sentences, each rated from −4 to 4 by 15 to 99 people. Sentences are \
      split into train and held-out, and each sentence's single ratings are dealt into two disjoint halves: `proxy` trains \
      the reward model that a policy sees, `gold` one that it never sees.

        Scripts/setup ratings && rein data --source .data/ratings --output .data/prepared
      """)

  @Option(help: "The folder with *_GroundTruth.txt and *_anonDataRatings.txt.")
  var source = ".data/ratings"

  @Option(help: "Where the JSON Lines files go.")
  var output = ".data/prepared"

  @Option(help: "Decides the split and the halves.")
  var seed: UInt64 = 0

  @Option(name: .customLong("held-out-share"), help: "The share of sentences that is held out.")
  var heldOutShare = 0.1

  @Flag(help: "Print the counts as one JSON object.")
  var json = false

  func run() throws {
    var configuration = RatingsDataset.Configuration()
    configuration.seed = seed
    configuration.heldOutShare = heldOutShare
    let ratings = try HumanRatings.read(from: URL(fileURLWithPath: source))
    let dataset = try RatingsDataset(ratings, configuration: configuration)
    let summary = try dataset.write(to: URL(fileURLWithPath: output))
    if json {
      let encoded = try JSONEncoder().encode(summary)
      try Console.printJSON(JSONSerialization.jsonObject(with: encoded) as? [String: Any] ?? [:])
      return
    }
    for (domain, sides) in summary.sentences.sorted(by: { $0.key < $1.key }) {
      let counts = sides.sorted { $0.key > $1.key }.map { "\($0.value) \($0.key)" }
        .joined(separator: ", ")
      let agreement = summary.halvesAgreement[domain]?["heldout"]
        .map { String(format: "; halves of raters agree on %.2f %% of pairs", 100 * $0) }
      Console.print("\(domain): \(counts)\(agreement ?? "")")
    }
    Console.print("written to \(output)")
  }
}
