/// Human ratings made ready for training: split, dealt into halves, and paired.
public struct RatingsDataset: Sendable {
  /// The choices that make a data set.
  public struct Configuration: Codable, Hashable, Sendable {
    /// Decides the split, the halves and the pairs.
    public var seed: UInt64 = 0
    /// The share of sentences to hold out.
    public var heldOutShare = 0.1
    /// Where preference pairs come from.
    public var pairDomain = RatingsDomain.filmReviews
    /// How many pairs are drawn for training, before ties are dropped.
    public var trainPairCount = 20_000
    /// How many pairs are drawn from held-out sentences, before ties are dropped.
    public var heldOutPairCount = 5_000

    /// Creates the default choices.
    public init() {}

    /// The number of pairs to draw on a side.
    public func pairCount(on side: RatingsSplit.Side) -> Int {
      switch side {
      case .train: trainPairCount
      case .heldOut: heldOutPairCount
      }
    }
  }

  /// A sentence with its place in the data set.
  public struct Entry: Hashable, Sendable {
    /// The sentence.
    public var sentence: RatedSentence
    /// Its side of the split.
    public var side: RatingsSplit.Side
    /// Its ratings, dealt.
    public var halves: RatingHalves
  }

  /// The choices that made this.
  public let configuration: Configuration
  /// The sentences, sorted by key, so that the order of reading does not matter.
  public let entries: [Entry]
  /// What was odd about the files.
  public let irregularities: [RatingsIrregularity]

  /// Splits and deals.
  ///
  /// - Throws: ``FeedbackError/invalidHeldOutShare(_:)``.
  public init(
    _ ratings: HumanRatings, configuration: Configuration = Configuration()
  ) throws(FeedbackError) {
    self.configuration = configuration
    irregularities = ratings.irregularities
    let sentences = ratings.sentences.sorted { $0.key < $1.key }
    let split = try RatingsSplit(
      of: sentences, heldOutShare: configuration.heldOutShare, seed: configuration.seed)
    entries = zip(sentences, split.sides).map { sentence, side in
      Entry(
        sentence: sentence, side: side,
        halves: RatingHalves(of: sentence, seed: configuration.seed))
    }
  }

  /// The sentences of a side, of one domain or of all.
  public func entries(
    on side: RatingsSplit.Side, domain: RatingsDomain? = nil
  ) -> [Entry] {
    entries.filter { $0.side == side && (domain == nil || $0.sentence.domain == domain) }
  }

  /// How often the two halves' means put random pairs of sentences in the same order, ties half; nil
  /// if there are fewer than two sentences.
  ///
  /// This is the best that a model of the proxy half can hope to reach on the gold half.
  ///
  /// Complexity: O(*n*²) in the number of sentences.
  public func halvesAgreement(
    on side: RatingsSplit.Side, domain: RatingsDomain
  ) -> Double? {
    let entries = entries(on: side, domain: domain)
    guard entries.count >= 2 else { return nil }
    return pairAgreement(entries.map(\.halves.proxyMean), entries.map(\.halves.goldMean))
  }
}
