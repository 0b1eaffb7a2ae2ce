import FileTestSupport
import Files
import Foundation
import Testing

@testable import Feedback

@Suite struct `Human ratings` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Writes the two files of the tweets and reads them.
  private func read(texts: String, ratings: String) throws -> HumanRatings {
    _ = try folder.file("tweets_GroundTruth.txt", texts)
    _ = try folder.file("tweets_anonDataRatings.txt", ratings)
    return try HumanRatings.read(from: folder.url, domains: [.tweets])
  }

  private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }
  private var texts: String { path("tweets_GroundTruth.txt") }
  private var ratings: String { path("tweets_anonDataRatings.txt") }

  @Test func `of all domains come with identifiers, texts and ratings`() throws {
    for domain in RatingsDomain.allCases {
      try folder.ratings(domain, [("1_2", "Of \(domain.rawValue)\tand a tab", [1, -2, 4])])
    }
    let sentences = try HumanRatings.read(from: folder.url).sentences
    #expect(
      sentences
        == RatingsDomain.allCases.map {
          RatedSentence(
            domain: $0, identifier: "1_2", text: "Of \($0.rawValue) and a tab", ratings: [1, -2, 4])
        })
    #expect(sentences[0].document == "1")
    #expect(sentences[0].key == "film-reviews/1_2")
    #expect(sentences[0].mean == 1)
  }

  @Test func `join their two files by identifier, not by order`() throws {
    let result = try read(
      texts: "1\t1\ta\r\n2\t2\tb", ratings: "2\t2\t0\t[2, 2]\r\n1\t1\t0\t[1, 1]")
    #expect(result.sentences.map(\.ratings) == [[1, 1], [2, 2]])
  }

  @Test func `tell what is odd and read on`() throws {
    let full = "[\((0..<20).map { _ in "1" }.joined(separator: ", "))]"
    let result = try read(
      texts: "1\t1\tGood day\n2\t1.5\tFine\n3\t1\tgood  DAY!\n4\t1\t!!",
      ratings: "\u{FEFF}1\t1\t0\t\(full)\n2\t1\t0\t\(full)\n3\t1\t0\t[1, 1]\n4\t1.5\t0\t\(full)")
    #expect(
      result.irregularities == [
        .byteOrderMark(file: ratings),
        .fewRatings(file: ratings, line: 3, identifier: "3", count: 2),
        .statedMean(file: ratings, line: 4, identifier: "4", stated: 1.5, actual: 1),
        .statedMean(file: texts, line: 2, identifier: "2", stated: 1.5, actual: 1),
        .repeatedText(file: texts, line: 3, identifier: "3", earlier: "tweets/1"),
        .wordlessText(file: texts, line: 4, identifier: "4"),
      ])
    #expect(result.sentences.map(\.identifier) == ["1", "2", "3", "4"])
    #expect(
      result.irregularities.countsByKind() == [
        "byte-order-mark": 1, "few-ratings": 1, "stated-mean": 2, "repeated-text": 1,
        "wordless-text": 1,
      ])
  }

  @Test func `read lines that are not UTF-8 as Windows-1252, and say so`() throws {
    let bytes = Data("1\t1\tna".utf8) + [0xEF] + Data("ve".utf8) + [0x92] + Data("s\n".utf8)
    _ = try folder.file("tweets_GroundTruth.txt", bytes)
    _ = try folder.file("tweets_anonDataRatings.txt", "1\t1\t0\t[1, 1]")
    let result = try HumanRatings.read(from: folder.url, domains: [.tweets])
    #expect(result.sentences.map(\.text) == ["naïve’s"])
    #expect(result.irregularities.contains(.otherEncoding(file: texts, line: 1)))
  }

  @Test(arguments: [
    ("1\t1", "has 2 columns, but needs identifier, mean, text"),
    ("1\tgood\ttext", "the mean 'good' is not a number"),
    ("1\t1\t ", "the text is empty"),
  ])
  func `refuse a malformed text`(row: String, reason: String) throws {
    #expect(
      throws: FeedbackError.file(.malformed(file: texts, line: 2, reason: reason))
    ) { try read(texts: "\n" + row, ratings: "1\t1\t0\t[1, 1]") }
  }

  @Test(arguments: [
    ("1\t1\t[1, 1]", "has 3 columns, but needs identifier, mean, standard deviation, ratings"),
    ("1\t\t0\t[1, 1]", "the mean '' is not a number"),
    ("1\t1\tnan\t[1, 1]", "the standard deviation 'nan' is not a number"),
    ("1\t1\t0\t1, 1", "the ratings '1, 1' are not a list in square brackets"),
    ("1\t1\t0\t[1, good]", "the rating 'good' is not a whole number"),
    ("1\t1\t0\t[1, 1.5]", "the rating '1.5' is not a whole number"),
    ("1\t1\t0\t[1, 5]", "the rating 5 is outside -4...4"),
    ("1\t1\t0\t[]", "has 0 ratings, but needs at least 2"),
    ("1\t1\t0\t[1]", "has 1 ratings, but needs at least 2"),
  ])
  func `refuse malformed ratings`(row: String, reason: String) throws {
    #expect(
      throws: FeedbackError.file(.malformed(file: ratings, line: 1, reason: reason))
    ) { try read(texts: "1\t1\ta", ratings: row) }
  }

  @Test func `refuse a text without ratings`() throws {
    #expect(throws: FeedbackError.textWithoutRatings(file: texts, line: 2, identifier: "2")) {
      try read(texts: "1\t1\ta\n2\t1\tb", ratings: "1\t1\t0\t[1, 1]")
    }
  }

  @Test func `refuse ratings without a text`() throws {
    #expect(throws: FeedbackError.ratingsWithoutText(file: ratings, line: 2, identifier: "2")) {
      try read(texts: "1\t1\ta", ratings: "1\t1\t0\t[1, 1]\n2\t1\t0\t[1, 1]")
    }
  }

  @Test func `refuse an identifier that is used twice`() throws {
    #expect(throws: FeedbackError.duplicateIdentifier(file: texts, line: 2, identifier: "1")) {
      try read(texts: "1\t1\ta\n1\t1\tb", ratings: "1\t1\t0\t[1, 1]")
    }
    #expect(throws: FeedbackError.duplicateIdentifier(file: ratings, line: 2, identifier: "1")) {
      try read(texts: "1\t1\ta", ratings: "1\t1\t0\t[1, 1]\n1\t1\t0\t[1, 1]")
    }
  }

  @Test func `refuse a folder without the files, and empty files`() throws {
    #expect(throws: FeedbackError.file(.unreadable(file: texts, reason: "no such file"))) {
      try HumanRatings.read(from: folder.url, domains: [.tweets])
    }
    #expect(throws: FeedbackError.file(.empty(file: texts))) {
      try read(texts: "\n", ratings: "1\t1\t0\t[1, 1]")
    }
  }
}
