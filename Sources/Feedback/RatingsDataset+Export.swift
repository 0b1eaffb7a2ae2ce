import Files
public import Foundation

extension RatingsDataset {
  /// Writes the data set as JSON Lines, and returns the summary that it also writes.
  ///
  /// - `texts-<domain>-<side>.jsonl`: `text`, for supervised fine-tuning;
  /// - `ratings-<half>-<domain>-<side>.jsonl`: `text` and that half's single `ratings`;
  /// - `pairs-<half>-<side>.jsonl`: `chosen`, `rejected`, `probability`, the same pairs of sentences
  ///   for both halves, but for ties;
  /// - `sentences.jsonl`: everything about every sentence, for baselines in other languages;
  /// - `manifest.json`: the choices, the counts and the marks.
  ///
  /// - Throws: ``FeedbackError``; files already written stay.
  @discardableResult
  public func write(to folder: URL) throws(FeedbackError) -> RatingsSummary {
    var summary = RatingsSummary(of: self)
    // What can fail for want of sentences comes before the first file is touched.
    var drawn: [RatingsSplit.Side: [SentencePair]] = [:]
    for side in RatingsSplit.Side.allCases { drawn[side] = try sentencePairs(on: side) }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .file(.unwritable(file: folder.path, reason: "the folder cannot be created"))
    }
    for side in RatingsSplit.Side.allCases {
      for domain in RatingsDomain.allCases {
        let entries = entries(on: side, domain: domain)
        guard !entries.isEmpty else { continue }
        let name = "\(domain.rawValue)-\(side.rawValue)"
        try write(entries.map(TextRow.init), to: folder, named: "texts-\(name).jsonl")
        for role in RatingHalves.Role.allCases {
          try write(
            entries.map { RatedText(text: $0.sentence.text, ratings: $0.halves[role]) }, to: folder,
            named: "ratings-\(role.rawValue)-\(name).jsonl")
        }
      }
      for role in RatingHalves.Role.allCases {
        let preferences = preferences(drawn[side, default: []], by: role)
        let name = "pairs-\(role.rawValue)-\(side.rawValue)"
        try write(preferences, to: folder, named: "\(name).jsonl")
        summary.pairs[name] = preferences.count
      }
    }
    try write(entries.map(SentenceRow.init), to: folder, named: "sentences.jsonl")
    try summary.write(to: folder.appendingPathComponent("manifest.json"))
    return summary
  }

  private func write(
    _ rows: [some Encodable], to folder: URL, named name: String
  ) throws(FeedbackError) {
    do throws(FileError) {
      try JSONLines.write(rows, to: folder.appendingPathComponent(name))
    } catch {
      throw .file(error)
    }
  }
}

/// A row of `sft-*.jsonl`.
private struct TextRow: Encodable {
  var text: String
  var domain: RatingsDomain

  init(_ entry: RatingsDataset.Entry) {
    text = entry.sentence.text
    domain = entry.sentence.domain
  }
}

/// A row of `sentences.jsonl`.
private struct SentenceRow: Encodable {
  var identifier: String
  var domain: RatingsDomain
  var text: String
  var split: RatingsSplit.Side
  var mean: Double
  var proxyMean: Double
  var goldMean: Double
  var proxyRatings: [Int]
  var goldRatings: [Int]

  init(_ entry: RatingsDataset.Entry) {
    identifier = entry.sentence.identifier
    domain = entry.sentence.domain
    text = entry.sentence.text
    split = entry.side
    mean = entry.sentence.mean
    proxyMean = entry.halves.proxyMean
    goldMean = entry.halves.goldMean
    proxyRatings = entry.halves.proxy
    goldRatings = entry.halves.gold
  }

  enum CodingKeys: String, CodingKey {
    case identifier = "id"
    case domain, text, split, mean
    case proxyMean = "proxy_mean"
    case goldMean = "gold_mean"
    case proxyRatings = "proxy_ratings"
    case goldRatings = "gold_ratings"
  }
}
