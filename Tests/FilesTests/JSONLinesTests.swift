import FileTestSupport
import Foundation
import Testing

@testable import Files

private struct Text: Codable, Equatable {
  var text: String
}

private struct Pair: Decodable {
  var prompt: String
  var completion: String
}

@Suite struct `JSON Lines` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `come back as they were written`() throws {
    let rows = [Text(text: "a/b \"c\" – é"), Text(text: "line\nfeed")]
    let url = folder.url.appendingPathComponent("rows.jsonl")
    try JSONLines.write(rows, to: url)
    #expect(try folder.text("rows.jsonl").hasPrefix("{\"text\":\"a/b \\\"c\\\" – é\"}\n"))
    #expect(try JSONLines.read(from: url) == rows)
  }

  @Test func `tolerate a byte order mark, carriage returns, blank lines and a missing last feed`()
    throws
  {
    let text = "\u{FEFF}{\"text\":\"a\"}\r\n\r\n  \t\n{\"text\":\"b\"}"
    let url = try folder.file("rows.jsonl", text)
    #expect(try JSONLines.read(Text.self, from: url).map(\.text) == ["a", "b"])
  }

  @Test func `ignore columns that the row does not know`() throws {
    let url = try folder.file("rows.jsonl", "{\"text\":\"a\",\"more\":[1]}\n")
    #expect(try JSONLines.read(Text.self, from: url) == [Text(text: "a")])
  }

  @Test(arguments: ["", "\n\r\n", "\u{FEFF}\n"])
  func `without a row are an error`(text: String) throws {
    let url = try folder.file("rows.jsonl", text)
    #expect(throws: FileError.empty(file: url.path)) { try JSONLines.read(Text.self, from: url) }
  }

  @Test func `that do not exist are an error`() throws {
    let url = folder.url.appendingPathComponent("none.jsonl")
    #expect(throws: FileError.unreadable(file: url.path, reason: "no such file")) {
      try JSONLines.read(Text.self, from: url)
    }
  }

  @Test func `name the line that is not JSON, counting blank lines`() throws {
    let url = try folder.file("rows.jsonl", "{\"text\":\"a\"}\n\n{\"text\":\n")
    #expect(
      throws: FileError.malformed(file: url.path, line: 3, reason: "is not valid JSON")
    ) { try JSONLines.read(Text.self, from: url) }
  }

  @Test(arguments: ["[1]", "3", "\"text\""])
  func `name the line that is no object`(line: String) throws {
    let url = try folder.file("rows.jsonl", line)
    #expect(
      throws: FileError.malformed(file: url.path, line: 1, reason: "must be a JSON object")
    ) { try JSONLines.read(Text.self, from: url) }
  }

  @Test func `name the line and the key that is missing`() throws {
    let url = try folder.file(
      "rows.jsonl", "{\"prompt\":\"a\",\"completion\":\"b\"}\n{\"prompt\":\"a\"}\n")
    #expect(throws: FileError.missingKey(file: url.path, line: 2, key: "completion")) {
      try JSONLines.read(Pair.self, from: url)
    }
  }

  @Test func `name the line and the key of the wrong type`() throws {
    let url = try folder.file("rows.jsonl", "{\"prompt\":[{\"role\":\"user\"}]}\n")
    #expect(
      throws: FileError.wrongValue(
        file: url.path, line: 1, key: "prompt", reason: "must be of type String")
    ) { try JSONLines.read(Pair.self, from: url) }
  }

  @Test func `may end in a partial line only where that is allowed`() throws {
    let url = try folder.file("rows.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b")
    #expect(try JSONLines.read(Text.self, from: url, lastLine: .mayBePartial).map(\.text) == ["a"])
    #expect(
      throws: FileError.malformed(file: url.path, line: 2, reason: "is not valid JSON")
    ) { try JSONLines.read(Text.self, from: url) }
  }

  @Test func `with a malformed line before the last are an error even where partial is allowed`()
    throws
  {
    let url = try folder.file("rows.jsonl", "{\"text\":\n{\"text\":\"b")
    #expect(
      throws: FileError.malformed(file: url.path, line: 1, reason: "is not valid JSON")
    ) { try JSONLines.read(Text.self, from: url, lastLine: .mayBePartial) }
  }

  @Test func `with a whole but malformed last line are an error even where partial is allowed`()
    throws
  {
    let url = try folder.file("rows.jsonl", "{\"text\":\"a\"}\n{\"text\":\n")
    #expect(
      throws: FileError.malformed(file: url.path, line: 2, reason: "is not valid JSON")
    ) { try JSONLines.read(Text.self, from: url, lastLine: .mayBePartial) }
  }

  @Test func `refuse numbers that JSON does not have`() throws {
    #expect(throws: FileError.self) { try JSONLines.line(for: ["value": Double.nan]) }
  }
}
