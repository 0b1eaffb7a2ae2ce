import Foundation
import Testing

@testable import Tokenization

@Suite struct `Files` {
  @Test(arguments: [
    "trained", "prefix-space", "unsplit", "ignored-merges", "old-form", "added-tokens",
  ])
  func `a saved tokenizer loads and encodes alike`(name: String) throws {
    let original = try GoldenTokenization.tokenizer(name)
    let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: url) }
    try original.save(to: url)
    let copy = try Tokenizer.load(from: url)
    #expect(copy.json.formatted() == original.json.formatted())
    try original.save(to: url, compact: true)
    #expect(try !String(contentsOf: url, encoding: .utf8).contains("\n"))
    #expect(try Tokenizer.load(from: url).json.formatted() == original.json.formatted())
    for seed in 0..<100 as Range<UInt64> {
      var generator = SplitMix(seed: seed)
      let text = HostileText.text(using: &generator)
      #expect(copy.encode(text) == original.encode(text))
    }
  }

  @Test func `a file of the tokenizers package is saved to the byte as it was`() throws {
    let url = try GoldenTokenization.url("trained.json")
    let tokenizer = try Tokenizer.load(from: url)
    #expect(Data(tokenizer.json.formatted().utf8) == (try Data(contentsOf: url)))
  }

  @Test func `saving replaces a file and leaves nothing else behind`() throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let url = directory.appending(path: "tokenizer.json")
    try Data("old".utf8).write(to: url)
    try GoldenTokenization.tokenizer().save(to: url)
    #expect(try Tokenizer.load(from: url).vocabularyCount == 600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).count == 1)
  }

  @Test func `a file that is not there is named`() throws {
    let url = URL(filePath: "/nowhere/tokenizer.json")
    let error = try #require(throws: TokenizerError.self) { try Tokenizer.load(from: url) }
    #expect(error.file == "/nowhere/tokenizer.json")
    guard case .unreadable = error.problem else {
      Issue.record("\(error)")
      return
    }
  }

  @Test func `a place that cannot be written is named`() throws {
    let url = URL(filePath: "/nowhere/tokenizer.json")
    let tokenizer = try GoldenTokenization.tokenizer()
    let error = try #require(throws: TokenizerError.self) { try tokenizer.save(to: url) }
    #expect(error.file == "/nowhere/tokenizer.json")
    guard case .unwritable = error.problem else {
      Issue.record("\(error)")
      return
    }
  }
}
