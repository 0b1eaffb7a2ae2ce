import Synchronization

/// The tokens of pieces met before, shared by the copies of a tokenizer.
///
/// One encoding at a time has the shared table; another that runs meanwhile starts from an empty
/// table of its own, so that nobody waits. Results never depend on which table was used.
final class WordCache: Sendable {
  private let table = Mutex(WordTable())

  func withTable<Output: Sendable>(_ body: (inout WordTable) -> Output) -> Output {
    if let output = table.withLockIfAvailable({ body(&$0) }) {
      return output
    }
    var own = WordTable()
    return body(&own)
  }
}

/// A bounded map from the bytes of a piece to its tokens.
///
/// Bytes and tokens lie in two flat arrays, found over open addressing. A full table is emptied:
/// the frequent pieces are back within a few lines of text.
struct WordTable: Sendable {
  /// Longer pieces are rarely met twice.
  static let longestWord = 64
  static let wordLimit = 1 << 16

  private struct Word {
    var hash: UInt64
    var firstByte: Int32
    var byteCount: Int32
    var firstToken: Int32
    var tokenCount: Int32
  }

  private static let slotCount = 1 << 17
  /// Index of the word plus one; zero where vacant.
  ///
  /// Empty until the first word.
  private var slots: [Int32] = []
  private var words: [Word] = []
  private var bytes: [UInt8] = []
  private var tokens: [UInt32] = []

  /// How many words are held.
  var count: Int { words.count }

  /// A hash of a piece: FNV-1a, with the high bits folded down because slots use the low ones.
  @inline(__always)
  static func hash(of piece: Range<Int>, in source: Span<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in piece {
      hash = (hash ^ UInt64(source[index])) &* 0x100_0000_01B3
    }
    return hash ^ hash >> 32
  }

  /// Appends the tokens of a piece, when the table has it.
  ///
  /// - Returns: Whether it has.
  func appendTokens(
    of piece: Range<Int>, in source: Span<UInt8>, hash: UInt64, to output: inout [Int]
  ) -> Bool {
    guard !slots.isEmpty else { return false }
    var slot = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
    while slots[slot] != 0 {
      let word = words[Int(slots[slot]) - 1]
      if word.hash == hash, isEqual(word, piece, source) {
        let first = Int(word.firstToken)
        for index in first..<first + Int(word.tokenCount) {
          output.append(Int(tokens[index]))
        }
        return true
      }
      slot = (slot + 1) & (Self.slotCount - 1)
    }
    return false
  }

  /// Adds a piece that the table does not have.
  mutating func insert(
    _ piece: Range<Int>, in source: Span<UInt8>, hash: UInt64, tokens pieceTokens: [UInt32]
  ) {
    if slots.isEmpty || words.count == Self.wordLimit {
      slots = Array(repeating: 0, count: Self.slotCount)
      words.removeAll(keepingCapacity: true)
      bytes.removeAll(keepingCapacity: true)
      tokens.removeAll(keepingCapacity: true)
    }
    var slot = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
    while slots[slot] != 0 {
      slot = (slot + 1) & (Self.slotCount - 1)
    }
    words.append(
      Word(
        hash: hash, firstByte: Int32(bytes.count), byteCount: Int32(piece.count),
        firstToken: Int32(tokens.count), tokenCount: Int32(pieceTokens.count)))
    slots[slot] = Int32(words.count)
    for index in piece {
      bytes.append(source[index])
    }
    tokens.append(contentsOf: pieceTokens)
  }

  @inline(__always)
  private func isEqual(_ word: Word, _ piece: Range<Int>, _ source: Span<UInt8>) -> Bool {
    guard Int(word.byteCount) == piece.count else { return false }
    let first = Int(word.firstByte)
    for offset in 0..<piece.count where bytes[first + offset] != source[piece.lowerBound + offset] {
      return false
    }
    return true
  }
}
