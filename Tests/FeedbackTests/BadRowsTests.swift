import Feedback
import FileTestSupport
import Files
import Foundation
import Testing

/// A line that is refused, and words of the error.
struct BadRow: Sendable, CustomTestStringConvertible {
  var line: String
  var words: [String]

  init(_ line: String, _ words: String...) { (self.line, self.words) = (line, words) }

  var testDescription: String { line }

  /// Lines that no kind of row accepts.
  static let anyKind = [
    BadRow("{\"text\": ", "is not valid JSON at byte 9"),
    BadRow("[1]", "must be a JSON object, not an array"),
    BadRow("\"text\"", "must be a JSON object, not a string"),
    BadRow("{}", "nothing"),
    BadRow("{\"other\": \"a\"}", "`other`"),
    BadRow("{\"text\": \"\\ud800\"}", "is not valid JSON", "surrogate"),
  ]

  static let supervised = [
    BadRow("{\"text\": 3}", "'text' must be a string, not an integer"),
    BadRow("{\"prompt\": \"a\"}", "'completion' is missing"),
    BadRow("{\"completion\": \"a\"}", "'prompt' is missing"),
    BadRow(
      "{\"prompt\": \"a\", \"completion\": \"\"}", "'completion' is empty", "leave the row out"),
    BadRow(
      "{\"prompt\": \"a\", \"completion\": 1.5}",
      "'completion' must be a string or a list of messages"),
    BadRow(
      "{\"chosen\": \"a\", \"rejected\": \"b\"}", "is a preference row", "`prompt` and `completion`"
    ),
    BadRow("{\"messages\": []}", "'messages' is an empty list", "one message at least"),
    BadRow("{\"messages\": \"a\"}", "'messages' must be a list of messages, not a string"),
    BadRow("{\"messages\": [\"a\"]}", "'messages[0]' must be a message"),
    BadRow(
      "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}",
      "nothing that the assistant says"),
    BadRow(
      "{\"messages\": [{\"role\": 3, \"content\": \"a\"}]}",
      "'messages[0].role' must be a string, not an integer"),
    BadRow(
      "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"from\": \"gpt\", \"value\": \"a\"}]}",
      "'messages[1]' has no `role`", "`from` and `value`"),
    BadRow("{\"messages\": [{\"role\": \"user\"}]}", "'messages[0]' has no `content`"),
    BadRow(
      "{\"messages\": [{\"role\": \"user\", \"content\": 1}]}",
      "'messages[0].content' must be a string"),
    BadRow(
      "{\"prompt\": \"a\", \"completion\": [{\"role\": \"assistant\", \"content\": \"b\"}]}",
      "`prompt` is text and `completion` a list of messages", "both as text or both as messages"),
    BadRow(
      "{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\"}], \"tools\": 3}",
      "'tools' must be a list"),
    BadRow(
      "{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\"}], \"tools\": \"[\"}",
      "'tools' is text that is not JSON"),
    BadRow(
      "{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\"}], \"chat_template_kwargs\": []}",
      "'chat_template_kwargs' must be an object"),
  ]

  static let judged = [
    BadRow("{\"chosen\": \"a\"}", "'rejected' is missing"),
    BadRow("{\"rejected\": \"a\"}", "'chosen' is missing"),
    BadRow("{\"chosen\": \"\", \"rejected\": \"b\"}", "'chosen' is empty"),
    BadRow("{\"chosen\": [], \"rejected\": [3]}", "'chosen' is an empty list"),
    BadRow("{\"chosen\": \"a\", \"rejected\": \"a\"}", "are the same", "leave the row out"),
    BadRow(
      "{\"chosen\": [{\"role\": \"user\", \"content\": \"a\"}], \"rejected\": [{\"content\": \"a\", \"role\": \"user\"}]}",
      "are the same"),
    BadRow(
      "{\"prompt\": 1, \"chosen\": \"a\", \"rejected\": \"b\"}",
      "'prompt' must be a string or a list"),
    BadRow(
      "{\"prompt\": \"p\", \"chosen\": [{\"role\": \"user\", \"content\": \"p\"}], \"rejected\": [{\"role\": \"user\", \"content\": \"q\"}]}",
      "`prompt` is text and `chosen` a list of messages", "leave out a `prompt`"),
    BadRow("{\"prompt\": \"p\", \"completion\": \"c\", \"label\": true}", "unpaired", "in one row"),
    BadRow("{\"prompt\": \"p\", \"completion\": \"c\"}", "one answer", "`chosen` and `rejected`"),
    BadRow("{\"text\": \"a\"}", "`chosen` and `rejected`", "has `text`"),
    BadRow(
      "{\"chosen\": \"a\", \"rejected\": \"b\", \"probability\": 1.5}",
      "'probability' must be in 0...1, and is 1.5"),
    BadRow(
      "{\"chosen\": \"a\", \"rejected\": \"b\", \"probability\": \"1\"}",
      "'probability' must be a number, not a string"),
  ]

  static let rated = [
    BadRow("{\"text\": \"a\", \"ratings\": []}", "'ratings' must hold at least one rating"),
    BadRow("{\"text\": \"a\", \"ratings\": 3}", "'ratings' must be a list"),
    BadRow("{\"text\": \"a\", \"ratings\": [1, 2.5]}", "'ratings[1]' must be a whole number"),
    BadRow("{\"ratings\": [1]}", "'text' is missing"),
  ]

  static let prompts = [
    BadRow("{\"prompt\": []}", "'prompt' is an empty list"),
    BadRow("{\"prompt\": {\"role\": \"user\"}}", "'prompt' must be a string or a list of messages"),
    BadRow("{\"text\": [\"a\"]}", "'text' must be a string, not an array"),
    BadRow(
      "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}", "neither `prompt` nor `text`",
      "name the messages"),
  ]
}

@Suite struct `A bad row` {
  // A good line before it and a blank one, so that it is on line 3.
  private func expect<Row: DatasetRow>(_ bad: BadRow, as type: Row.Type, after good: String) throws
  {
    let folder = try TemporaryFolder()
    let url = try folder.file("rows.jsonl", "\(good)\n\n\(bad.line)\n")
    let error = try #require(throws: FileError.self) { try JSONLines.rows(type, from: url) }
    #expect("\(error)".hasPrefix("\(url.path):3: "), "\(error)")
    for word in bad.words { #expect("\(error)".contains(word), "\(error)") }
  }

  private static let text = "{\"text\": \"a\"}"
  private static let pair = "{\"chosen\": \"a\", \"rejected\": \"b\"}"

  @Test(arguments: BadRow.anyKind + BadRow.supervised)
  func `to be learned is named with file, line and key`(bad: BadRow) throws {
    try expect(bad, as: SupervisedRow.self, after: Self.text)
  }

  @Test(arguments: BadRow.anyKind + BadRow.judged + BadRow.rated)
  func `of judgements is named with file, line and key`(bad: BadRow) throws {
    try expect(bad, as: JudgedRow.self, after: Self.pair)
  }

  @Test func `of ratings is no comparison`() throws {
    try expect(
      BadRow("{\"text\": \"a\", \"ratings\": [1]}", "is a text with ratings", "`chosen`"),
      as: PreferenceRow.self, after: Self.pair)
  }

  @Test(arguments: BadRow.anyKind + BadRow.prompts)
  func `of prompts is named with file, line and key`(bad: BadRow) throws {
    try expect(bad, as: PromptRow.self, after: Self.text)
  }

  @Test func `of other bytes than UTF-8 is named, too`() throws {
    let folder = try TemporaryFolder()
    let url = try folder.file("rows.jsonl", Data("{\"text\": \"".utf8) + [0xFF] + Data("\"}".utf8))
    #expect(
      throws: FileError.malformed(
        file: url.path, line: 1, reason: "is not UTF-8; save the file as UTF-8")
    ) { try JSONLines.rows(SupervisedRow.self, from: url) }
  }

  @Test func `of messages without a common beginning has no prompt`() throws {
    let folder = try TemporaryFolder()
    let message = { (text: String) in "[{\"role\": \"user\", \"content\": \"\(text)\"}]" }
    let url = try folder.file(
      "rows.jsonl", "{\"chosen\": \(message("a")), \"rejected\": \(message("b"))}")
    let row = try #require(JSONLines.rows(PreferenceRow.self, from: url).first)
    let error = try #require(throws: FileError.self) { try row.row.comparison(at: row.place) }
    #expect("\(error)".hasPrefix("\(url.path):1: ") && "\(error)".contains("add `prompt`"))
  }
}
