import Feedback
import Files
import Foundation
import Testing
import Tokenization

/// Where the tokens of texts come from; written by Scripts/fixtures/marks.py.
struct GoldenMarks: Decodable {
  struct Case: Decodable {
    var text: String
    var ids: [Int]
    /// Characters of each token, as the `tokenizers` package counts them.
    var offsets: [[Int]]

    /// Characters of each token.
    var characters: [Range<Int>] { offsets.map { $0[0]..<$0[1] } }
  }

  var vocabularyCount: Int
  var minimumFrequency: Int
  var specialTokens: [String]
  var corpus: [String]
  var cases: [Case]

  static func load() throws -> GoldenMarks {
    let url = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/marks.json")
    return try JSONDecoder().decode(GoldenMarks.self, from: Data(contentsOf: url))
  }

  /// The tokenizer of the cases, with `<|endoftext|>` as token 0.
  func tokenizer() throws -> Tokenizer {
    try TokenizerTrainer(
      vocabularyCount: vocabularyCount, minimumFrequency: minimumFrequency,
      specialTokens: specialTokens
    ).train(on: corpus)
  }
}

/// Texts, their tokens and marks on them, for tests.
struct Marking {
  static let endOfText = 0
  static let place = RowPlace(file: "marks.jsonl", line: 3)

  let tokenizer: Tokenizer

  /// Texts by some tokenizer.
  init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  /// Texts by the tokenizer of the golden cases.
  init() throws { self.init(try GoldenMarks.load().tokenizer()) }

  /// A tokenizer of another family, from the fixtures that the tokenizers package wrote.
  static func published(_ name: String) throws -> Tokenizer {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try Tokenizer.load(
      from: tests.appending(path: "TokenizationTests/Fixtures/\(name).json"))
  }

  func encoded(_ completion: String, _ marks: [TextMark]) throws(FileError) -> MarkedCompletion {
    try MarkedRow(completion: completion, marks: marks)
      .encoded(by: tokenizer, endOfText: Marking.endOfText, at: Marking.place)
  }

  /// The marked tokens' texts.
  func words(_ completion: String, _ marks: [TextMark]) throws -> [String] {
    let encoded = try encoded(completion, marks)
    return encoded.marks.map { tokenizer.decode([encoded.tokens[$0.place]]) }
  }

  /// The marked tokens' text, in one piece.
  func marked(_ completion: String, _ marks: [TextMark]) throws -> String {
    let encoded = try encoded(completion, marks)
    return tokenizer.decode(encoded.marks.map { encoded.tokens[$0.place] })
  }

  /// What is wrong with a row of one mark or more.
  func problem(_ completion: String, _ marks: [TextMark]) throws -> String {
    let error = try #require(throws: FileError.self) { try encoded(completion, marks) }
    return "\(error)"
  }
}

extension String {
  /// Where a part of a text stands, counted in Unicode scalars.
  func span(of part: String) throws -> TextMark.Part {
    let (all, part) = (Array(unicodeScalars), Array(part.unicodeScalars))
    let starts = (0...all.count - part.count).filter {
      all[$0..<$0 + part.count].elementsEqual(part)
    }
    let start = try #require(starts.first)
    return .characters(start..<start + part.count)
  }
}
