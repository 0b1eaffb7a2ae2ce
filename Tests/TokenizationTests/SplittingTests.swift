import Testing

@testable import Tokenization

@Suite struct `Splitting` {
  @Test func `all scalars are classified as by the tokenizers package`() throws {
    let golden = try GoldenTokenization.load().scalarClasses
    let names: [Character: ScalarClass] = ["O": .other, "L": .letter, "N": .number, "S": .space]
    let ends = golden.starts.dropFirst() + [0x11_0000]
    var differing: [UInt32] = []
    for (name, bounds) in zip(golden.classes, zip(golden.starts, ends)) {
      for value in bounds.0..<bounds.1 {
        guard let scalar = Unicode.Scalar(value) else { continue }
        if ScalarClass(scalar) != names[name] { differing.append(value) }
      }
    }
    #expect(differing == [])
  }

  @Test func `the table of classes says what the scalars say`() {
    for value in [0x20, 0x41, 0xA0, 0xD800, 0x3000, 0x1_F600, 0x1_FFFF] as [UInt32] {
      let expected = Unicode.Scalar(value).map(ScalarClass.init) ?? .other
      #expect(ScalarClass.table[Int(value)] == expected)
    }
  }

  @Test(arguments: [
    ("it's", ["it", "'s"]),
    ("it'S", ["it", "'", "S"]),
    ("we'll've", ["we", "'ll", "'ve"]),
    (" 's", [" '", "s"]),
    ("'l", ["'", "l"]),
    ("a  b", ["a", " ", " b"]),
    ("a\n\nb", ["a", "\n", "\n", "b"]),
    ("a \n", ["a", " \n"]),
    (" \u{A0}b", [" ", "\u{A0}", "b"]),
    ("ab12!?", ["ab", "12", "!?"]),
    ("e\u{301}x", ["e", "\u{301}", "x"]),
    (" 磨 １", [" 磨", " １"]),
  ])
  func `pieces are those of the pattern`(text: String, pieces: [String]) {
    #expect(Self.pieces(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } == pieces)
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `pieces cover the bytes, whatever they are`(seed: UInt64) {
    var generator = SplitMix(seed: seed)
    let bytes = HostileText.bytes(using: &generator)
    let pieces = Self.pieces(bytes)
    #expect(pieces.allSatisfy { !$0.isEmpty })
    #expect(pieces.flatMap { $0 } == bytes)
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `scalars are read as the standard library reads them`(seed: UInt64) {
    var generator = SplitMix(seed: seed)
    let text = HostileText.text(using: &generator)
    let bytes = Array(text.utf8)
    var index = 0
    var scalars = String.UnicodeScalarView()
    while index < bytes.count {
      let scalar = ScannedScalar(in: bytes.span, at: index)
      scalars.append(Unicode.Scalar(scalar.value) ?? "\0")
      index += scalar.length
    }
    #expect(Array(String(scalars).utf8) == bytes)
  }

  @Test(arguments: [
    [0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
    [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xE2, 0x28, 0xA1],
    [0xF0, 0x9F, 0x98], [0xF0, 0x9F, 0x98, 0x20],
  ])
  func `a malformed byte counts as one scalar`(bytes: [UInt8]) {
    let scalar = ScannedScalar(in: bytes.span, at: 0)
    #expect(scalar.value == 0xFFFD)
    #expect(scalar.length == 1)
  }

  private static func pieces(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    let splitter = PatternSplitter(.gpt2)
    var pieces: [ArraySlice<UInt8>] = []
    var start = 0
    while start < bytes.count {
      let end = splitter.pieceEnd(in: bytes.span, from: start)
      pieces.append(bytes[start..<end])
      start = end
    }
    return pieces
  }
}
