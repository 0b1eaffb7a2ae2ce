import FileTestSupport
import Files
import Foundation
import Testing

@testable import Feedback

@Suite struct `Data set rows` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `of preferences may lack prompt and probability`() throws {
    let url = try folder.file(
      "pairs.jsonl",
      """
      {"chosen":"a","rejected":"b"}
      {"prompt":"p","chosen":"a","rejected":"b","probability":0.75,"score":1}
      """)
    #expect(
      try JSONLines.read(from: url) == [
        PreferencePair(chosen: "a", rejected: "b"),
        PreferencePair(prompt: "p", chosen: "a", rejected: "b", probability: 0.75),
      ])
  }

  @Test func `of preferences without absent keys write none`() throws {
    let line = try JSONLines.line(for: PreferencePair(chosen: "a", rejected: "b"))
    #expect(String(decoding: line, as: UTF8.self) == "{\"chosen\":\"a\",\"rejected\":\"b\"}\n")
  }

  @Test(arguments: [-0.5, 1.5])
  func `of preferences with an impossible probability are an error`(probability: Double) throws {
    let url = try folder.file(
      "pairs.jsonl", "{\"chosen\":\"a\",\"rejected\":\"b\",\"probability\":\(probability)}")
    #expect(
      throws: FileError.wrongValue(
        file: url.path, line: 1, key: "probability",
        reason: "must be in 0...1, and is \(probability)")
    ) { try JSONLines.read(PreferencePair.self, from: url) }
  }

  @Test(arguments: ["chosen", "rejected"])
  func `of preferences need both texts`(key: String) throws {
    let other = key == "chosen" ? "rejected" : "chosen"
    let url = try folder.file("pairs.jsonl", "{\"\(other)\":\"a\"}")
    #expect(throws: FileError.missingKey(file: url.path, line: 1, key: key)) {
      try JSONLines.read(PreferencePair.self, from: url)
    }
  }

  @Test func `explain errors with file, line and key`() {
    let error = FileError.missingKey(file: "a.jsonl", line: 3, key: "text")
    #expect("\(error)" == "a.jsonl:3: the key 'text' is missing; add it to this row")
    #expect("\(FeedbackError.file(error))" == "\(error)")
  }
}
