/// What a model starts from before it merges.
enum BytePairAlphabet: Sendable {
  /// A token for every byte (Radford and others 2019).
  case bytes([UInt32])
  /// A token for every scalar that has one (Kudo and Richardson 2018, arXiv 1808.06226).
  case scalars(ScalarAlphabet)

  /// Whether ▁ has a token, and is never part of a run of unknown scalars.
  var knowsSpace: Bool {
    if case .scalars(let alphabet) = self { alphabet.token(of: 0x2581) != nil } else { false }
  }
}

/// Tokens of single scalars, and what stands for scalars without one.
struct ScalarAlphabet: Sendable {
  private let tokens: [UInt32: UInt32]
  /// The tokens `<0x00>` to `<0xFF>`, which spell scalars that have none.
  let bytes: [UInt32]?
  /// What stands for a scalar that cannot be spelled.
  let unknown: UInt32?
  /// Whether neighbours that cannot be spelled are one unknown token.
  let fusesUnknown: Bool

  init(_ vocabulary: Vocabulary, fallsBackToBytes: Bool, unknown: UInt32?, fusesUnknown: Bool) {
    var tokens: [UInt32: UInt32] = [:]
    for entry in vocabulary.entries {
      let scalars = entry.token.unicodeScalars
      if let only = scalars.first, scalars.count == 1 {
        tokens[only.value] = UInt32(entry.identifier)
      }
    }
    self.tokens = tokens
    let spelled = (UInt8.min...UInt8.max).compactMap { byte in
      vocabulary.identifier(of: Self.token(of: byte)).map(UInt32.init)
    }
    bytes = fallsBackToBytes && spelled.count == 256 ? spelled : nil
    self.unknown = unknown
    self.fusesUnknown = fusesUnknown
  }

  /// The token of a scalar, by its value.
  func token(of scalar: UInt32) -> UInt32? { tokens[scalar] }

  /// Whether the scalar at an index can be spelled.
  func hasToken(_ source: Span<UInt8>, _ index: Int) -> Bool {
    let scalar = ScannedScalar(in: source, at: index)
    let isMalformed = scalar.length == 1 && scalar.value == 0xFFFD
    return bytes != nil || !isMalformed && token(of: scalar.value) != nil
  }

  /// `<0x0A>`.
  static func token(of byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x" + (digits.count == 1 ? "0" : "") + digits + ">"
  }

  /// The byte that a token such as `<0x0A>` spells.
  static func byte(of token: String) -> UInt8? {
    guard token.utf8.count == 6, token.hasPrefix("<0x"), token.hasSuffix(">") else { return nil }
    return UInt8(token.dropFirst(3).dropLast(), radix: 16)
  }

  /// Appends the tokens of a piece, scalar by scalar.
  func appendTokens(of piece: Range<Int>, in source: Span<UInt8>, to output: inout [UInt32]) {
    var index = piece.lowerBound
    var endsUnknown = false
    while index < piece.upperBound {
      let scalar = ScannedScalar(in: source, at: index)
      let next = index + scalar.length
      defer { index = next }
      let isMalformed = scalar.length == 1 && scalar.value == 0xFFFD
      if !isMalformed, let token = token(of: scalar.value) {
        output.append(token)
        endsUnknown = false
      } else if let bytes {
        for place in index..<next { output.append(bytes[Int(source[place])]) }
        endsUnknown = false
      } else if let unknown {
        if !(endsUnknown && fusesUnknown) { output.append(unknown) }
        endsUnknown = true
      }
    }
  }
}
