/// Which sentences are for training and which are held out.
///
/// A stable hash decides, so a sentence's side does not depend on reading order or on which other
/// sentences there are, except that near-duplicates (equal but for case, accents and punctuation)
/// and sentences of one document always share a side.
public struct RatingsSplit: Sendable {
  /// A side of the split.
  public enum Side: String, Codable, CaseIterable, Hashable, Sendable {
    /// To learn from.
    case train
    /// Never learned from.
    case heldOut = "heldout"
  }

  /// One side per sentence, in the order given.
  public let sides: [Side]

  /// Splits sentences.
  ///
  /// - Parameters:
  ///   - sentences: The sentences; all domains at once, for texts may repeat across domains.
  ///   - heldOutShare: The share of groups to hold out, met on average.
  ///   - seed: Another seed holds out other sentences.
  /// - Throws: ``FeedbackError/invalidHeldOutShare(_:)``.
  public init(
    of sentences: [RatedSentence], heldOutShare: Double = 0.1, seed: UInt64
  ) throws(FeedbackError) {
    guard (0...1).contains(heldOutShare) else { throw .invalidHeldOutShare(heldOutShare) }
    sides = NearDuplicates.groupKeys(of: sentences).map { key in
      StableHash("split/\(key)", seed: seed).fraction < heldOutShare ? .heldOut : .train
    }
  }
}
