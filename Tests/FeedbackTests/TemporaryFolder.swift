import Foundation

@testable import Feedback

/// A folder of its own for one test, removed when the test lets go of it.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("rein-feedback-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  func file(_ name: String, _ text: String) throws -> URL {
    try file(name, Data(text.utf8))
  }

  func file(_ name: String, _ bytes: Data) throws -> URL {
    let file = url.appendingPathComponent(name)
    try bytes.write(to: file)
    return file
  }

  func text(_ name: String) throws -> String {
    try String(contentsOf: url.appendingPathComponent(name), encoding: .utf8)
  }

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
