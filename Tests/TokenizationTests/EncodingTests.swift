import Foundation
import Testing

@testable import Tokenization

@Suite struct `Encoding` {
  @Test func `ids equal those of the tokenizers package`() throws {
    let tokenizer = try GoldenTokenization.tokenizer()
    for golden in try GoldenTokenization.load().cases {
      #expect(tokenizer.encode(bytes: golden.data) == golden.ids, "bytes \(golden.bytes)")
    }
  }

  @Test func `ids are the same when every piece has been met before`() throws {
    let tokenizer = try GoldenTokenization.tokenizer()
    for golden in try GoldenTokenization.load().cases {
      let first = tokenizer.encode(bytes: golden.data)
      #expect(tokenizer.encode(bytes: golden.data) == first)
    }
  }

  @Test(arguments: ["prefix-space", "unsplit", "ignored-merges", "old-form", "added-tokens"])
  func `ids equal those of the tokenizers package under other settings`(name: String) throws {
    let tokenizer = try GoldenTokenization.tokenizer(name)
    let variant = try #require(GoldenTokenization.load().variants.first { $0.name == name })
    #expect(variant.cases.count > 70)
    for golden in variant.cases {
      #expect(tokenizer.encode(golden.text) == golden.ids, "\(golden.text.debugDescription)")
    }
  }

  // A quadratic merge takes hours here.
  @Test(.timeLimit(.minutes(5))) func `lines of a megabyte encode alike and in time`() throws {
    let tokenizer = try GoldenTokenization.tokenizer()
    for line in try GoldenTokenization.load().longLines {
      let text = String(repeating: line.unit, count: line.repetitions)
      let ids = tokenizer.encode(text)
      #expect(ids.count == line.idCount)
      #expect(Self.fingerprint(ids) == line.fingerprint, "\(line.unit)")
    }
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `kept bytes come back whatever they are`(seed: UInt64) throws {
    let tokenizer = try Self.shared.get()
    var generator = SplitMix(seed: seed)
    let bytes = HostileText.bytes(using: &generator)
    #expect(tokenizer.decodeBytes(tokenizer.encode(bytes: bytes, malformed: .kept)) == bytes)
    let noise = (0..<64).map { _ in UInt8.random(in: 0...255, using: &generator) }
    #expect(tokenizer.decodeBytes(tokenizer.encode(bytes: noise, malformed: .kept)) == noise)
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `text comes back`(seed: UInt64) throws {
    let tokenizer = try Self.shared.get()
    var generator = SplitMix(seed: seed)
    let text = HostileText.text(using: &generator)
    let decoded = tokenizer.decode(tokenizer.encode(text))
    #expect(Array(decoded.utf8) == Array(text.utf8))
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func `well-formed bytes encode alike whether malformed ones are kept or replaced`(
    seed: UInt64
  ) throws {
    let tokenizer = try Self.shared.get()
    var generator = SplitMix(seed: seed)
    let text = HostileText.text(using: &generator)
    let ids = tokenizer.encode(text)
    #expect(tokenizer.encode(bytes: text.utf8, malformed: .kept) == ids)
    #expect(tokenizer.encode(bytes: text.utf8, malformed: .replaced) == ids)
  }

  @Test func `many tasks may share a tokenizer`() async throws {
    let tokenizer = try GoldenTokenization.tokenizer()
    let cases = try GoldenTokenization.load().cases.map { ($0.data, $0.ids) }
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<16 {
        group.addTask { cases.allSatisfy { tokenizer.encode(bytes: $0.0) == $0.1 } }
      }
      for await isEqual in group {
        #expect(isEqual)
      }
    }
  }

  private static let shared = Swift.Result { try GoldenTokenization.tokenizer() }

  private static func fingerprint(_ ids: [Int]) -> String {
    var value: UInt64 = 0xCBF2_9CE4_8422_2325
    for id in ids {
      value = (value ^ UInt64(id)) &* 0x100_0000_01B3
    }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
