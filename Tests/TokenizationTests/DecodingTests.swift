import Testing

@testable import Tokenization

@Suite struct `Decoding` {
  @Test func `text equals that of the tokenizers package`() throws {
    let tokenizer = try GoldenTokenization.tokenizer()
    for golden in try GoldenTokenization.load().cases {
      let text = tokenizer.decode(golden.ids)
      #expect(Array(text.utf8) == Array(golden.decoded.utf8))
      let content = tokenizer.decode(golden.ids, specialTokens: .skipped)
      #expect(Array(content.utf8) == Array(golden.decodedWithoutSpecialTokens.utf8))
    }
  }

  @Test func `cut characters and unknown identifiers decode as in the tokenizers package`() throws {
    let tokenizer = try GoldenTokenization.tokenizer()
    for golden in try GoldenTokenization.load().cutCases {
      #expect(Array(tokenizer.decode(golden.ids).utf8) == Array(golden.decoded.utf8))
    }
    #expect(tokenizer.decode([-1, Int.max, Int.min]) == "")
  }

  @Test func `added tokens decode to their content`() throws {
    let text = "x\u{E9}<é>磨<é>"
    let base = try GoldenTokenization.tokenizer()
    let token = AddedToken(identifier: base.identifierBound, content: "<é>", isSpecial: false)
    let tokenizer = Tokenizer(
      model: base.model, preTokenizer: base.preTokenizer, decoder: base.decoder,
      postProcessor: base.postProcessor, addedTokens: base.addedTokens + [token])
    let ids = tokenizer.encode(text)
    #expect(ids.filter { $0 == token.identifier }.count == 2)
    #expect(Array(tokenizer.decode(ids).utf8) == Array(text.utf8))
  }

  @Test func `tokens and identifiers name each other`() throws {
    let tokenizer = try GoldenTokenization.tokenizer()
    #expect(tokenizer.vocabularyCount == 600)
    #expect(tokenizer.identifierBound == 600)
    for id in 0..<tokenizer.identifierBound {
      let token = try #require(tokenizer.token(of: id))
      #expect(tokenizer.id(of: token) == id)
    }
    #expect(tokenizer.id(of: "<|endoftext|>") == 0)
    #expect(tokenizer.id(of: "<|pad|>") == 1)
    #expect(tokenizer.specialTokens.map(\.content) == ["<|endoftext|>", "<|pad|>"])
    #expect(tokenizer.isSpecial(1))
    #expect(!tokenizer.isSpecial(2))
    #expect(tokenizer.id(of: "no such token") == nil)
    #expect(tokenizer.token(of: 600) == nil)
    #expect(tokenizer.token(of: -1) == nil)
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `streamed text equals text decoded at once`(seed: UInt64) throws {
    let tokenizer = try Self.shared.get()
    var generator = SplitMix(seed: seed)
    let ids: [Int] =
      seed.isMultiple(of: 2)
      ? tokenizer.encode(bytes: HostileText.bytes(using: &generator), malformed: .kept)
      : (0..<60).map { _ in Int.random(in: -1...605, using: &generator) }
    var decoder = StreamingDecoder(tokenizer, specialTokens: .skipped)
    var text = ""
    for id in ids { text += decoder.append(id) }
    text += decoder.finish()
    #expect(Array(text.utf8) == Array(tokenizer.decode(ids, specialTokens: .skipped).utf8))
  }

  @Test func `a streamed scalar arrives whole or not at all`() throws {
    let tokenizer = try GoldenTokenization.tokenizer()
    let bytes = Array("é磨😀".utf8)
    let ids = bytes.map { Int(tokenizer.model.tokensOfBytes[Int($0)]) }
    var decoder = StreamingDecoder(tokenizer)
    let pieces = ids.map { decoder.append($0) }
    let rest = decoder.finish()
    #expect(pieces == ["", "é", "", "", "磨", "", "", "", "😀"])
    #expect(rest == "")
  }

  @Test func `an unfinished scalar becomes one replacement character at the end`() throws {
    let tokenizer = try GoldenTokenization.tokenizer()
    var decoder = StreamingDecoder(tokenizer)
    let pieces = "😀".utf8.dropLast().map {
      decoder.append(Int(tokenizer.model.tokensOfBytes[Int($0)]))
    }
    let ends = [decoder.finish(), decoder.finish()]
    #expect(pieces == ["", "", ""])
    #expect(ends == ["\u{FFFD}", ""])
  }

  @Test func `a byte that no scalar begins with is not held back`() throws {
    let tokenizer = try GoldenTokenization.tokenizer()
    var decoder = StreamingDecoder(tokenizer)
    let pieces = ([0x80, 0xFF, 0xC0, 0xED, 0xA0, 0xF5] as [Int]).map {
      decoder.append(Int(tokenizer.model.tokensOfBytes[$0]))
    }
    #expect(pieces == ["\u{FFFD}", "\u{FFFD}", "\u{FFFD}", "", "\u{FFFD}\u{FFFD}", "\u{FFFD}"])
  }

  private static let shared = Swift.Result { try GoldenTokenization.tokenizer() }
}
