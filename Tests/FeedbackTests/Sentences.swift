import FileTestSupport
import Foundation

@testable import Feedback

extension TemporaryFolder {
  /// Writes the two files of a domain from rows of (identifier, text, ratings).
  func ratings(
    _ domain: RatingsDomain, _ rows: [(identifier: String, text: String, ratings: [Int])]
  ) throws {
    let texts = rows.map { "\($0.identifier)\t\($0.ratings.mean)\t\($0.text)" }
    let lists = rows.map { "\($0.identifier)\t\($0.ratings.mean)\t0.5\t\($0.ratings)" }
    _ = try file("\(domain.fileStem)_GroundTruth.txt", texts.joined(separator: "\r\n"))
    _ = try file("\(domain.fileStem)_anonDataRatings.txt", lists.joined(separator: "\r\n"))
  }
}

/// Sentences that differ in words, with ratings drawn around a level per sentence.
func sentences(_ count: Int, domain: RatingsDomain = .filmReviews) -> [RatedSentence] {
  var generator = SplitMix64(state: 7)
  return (0..<count).map { index in
    let level = generator.draw(below: 7) - 3
    let ratings = (0..<15 + index % 6).map { _ in level + generator.draw(below: 3) - 1 }
    return RatedSentence(
      domain: domain, identifier: "\(index + 1)", text: "sentence number \(index + 1)",
      ratings: ratings)
  }
}
