/// Spaces as the scalar ▁, so that they are part of tokens (Kudo and Richardson 2018, arXiv 1808.06226).
struct Metaspace: Hashable, Sendable {
  /// Where a ▁ is put before text that has none.
  enum Prefix: String, Hashable, Sendable {
    case always, first, never
  }

  /// ▁, U+2581.
  static let scalar: [UInt8] = [0xE2, 0x96, 0x81]
  static let text = "\u{2581}"

  var prefix: Prefix
  /// Whether every ▁ starts a piece.
  var splits: Bool

  /// A token's text with spaces for ▁.
  static func spaced(_ token: String) -> String {
    var text = String.UnicodeScalarView()
    for scalar in token.unicodeScalars { text.append(scalar == "\u{2581}" ? " " : scalar) }
    return String(text)
  }

  /// Bytes with ▁ for spaces.
  ///
  /// - Parameters:
  ///   - bytes: Any text.
  ///   - prepends: Whether a ▁ stands before all of it.
  /// - Returns: UTF-8 as the input is.
  static func replacingSpaces(in bytes: Span<UInt8>, prepends: Bool) -> [UInt8] {
    var output = prepends ? scalar : []
    output.reserveCapacity(bytes.count + 3 * (1 + bytes.count / 4))
    for index in bytes.indices {
      if bytes[index] == UInt8(ascii: " ") {
        output += scalar
      } else {
        output.append(bytes[index])
      }
    }
    return output
  }

  static func isPrefix(of bytes: Span<UInt8>, at index: Int) -> Bool {
    index + 3 <= bytes.count && bytes[index] == scalar[0] && bytes[index + 1] == scalar[1]
      && bytes[index + 2] == scalar[2]
  }

  /// Whether a token has a ▁ behind anything else than a ▁.
  static func joinsWords(_ token: String) -> Bool {
    let scalars = token.unicodeScalars
    return zip(scalars, scalars.dropFirst()).contains { $0 != "\u{2581}" && $1 == "\u{2581}" }
  }

  /// The end of the piece that starts at an index: before the next ▁.
  static func pieceEnd(in bytes: Span<UInt8>, from start: Int) -> Int {
    var index = start + 1
    while index < bytes.count, !isPrefix(of: bytes, at: index) { index += 1 }
    return index
  }

  /// The end of the word that starts at an index: before the next ▁ that follows something else.
  static func wordEnd(in bytes: Span<UInt8>, from start: Int) -> Int {
    var index = start
    while isPrefix(of: bytes, at: index) { index += 3 }
    return index < bytes.count ? pieceEnd(in: bytes, from: index) : index
  }

  /// What the model sees of a segment.
  func changed(_ segment: Span<UInt8>, isFirst: Bool) -> [UInt8] {
    Self.replacingSpaces(in: segment, prepends: prepends(to: segment, isFirst: isFirst))
  }

  /// Whether a ▁ is put before a segment.
  func prepends(to segment: Span<UInt8>, isFirst: Bool) -> Bool {
    let startsSo =
      !segment.isEmpty
      && (segment[0] == UInt8(ascii: " ") || Self.isPrefix(of: segment, at: 0))
    let isWanted =
      switch prefix {
      case .always: true
      case .first: isFirst
      case .never: false
      }
    return isWanted && !startsSo
  }
}
