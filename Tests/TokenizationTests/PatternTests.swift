import Foundation
import Testing

@testable import Tokenization

/// What Scripts/fixtures/tokenizer_patterns.py wrote.
private struct GoldenPatterns: Decodable {
  var texts: [String]
  /// Lengths of the pieces of each text, in bytes.
  var patterns: [String: [[Int]]]
  var ids: [String: [[Int]]]

  static func load() throws -> GoldenPatterns {
    try JSONDecoder().decode(
      GoldenPatterns.self, from: Data(contentsOf: GoldenTokenization.url("patterns.json")))
  }
}

@Suite struct `Patterns of families` {
  @Test(arguments: ["gpt2", "llama3", "qwen2"])
  func `split as the tokenizers package does`(name: String) throws {
    let patterns: [String: SplitPattern] = ["gpt2": .gpt2, "llama3": .llama3, "qwen2": .qwen2]
    let splitter = PatternSplitter(try #require(patterns[name]))
    let golden = try GoldenPatterns.load()
    let expected = try #require(golden.patterns[name])
    #expect(golden.texts.count == expected.count && expected.count > 400)
    for (text, lengths) in zip(golden.texts, expected) {
      let bytes = Array(text.utf8)
      var found: [Int] = []
      var start = 0
      while start < bytes.count {
        let end = splitter.pieceEnd(in: bytes.span, from: start)
        found.append(end - start)
        start = end
      }
      #expect(found == lengths, "\(text.debugDescription)")
    }
  }

  @Test(arguments: ["llama3", "qwen2"]) func `encode as the tokenizers package does`(name: String)
    throws
  {
    let tokenizer = try GoldenTokenization.tokenizer(name)
    let golden = try GoldenPatterns.load()
    for (text, ids) in zip(golden.texts, try #require(golden.ids[name])) {
      #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
    }
  }

  @Test(arguments: ["llama3", "qwen2"]) func `are written as they were read`(name: String) throws {
    try GoldenTokenization.expectRoundTrip(name)
  }

  @Test func `of other families are refused with their expression`() throws {
    let text = String(
      decoding: try Data(contentsOf: GoldenTokenization.url("llama3.json")), as: UTF8.self)
    for (old, new, field) in [
      (#"\\p{N}{1,3}"#, #"\\p{N}{1,2}"#, "pretokenizers[0].pattern.Regex"),
      ("\"Isolated\"", "\"Removed\"", "pretokenizers[0].behavior"),
      ("\"invert\":false", "\"invert\":true", "pretokenizers[0].invert"),
    ] {
      #expect(text.contains(old))
      let changed = text.replacingOccurrences(of: old, with: new)
      #expect {
        try Tokenizer(json: Array(changed.utf8), file: "x.json")
      } throws: { error in
        (error as? TokenizerError)?.field == "pre_tokenizer.\(field)"
      }
    }
  }
}
