/// What to do with special tokens in decoded text.
public enum SpecialTokenDecoding: Hashable, Sendable {
  /// Their content is part of the text.
  case kept
  /// They are left out.
  case skipped
}

extension Tokenizer {
  /// The text of identifiers.
  ///
  /// Bytes that are not UTF-8, as when a character is cut in two, become U+FFFD. Identifiers
  /// without a token give no text: a model's embedding often has more rows than there are tokens.
  ///
  /// Added tokens decode to their content. The `tokenizers` package reads their letters as bytes,
  /// so that an added “é” does not come back.
  ///
  /// - Parameters:
  ///   - ids: Identifiers.
  ///   - specialTokens: What to do with special tokens.
  /// - Returns: The text.
  public func decode(_ ids: [Int], specialTokens: SpecialTokenDecoding = .kept) -> String {
    String(decoding: decodeBytes(ids, specialTokens: specialTokens), as: UTF8.self)
  }

  /// The bytes of identifiers, well-formed or not.
  ///
  /// - Parameters:
  ///   - ids: Identifiers; those without a token give no bytes.
  ///   - specialTokens: What to do with special tokens.
  /// - Returns: The bytes of the tokens, one after another.
  public func decodeBytes(
    _ ids: [Int], specialTokens: SpecialTokenDecoding = .kept
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(ids.count * 4)
    for id in ids {
      bytes.append(contentsOf: decodedBytes(of: id, specialTokens: specialTokens))
    }
    if decoder.stripsFirstSpace, bytes.first == UInt8(ascii: " ") { bytes.removeFirst() }
    return bytes
  }

  func decodedBytes(of id: Int, specialTokens: SpecialTokenDecoding) -> ArraySlice<UInt8> {
    if specialTokens == .skipped, isSpecial(id) { return [] }
    return vocabulary.bytes(of: id)
  }
}
