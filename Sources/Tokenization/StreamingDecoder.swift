/// Decodes identifiers one by one, as they are sampled, without splitting a scalar in two.
///
/// Tokens may end in the middle of a scalar's bytes. Those bytes are held back, at most three,
/// until the scalar is whole. The pieces put together equal the text that
/// ``Tokenizer/decode(_:specialTokens:)`` gives for all identifiers at once.
///
/// ```swift
/// var decoder = StreamingDecoder(tokenizer)
/// for id in ids { text += decoder.append(id) }
/// text += decoder.finish()
/// ```
///
/// A character of several scalars, such as a family emoji, may arrive in several pieces: only its
/// successor tells that it is complete.
public struct StreamingDecoder: Sendable {
  private let tokenizer: Tokenizer
  private let specialTokens: SpecialTokenDecoding
  private var pending: [UInt8] = []
  private var isAtStart = true

  /// Starts a text.
  ///
  /// - Parameters:
  ///   - tokenizer: The tokenizer of the identifiers.
  ///   - specialTokens: What to do with special tokens.
  public init(_ tokenizer: Tokenizer, specialTokens: SpecialTokenDecoding = .kept) {
    self.tokenizer = tokenizer
    self.specialTokens = specialTokens
  }

  /// Adds an identifier.
  ///
  /// - Parameter id: An identifier; one without a token adds nothing.
  /// - Returns: The text that it completes; empty when its scalar is not whole yet.
  public mutating func append(_ id: Int) -> String {
    var bytes = tokenizer.decodedBytes(of: id, specialTokens: specialTokens)
    if isAtStart, let first = bytes.first {
      isAtStart = false
      if tokenizer.decoder.stripsFirstSpace, first == UInt8(ascii: " ") { bytes.removeFirst() }
    }
    pending += bytes
    let wholeCount = pending.count - unfinishedCount
    let text = String(decoding: pending[..<wholeCount], as: UTF8.self)
    pending.removeSubrange(..<wholeCount)
    return text
  }

  /// Ends the text, after which another may start.
  ///
  /// - Returns: U+FFFD when bytes of an unfinished scalar are left, otherwise nothing.
  public mutating func finish() -> String {
    defer { (pending, isAtStart) = ([], true) }
    return String(decoding: pending, as: UTF8.self)
  }

  /// How many bytes at the end begin a scalar that further bytes may complete.
  private var unfinishedCount: Int {
    for count in 1...3 where count <= pending.count {
      let tail = pending[(pending.count - count)...]
      guard let lead = tail.first, lead >= 0xC2 else { continue }
      return Self.isBeginning(tail, lead: lead) ? count : 0
    }
    return 0
  }

  private static func isBeginning(_ bytes: ArraySlice<UInt8>, lead: UInt8) -> Bool {
    // A scalar is completed with bytes that suit its beginning, if any do: the lowest second byte
    // that the lead allows, then 0x80.
    let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    guard bytes.count < length, lead <= 0xF4 else { return false }
    var completed = Array(bytes)
    if completed.count == 1 {
      completed.append(lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80)
    }
    while completed.count < length { completed.append(0x80) }
    return ScannedScalar(in: completed.span, at: 0).length == length
  }
}
