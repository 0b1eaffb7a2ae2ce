/// A byte-level byte-pair model: which pieces of neighbouring bytes are tokens (Sennrich et al.,
/// 2016).
struct BytePairModel: Sendable {
  /// Two tokens that become a third; earlier merges of the list go first.
  struct Merge: Hashable, Sendable {
    var left: UInt32
    var right: UInt32
    var result: UInt32
  }

  let vocabulary: Vocabulary
  let merges: [Merge]
  /// Whether a piece that is a token is taken whole, even where merges would not build it.
  let ignoresMerges: Bool
  /// The identifier of the token of each byte.
  let byteIdentifiers: [UInt32]
  let table: MergeTable
  private let wholePieces: [[UInt8]: UInt32]

  /// A model from parts that have been checked: every byte has a token, no pair merges twice.
  init(
    vocabulary: Vocabulary, merges: [Merge], byteIdentifiers: [UInt32], ignoresMerges: Bool
  ) {
    var table = MergeTable(capacity: merges.count + 1)
    for (rank, merge) in merges.enumerated() {
      let isNew = table.insert(
        left: merge.left, right: merge.right, rank: UInt32(rank), token: merge.result)
      precondition(isNew, "the pair of merge \(rank) merges twice")
    }
    self.vocabulary = vocabulary
    self.merges = merges
    self.byteIdentifiers = byteIdentifiers
    self.ignoresMerges = ignoresMerges
    self.table = table
    var wholePieces: [[UInt8]: UInt32] = [:]
    if ignoresMerges {
      for entry in vocabulary.entries {
        if let bytes = ByteAlphabet.bytes(of: entry.token) {
          wholePieces[bytes] = UInt32(entry.identifier)
        }
      }
    }
    self.wholePieces = wholePieces
  }

  /// Appends the tokens of one piece.
  func appendTokens(
    of piece: Range<Int>, in bytes: Span<UInt8>, to output: inout [UInt32]
  ) {
    if ignoresMerges, let whole = wholePieces[piece.map { bytes[$0] }] {
      output.append(whole)
      return
    }
    let start = output.count
    for index in piece {
      output.append(byteIdentifiers[Int(bytes[index])])
    }
    if piece.count > Self.longestScannedPiece {
      mergeByQueue(&output, from: start)
    } else if piece.count > 1 {
      mergeByScanning(&output, from: start)
    }
  }
}
