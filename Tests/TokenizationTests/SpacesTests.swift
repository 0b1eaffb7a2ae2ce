import Foundation
import Testing

@testable import Tokenization

/// What Scripts/fixtures/tokenizer_spaces.py wrote.
private struct GoldenSpaces: Decodable {
  struct Variant: Decodable {
    var ids: [[Int]]
    var framed: [[Int]]
    var decoded: [String]
  }

  var texts: [String]
  var variants: [String: Variant]

  static func load() throws -> GoldenSpaces {
    try JSONDecoder().decode(
      GoldenSpaces.self, from: Data(contentsOf: GoldenTokenization.url("spaces.json")))
  }
}

@Suite struct `SentencePiece's kind of tokenizer` {
  static let names = ["llama2", "mistral", "unknowns", "joined"]

  @Test(arguments: names) func `encodes as the tokenizers package does`(name: String) throws {
    let tokenizer = try GoldenTokenization.tokenizer(name)
    let golden = try GoldenSpaces.load()
    let variant = try #require(golden.variants[name])
    #expect(golden.texts.count > 350)
    for (text, (ids, framed)) in zip(golden.texts, zip(variant.ids, variant.framed)) {
      #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
      #expect(tokenizer.encode(text, addsSpecialTokens: true) == framed)
    }
  }

  @Test(arguments: names) func `decodes as the tokenizers package does`(name: String) throws {
    let tokenizer = try GoldenTokenization.tokenizer(name)
    let variant = try #require(GoldenSpaces.load().variants[name])
    for (ids, text) in zip(variant.framed, variant.decoded) {
      #expect(tokenizer.decode(ids, specialTokens: .skipped) == text, "\(ids)")
      var stream = StreamingDecoder(tokenizer, specialTokens: .skipped)
      #expect(ids.map { stream.append($0) }.joined() + stream.finish() == text)
      // The same decoder begins anew.
      #expect(ids.map { stream.append($0) }.joined() + stream.finish() == text)
    }
  }

  @Test(arguments: names) func `is written as it was read`(name: String) throws {
    try GoldenTokenization.expectRoundTrip(name)
  }

  static let damages: [(old: String, new: String, field: String)] = [
    ("\"prepend\":\"▁\"", "\"prepend\":\"_\"", "normalizer.normalizers[0].prepend"),
    ("\"type\":\"Prepend\"", "\"type\":\"Lowercase\"", "normalizer.normalizers[0].type"),
    (
      "{\"String\":\" \"},\"content\":\"▁\"", "{\"String\":\"x\"},\"content\":\"▁\"",
      "normalizer.normalizers[1].pattern.String"
    ),
    ("\"unk_token\":\"<unk>\"", "\"unk_token\":\"<none>\"", "model.unk_token"),
    ("\"start\":1", "\"start\":2", "decoder.decoders[3].start"),
    ("{\"type\":\"Fuse\"}", "{\"type\":\"Fused\"}", "decoder.decoders[2].type"),
    ("\"ids\":[1]", "\"ids\":[-1]", "post_processor.special_tokens.<s>.ids[0]"),
    ("\"ids\":[1]", "\"ids\":[16777215]", "post_processor"),
    (
      "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}]",
      "{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}}]", "post_processor.single"
    ),
  ]

  @Test(arguments: damages) func `refuses what it does not know by name`(
    damage: (old: String, new: String, field: String)
  ) throws {
    let text = String(
      decoding: try Data(contentsOf: GoldenTokenization.url("llama2.json")), as: UTF8.self)
    #expect(text.contains(damage.old))
    let changed = text.replacingOccurrences(of: damage.old, with: damage.new)
    #expect {
      try Tokenizer(json: Array(changed.utf8), file: "x.json")
    } throws: { error in
      (error as? TokenizerError)?.field == damage.field
    }
  }

  @Test func `words stay together where a token spans two`() throws {
    #expect(try GoldenTokenization.tokenizer("mistral").model.keepsWordsApart)
    #expect(try GoldenTokenization.tokenizer("llama2").model.keepsWordsApart)
    #expect(try !GoldenTokenization.tokenizer("joined").model.keepsWordsApart)
    #expect(try !GoldenTokenization.tokenizer("trained").model.keepsWordsApart)
  }

  @Test func `a long line without spaces encodes in time`() throws {
    let tokenizer = try GoldenTokenization.tokenizer("llama2")
    let text = String(repeating: "the mill and the miller ", count: 20_000)
    #expect(tokenizer.decode(tokenizer.encode(text)) == text)
  }
}
