import FileTestSupport
import Files
import Foundation
import Testing

@testable import Feedback

@Suite struct `The export of ratings` {
  let folder: TemporaryFolder
  let dataset: RatingsDataset

  init() throws {
    folder = try TemporaryFolder()
    var configuration = RatingsDataset.Configuration()
    configuration.heldOutShare = 0.3
    configuration.trainPairCount = 300
    configuration.heldOutPairCount = 50
    dataset = try RatingsDataset(
      HumanRatings(sentences: sentences(120) + sentences(20, domain: .tweets)),
      configuration: configuration)
  }

  private struct SentenceRow: Decodable {
    var text: String
    var domain: String
    var split: String
    var mean: Double
    var proxy_mean: Double
    var gold_mean: Double
    var proxy_ratings: [Int]
    var gold_ratings: [Int]
  }

  private func rows<Row: Decodable>(_ name: String) throws -> [Row] {
    try JSONLines.read(from: folder.url.appendingPathComponent(name))
  }

  @Test func `that cannot be finished touches no file`() throws {
    try dataset.write(to: folder.url)
    let texts = folder.url.appendingPathComponent("texts-film-reviews-train.jsonl")
    let before = try Data(contentsOf: texts)
    var configuration = RatingsDataset.Configuration()
    configuration.heldOutShare = 0
    let whole = try RatingsDataset(
      HumanRatings(sentences: sentences(120)), configuration: configuration)
    #expect(throws: FeedbackError.self) { try whole.write(to: folder.url) }
    #expect(try Data(contentsOf: texts) == before)
  }

  @Test func `writes the promised files, whose counts are in the manifest`() throws {
    let summary = try dataset.write(to: folder.url)
    var promised: Set = [
      "pairs-proxy-train.jsonl", "pairs-gold-train.jsonl", "pairs-proxy-heldout.jsonl",
      "pairs-gold-heldout.jsonl", "sentences.jsonl", "manifest.json",
    ]
    for (domain, sides) in summary.sentences {
      for side in sides.keys {
        promised.formUnion([
          "texts-\(domain)-\(side).jsonl", "ratings-proxy-\(domain)-\(side).jsonl",
          "ratings-gold-\(domain)-\(side).jsonl",
        ])
      }
    }
    #expect(Set(try FileManager.default.contentsOfDirectory(atPath: folder.url.path)) == promised)
    let manifest = try JSONDecoder().decode(
      RatingsSummary.self, from: Data(folder.text("manifest.json").utf8))
    #expect(manifest == summary)
    for (name, count) in summary.pairs {
      #expect(try (rows("\(name).jsonl") as [PreferencePair]).count == count)
    }
    #expect(summary.sentences.values.flatMap(\.values).reduce(0, +) == 140)
    #expect(summary.halvesAgreement["film-reviews"]?["heldout"] != nil)
  }

  @Test func `lets no held-out text into anything for training`() throws {
    try dataset.write(to: folder.url)
    let held = Set(
      (try rows("sentences.jsonl") as [SentenceRow]).filter { $0.split == "heldout" }.map(\.text))
    #expect(!held.isEmpty)
    // The synthetic domains share texts, so this also covers leaks across domains.
    let texts = { (side: String) in
      try RatingsDomain.allCases.map { "texts-\($0.rawValue)-\(side).jsonl" }
        .filter {
          FileManager.default.fileExists(atPath: folder.url.appendingPathComponent($0).path)
        }
        .flatMap { try rows($0) as [Text] }.map(\.text)
    }
    #expect(held.isDisjoint(with: try texts("train")))
    #expect(held == Set(try texts("heldout")))
    for role in RatingHalves.Role.allCases {
      for domain in RatingsDomain.allCases {
        let name = "ratings-\(role.rawValue)-\(domain.rawValue)-train.jsonl"
        guard FileManager.default.fileExists(atPath: folder.url.appendingPathComponent(name).path)
        else { continue }
        #expect(held.isDisjoint(with: (try rows(name) as [RatedText]).map(\.text)))
      }
      let train: [PreferencePair] = try rows("pairs-\(role.rawValue)-train.jsonl")
      #expect(held.isDisjoint(with: train.flatMap { [$0.chosen, $0.rejected] }))
      let heldOut: [PreferencePair] = try rows("pairs-\(role.rawValue)-heldout.jsonl")
      #expect(held.isSuperset(of: heldOut.flatMap { [$0.chosen, $0.rejected] }))
    }
  }

  @Test func `keeps every rating and the means of both halves`() throws {
    try dataset.write(to: folder.url)
    let rows: [SentenceRow] = try rows("sentences.jsonl")
    #expect(rows.count == dataset.entries.count)
    for (row, entry) in zip(rows, dataset.entries) {
      #expect(row.proxy_ratings == entry.halves.proxy)
      #expect(row.gold_ratings == entry.halves.gold)
      #expect(row.proxy_mean == row.proxy_ratings.mean)
      #expect(row.gold_mean == row.gold_ratings.mean)
      #expect(row.mean == entry.sentence.mean)
    }
  }

  @Test func `writes the same bytes twice`() throws {
    try dataset.write(to: folder.url)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    let first = try names.map(folder.text)
    try dataset.write(to: folder.url)
    #expect(try names.map(folder.text) == first)
  }

  @Test func `says when the folder cannot be made`() throws {
    let url = try folder.file("file", "x").appendingPathComponent("below")
    #expect(
      throws: FeedbackError.file(
        .unwritable(file: url.path, reason: "the folder cannot be created"))
    ) { try dataset.write(to: url) }
  }
}
