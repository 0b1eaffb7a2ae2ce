import Foundation
import Testing

@testable import Tokenization

/// What Scripts/fixtures/tokenizer_processors.py wrote.
private struct GoldenProcessors: Decodable {
  var texts: [String]
  var ids: [String: [[Int]]]
}

@Suite struct `Tokens around a text` {
  @Test(arguments: ["roberta", "bert-processor"])
  func `are those of the tokenizers package`(name: String) throws {
    let golden = try JSONDecoder().decode(
      GoldenProcessors.self, from: Data(contentsOf: GoldenTokenization.url("processors.json")))
    let tokenizer = try GoldenTokenization.tokenizer(name)
    for (text, ids) in zip(golden.texts, try #require(golden.ids[name])) {
      #expect(tokenizer.encode(text, addsSpecialTokens: true) == ids, "\(text.debugDescription)")
      #expect(tokenizer.encode(text) == ids.dropFirst().dropLast(), "\(text.debugDescription)")
    }
    try GoldenTokenization.expectRoundTrip(name)
  }

  @Test(arguments: [
    ("\"sep\":[\"</s>\",", "\"sep\":[7,", "post_processor.sep"),
    ("\"cls\":[\"<s>\",", "\"cls\":[", "post_processor.cls"),
    ("\"cls\":[\"<s>\",", "\"cls\":[\"<s>\",9", "post_processor"),
  ]) func `are refused by name`(old: String, new: String, field: String) throws {
    let text = String(
      decoding: try Data(contentsOf: GoldenTokenization.url("roberta.json")), as: UTF8.self)
    #expect(text.contains(old))
    let changed = text.replacingOccurrences(of: old, with: new)
    #expect {
      try Tokenizer(json: Array(changed.utf8), file: "x.json")
    } throws: { error in
      (error as? TokenizerError)?.field == field
    }
  }
}
