import Foundation
import Testing

@testable import Tokenization

/// What the reference makes of the fixtures; written by Scripts/fixtures/tokenization.py.
struct GoldenTokenization: Decodable {
  struct Case: Decodable {
    /// In hexadecimal.
    var bytes: String
    var ids: [Int]
    var decoded: String
    var decodedWithoutSpecialTokens: String

    var data: [UInt8] {
      let digits = bytes.compactMap(\.hexDigitValue).map(UInt8.init)
      return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
  }

  struct CutCase: Decodable {
    var ids: [Int]
    var decoded: String
  }

  struct LongLine: Decodable {
    var unit: String
    var repetitions: Int
    var idCount: Int
    var fingerprint: String
  }

  struct ScalarClasses: Decodable {
    var starts: [UInt32]
    var classes: String
  }

  struct Variant: Decodable {
    struct Case: Decodable {
      var text: String
      var ids: [Int]
    }
    var name: String
    var cases: [Case]
  }

  struct Training: Decodable {
    var vocabularyCount: Int
    var minimumFrequency: Int
    var addsPrefixSpace: Bool
    var merges: [[String]]
  }

  var vocabularyCount: Int
  var minimumFrequency: Int
  var specialTokens: [String]
  var cases: [Case]
  var cutCases: [CutCase]
  var longLines: [LongLine]
  var scalarClasses: ScalarClasses
  var variants: [Variant]
  var trainings: [Training]

  static func load() throws -> GoldenTokenization {
    try JSONDecoder().decode(
      GoldenTokenization.self, from: Data(contentsOf: url("tokenization.json")))
  }

  static func tokenizer(_ name: String = "trained") throws -> Tokenizer {
    try Tokenizer.load(from: url("\(name).json"))
  }

  /// Whether a file is read and written again with the same fields.
  static func expectRoundTrip(_ name: String) throws {
    let original = try url("\(name).json")
    let copy = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).json")
    defer { try? FileManager.default.removeItem(at: copy) }
    try Tokenizer.load(from: original).save(to: copy, compact: true)
    let parse = { (url: URL) in
      try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? NSDictionary
    }
    #expect(try parse(copy) == parse(original))
  }

  static func prose() throws -> [String] {
    String(decoding: try Data(contentsOf: url("prose.txt")), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  static func url(_ name: String) throws -> URL {
    try #require(Bundle.module.resourceURL).appending(path: "Fixtures").appending(path: name)
  }
}

/// Random numbers from a seed (Steele et al., 2014), so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

/// Texts made to break tokenizers.
enum HostileText {
  static let fragments = [
    "a", "the", " mill", "'s", "'S", "'ll", "'", " ", "   ", "\n", "\r\n", "\t", "\u{A0}",
    "\u{3000}", "\u{85}", "\u{200B}", "\u{FEFF}", "\0", "\u{7F}", "e\u{301}", "é", "磨坊", "שלום",
    "٣", "Ⅷ", "²", "👩‍👩‍👧", "🇳🇱", "👍🏽", "<|endoftext|>", "<|end", "_", "...", "48", "\u{FFFD}",
    "\u{10FFFF}", "\u{10940}",
  ]

  /// Fragments and random scalars in random order.
  static func text(using generator: inout SplitMix) -> String {
    var text = ""
    for _ in 0..<Int.random(in: 0..<40, using: &generator) {
      if Bool.random(using: &generator) {
        text += fragments.randomElement(using: &generator) ?? ""
      } else if let scalar = Unicode.Scalar(UInt32.random(in: 0..<0x11_0000, using: &generator)) {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// Text with random bytes put in.
  static func bytes(using generator: inout SplitMix) -> [UInt8] {
    var bytes = Array(text(using: &generator).utf8)
    for _ in 0..<Int.random(in: 0..<10, using: &generator) {
      bytes.insert(
        UInt8.random(in: 0...255, using: &generator),
        at: Int.random(in: 0...bytes.count, using: &generator))
    }
    return bytes
  }
}

extension BytePairModel {
  /// The token of each byte, in a byte-level model.
  var tokensOfBytes: [UInt32] {
    if case .bytes(let tokens) = alphabet { tokens } else { [] }
  }
}
