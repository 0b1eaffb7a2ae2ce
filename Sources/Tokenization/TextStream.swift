/// Text that grows token by token, until one of some strings ends it.
///
/// What may be the beginning of such a string is held back until the tokens after it decide, so that no part of one is ever
/// shown.
///
/// ```swift
/// var stream = TextStream(tokenizer, stopStrings: ["\nUser:"])
/// for id in ids where !stream.isStopped { show(stream.append(id)) }
/// show(stream.finish())
/// ```
public struct TextStream: Sendable {
  /// All text so far that can be shown: what `append` and `finish` gave, put together.
  public private(set) var text = ""
  /// Whether a string has ended the text.
  public private(set) var isStopped = false

  private var decoder: StreamingDecoder
  private let stopStrings: [[UInt8]]
  private var pending: [UInt8] = []

  /// Starts a text.
  ///
  /// - Parameters:
  ///   - tokenizer: The tokenizer of the identifiers.
  ///   - stopStrings: The text ends before the first of these; empty ones are ignored.
  ///   - specialTokens: What to do with special tokens.
  public init(
    _ tokenizer: Tokenizer, stopStrings: [String] = [],
    specialTokens: SpecialTokenDecoding = .skipped
  ) {
    decoder = StreamingDecoder(tokenizer, specialTokens: specialTokens)
    self.stopStrings = stopStrings.map { Array($0.utf8) }.filter { !$0.isEmpty }
  }

  /// Adds a token, unless the text has ended.
  ///
  /// - Parameter id: Its identifier.
  /// - Returns: The text that can be shown now.
  public mutating func append(_ id: Int) -> String {
    isStopped ? "" : take(decoder.append(id))
  }

  /// Ends the text.
  ///
  /// - Returns: What was held back.
  public mutating func finish() -> String {
    guard !isStopped else { return "" }
    let shown = take(decoder.finish())
    return shown + (isStopped ? "" : release(pending.count))
  }

  private mutating func take(_ piece: String) -> String {
    pending += piece.utf8
    if let end = firstStop {
      isStopped = true
      return release(end)
    }
    return release(pending.count - longestBeginning)
  }

  private mutating func release(_ count: Int) -> String {
    let shown = String(decoding: pending[..<count], as: UTF8.self)
    pending.removeFirst(count)
    text += shown
    return shown
  }

  // Where the earliest of the strings begins.
  private var firstStop: Int? {
    pending.indices.first { start in
      stopStrings.contains { pending[start...].starts(with: $0) }
    }
  }

  // How many bytes at the end begin one of the strings.
  private var longestBeginning: Int {
    let most = min(pending.count, (stopStrings.map(\.count).max() ?? 1) - 1)
    return stride(from: most, to: 0, by: -1).first { count in
      stopStrings.contains { $0.count > count && $0.starts(with: pending.suffix(count)) }
    } ?? 0
  }
}
