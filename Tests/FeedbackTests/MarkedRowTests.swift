import Feedback
import FileTestSupport
import Files
import Foundation
import Testing

extension BadRow {
  /// A row whose completion is `Lyon é🇫🇷.` with an accent of its own, and of which one mark is bad.
  fileprivate static func mark(_ mark: String, _ words: String...) -> BadRow {
    var row = BadRow(
      "{\"prompt\": \"The capital:\", \"completion\": \"Lyon e\\u0301🇫🇷.\", \"marks\": [{\"token\": 0, \"mark\": 1}, \(mark)]}"
    )
    row.words = words
    return row
  }

  fileprivate static let marked = [
    BadRow("{\"prompt\": \"a\", \"marks\": []}", "'completion' is missing"),
    BadRow("{\"completion\": \"a\", \"marks\": []}", "'prompt' is missing"),
    BadRow("{\"text\": \"a\"}", "'marks' is missing"),
    BadRow("{\"text\": \"a\", \"marks\": null}", "'marks' is missing"),
    BadRow("{\"text\": \"a\", \"marks\": 1}", "'marks' must be a list of marks, not an integer"),
    BadRow("{\"text\": \"\", \"marks\": []}", "'text' is empty", "leave the row out"),
    BadRow("{\"prompt\": \"a\", \"completion\": \"\", \"marks\": []}", "'completion' is empty"),
    BadRow("{\"text\": \"a\", \"prompt\": \"b\", \"marks\": []}", "both `text` and `prompt`"),
    BadRow("{\"marks\": []}", "`text`, or `prompt` and `completion`", "has `marks`"),
    BadRow(
      "{\"prompt\": [{\"role\": \"user\", \"content\": \"a\"}], \"completion\": \"b\", \"marks\": []}",
      "'prompt' is a list of messages", "marks are on text"),
    .mark("3", "'marks[1]' must be an object such as"),
    .mark("{\"mark\": 1}", "'marks[1]' must say what it marks", "`token`"),
    .mark("{\"start\": 0, \"end\": 4, \"token\": 0, \"mark\": 1}", "one of them only"),
    .mark("{\"start\": 0, \"mark\": 1}", "'marks[1].end' is missing"),
    .mark("{\"end\": 4, \"mark\": 1}", "'marks[1].start' is missing"),
    .mark("{\"last_token\": 4, \"mark\": 1}", "'marks[1].first_token' is missing"),
    .mark("{\"start\": 0, \"stop\": 4, \"mark\": 1}", "'marks[1].stop' is no key", "`end`"),
    .mark("{\"in\": \"prompt\", \"token\": 4, \"mark\": 1}", "'marks[1].in' is no key of a mark"),
    .mark("{\"start\": 0, \"end\": 4}", "'marks[1].mark' is missing"),
    .mark("{\"start\": 0, \"end\": 4, \"mark\": 0}", "'marks[1].mark' must be 1", "is 0"),
    .mark("{\"start\": 0, \"end\": 4, \"mark\": 2}", "must be 1 (good) or -1 (bad), and is 2"),
    .mark("{\"start\": 0, \"end\": 4, \"mark\": 0.5}", "must be a whole number, and is 0.5"),
    .mark("{\"start\": 0, \"end\": 4, \"mark\": \"bad\"}", "whole number, not a string"),
    .mark("{\"start\": 0, \"end\": 4, \"mark\": true}", "whole number, not true or false"),
    .mark("{\"start\": 2, \"end\": 2, \"mark\": 1}", "'marks[1].end' is 2", "nothing is marked"),
    .mark("{\"start\": 3, \"end\": 2, \"mark\": 1}", "is 2, before the start, 3"),
    .mark("{\"first_token\": 3, \"last_token\": 2, \"mark\": 1}", "is 2, before the first one, 3"),
    .mark("{\"start\": 0, \"end\": 11, \"mark\": 1}", "is 11, outside the text of 10 characters"),
    .mark("{\"start\": 12, \"end\": 16, \"mark\": 1}", "take off the 12 characters of the prompt"),
    .mark("{\"start\": -2, \"end\": 4, \"mark\": 1}", "'marks[1].start' is -2", "on the prompt"),
    .mark("{\"token\": -1, \"mark\": 1}", "'marks[1].token' is -1", "never on the prompt"),
    .mark(
      "{\"start\": 0, \"end\": 6, \"mark\": 1}", "is 6, across a half character", "from 5 to 7"),
    .mark("{\"start\": 8, \"end\": 9, \"mark\": 1}", "'marks[1].start' is 8", "🇫🇷", "from 7 to 9"),
    .mark(
      "{\"token\": 0, \"mark\": 1, \"instead\": \"a\"}", "'marks[1].instead' corrects what is good"),
    .mark("{\"token\": 0, \"mark\": -1, \"instead\": 3}", "'marks[1].instead' must be a string"),
  ]
}

@Suite struct `A row of marks` {
  private func rows(_ lines: String) throws -> [PlacedRow<MarkedRow>] {
    let folder = try TemporaryFolder()
    return try JSONLines.rows(from: folder.file("marks.jsonl", lines))
  }

  @Test func `holds spans of characters, tokens and runs of tokens`() throws {
    let row = try #require(
      rows(
        """
        {"prompt": "The capital of Canada is", "completion": " Toronto.", "marks": [
        {"start": 1, "end": 8, "mark": -1, "instead": "Ottawa"}, {"token": 9, "mark": 1.0, "instead": null},
        {"first_token": 4.0, "last_token": 5, "mark": 1}], "id": 7}
        """.replacing("\n", with: "")
      ).first)
    #expect(
      row.row
        == MarkedRow(
          prompt: "The capital of Canada is", completion: " Toronto.",
          marks: [
            TextMark(.characters(1..<8), .bad, instead: "Ottawa"), TextMark(.tokens(9...9), .good),
            TextMark(.tokens(4...5), .good),
          ]))
  }

  @Test func `of text alone has no prompt, and may have nothing to say against it`() throws {
    let row = try #require(rows("{\"text\": \"All is well.\", \"marks\": []}").first)
    #expect(row.row == MarkedRow(completion: "All is well.", marks: []))
  }

  @Test func `counts characters as Python does`() throws {
    // In Python, "🙂e\u0301🇫🇷!"[5:6] is "!".
    let line = "{\"text\": \"🙂e\\u0301🇫🇷!\", \"marks\": [{\"start\": 5, \"end\": 6, \"mark\": 1}]}"
    #expect(try rows(line)[0].row.marks == [TextMark(.characters(5..<6), .good)])
  }

  @Test func `may end between the two halves of a Windows line end`() throws {
    let line = "{\"text\": \"a\\r\\nb\", \"marks\": [{\"start\": 0, \"end\": 2, \"mark\": 1}]}"
    #expect(try rows(line)[0].row.marks == [TextMark(.characters(0..<2), .good)])
  }

  @Test func `is among the examples of data, and its words have tokens`() throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Examples/data/marks.jsonl")
    let marking = try Marking()
    let rows = try JSONLines.rows(MarkedRow.self, from: url)
    for row in rows {
      let encoded = try row.row.encoded(
        by: marking.tokenizer, endOfText: Marking.endOfText, at: row.place)
      #expect(encoded.marks.isEmpty == row.row.marks.isEmpty)
    }
    #expect(rows.count > 2)
  }

  @Test(arguments: BadRow.anyKind + BadRow.marked)
  func `that is bad is named with file, line and key`(bad: BadRow) throws {
    let folder = try TemporaryFolder()
    let url = try folder.file(
      "marks.jsonl", "{\"text\": \"a\", \"marks\": []}\n\n\(bad.line)\n")
    let error = try #require(throws: FileError.self) {
      try JSONLines.rows(MarkedRow.self, from: url)
    }
    #expect("\(error)".hasPrefix("\(url.path):3: "), "\(error)")
    for word in bad.words { #expect("\(error)".contains(word), "\(error)") }
  }
}
