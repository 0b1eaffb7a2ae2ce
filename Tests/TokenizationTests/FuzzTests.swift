import Foundation
import Testing

@testable import Tokenization

/// `REIN_FUZZ_SECONDS=600 swift test -c release --filter Damaged` goes on with new seeds for ten minutes.
@Suite struct `Damaged files` {
  static let names = [
    "added-tokens", "bert-processor", "ignored-merges", "joined", "llama2", "llama3", "mistral",
    "old-form", "prefix-space", "qwen2", "roberta", "unknowns", "unsplit",
  ]

  @Test func `are refused by name or give a tokenizer that works`() throws {
    let documents = try Self.names.map {
      try JSONParser.parse([UInt8](Data(contentsOf: GoldenTokenization.url("\($0).json"))))
    }
    let seconds = ProcessInfo.processInfo.environment["REIN_FUZZ_SECONDS"].flatMap(Double.init)
    let end = Date(timeIntervalSinceNow: seconds ?? 0)
    var seed: UInt64 = 0
    var accepted = 0
    repeat {
      for _ in 0..<1000 {
        var mutator = JSONMutator(documents, seed: seed)
        if try Self.check(mutator.next(), seed: seed) { accepted += 1 }
        seed += 1
      }
    } while Date() < end
    // Enough that both ways are travelled.
    #expect(accepted > seed / 50 && accepted < seed)
    if seconds != nil { print("\(seed) damaged files, of which \(accepted) were accepted") }
  }

  /// - Returns: Whether the file was accepted.
  private static func check(_ bytes: [UInt8], seed: UInt64) throws -> Bool {
    let tokenizer: Tokenizer
    do {
      tokenizer = try Tokenizer(json: bytes, file: "damaged.json")
    } catch {
      #expect(error.file == "damaged.json", "seed \(seed)")
      switch error.problem {
      case .notUTF8, .invalidJSON, .wrongType(expected: "an object", _): break
      default: #expect(!error.field.isEmpty, "seed \(seed): \(error)")
      }
      return false
    }
    var generator = SplitMix(seed: seed)
    let text = HostileText.text(using: &generator) + "<s> the mill</s>▁"
    let ids = tokenizer.encode(text, addsSpecialTokens: true)
    #expect(ids.allSatisfy { tokenizer.token(of: $0) != nil }, "seed \(seed)")
    let decoded = tokenizer.decode(ids, specialTokens: .skipped)
    var stream = StreamingDecoder(tokenizer, specialTokens: .skipped)
    #expect(ids.map { stream.append($0) }.joined() + stream.finish() == decoded, "seed \(seed)")
    let noise = HostileText.bytes(using: &generator)
    _ = tokenizer.decode(tokenizer.encode(bytes: noise, malformed: .kept) + [-1, 1 << 62])
    let saved = Array(tokenizer.json.formatted(compact: true).utf8)
    let copy = try Tokenizer(json: saved, file: "saved.json")
    #expect(copy.encode(text, addsSpecialTokens: true) == ids, "seed \(seed)")
    return true
  }
}
