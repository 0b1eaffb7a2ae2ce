/// A byte-pair model: which pieces of neighbouring bytes, or scalars, are tokens (Sennrich et al., 2016).
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
  /// The tokens that merging starts from.
  let alphabet: BytePairAlphabet
  let table: MergeTable
  /// Whether no token spans the place before a ▁ that follows something else, so that words become tokens one by one.
  let keepsWordsApart: Bool
  private let wholePieces: [[UInt8]: UInt32]

  /// A model from parts that have been checked: no pair merges twice.
  init(
    vocabulary: Vocabulary, merges: [Merge], alphabet: BytePairAlphabet, ignoresMerges: Bool
  ) {
    var table = MergeTable(capacity: merges.count + 1)
    for (rank, merge) in merges.enumerated() {
      let isNew = table.insert(
        left: merge.left, right: merge.right, rank: UInt32(rank), token: merge.result)
      precondition(isNew, "the pair of merge \(rank) merges twice")
    }
    self.vocabulary = vocabulary
    self.merges = merges
    self.alphabet = alphabet
    self.ignoresMerges = ignoresMerges
    self.table = table
    keepsWordsApart =
      !ignoresMerges && alphabet.knowsSpace
      && merges.allSatisfy { merge in
        vocabulary.token(of: Int(merge.result)).map { !Metaspace.joinsWords($0) } ?? false
      }
    var wholePieces: [[UInt8]: UInt32] = [:]
    if ignoresMerges {
      for entry in vocabulary.entries {
        switch alphabet {
        case .bytes:
          if let bytes = ByteAlphabet.bytes(of: entry.token) {
            wholePieces[bytes] = UInt32(entry.identifier)
          }
        case .scalars: wholePieces[Array(entry.token.utf8)] = UInt32(entry.identifier)
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
    switch alphabet {
    case .bytes(let identifiers):
      for index in piece {
        output.append(identifiers[Int(bytes[index])])
      }
    case .scalars(let alphabet): alphabet.appendTokens(of: piece, in: bytes, to: &output)
    }
    let count = output.count - start
    if count > Self.longestScannedPiece {
      mergeByQueue(&output, from: start)
    } else if count > 1 {
      mergeByScanning(&output, from: start)
    }
  }
}
