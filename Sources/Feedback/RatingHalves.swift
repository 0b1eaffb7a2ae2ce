/// The ratings of one sentence, dealt to two groups of people who share nobody.
///
/// Proxy and gold: a reward model learns from one half, and the other half, which it never saw,
/// tells whether what it rewards is what people want. The published lists do not say who rated, so
/// each sentence is dealt for itself; every single rating is in exactly one half.
public struct RatingHalves: Hashable, Sendable {
  /// The half that a reward model learns from.
  public var proxy: [Int]
  /// The half that judges.
  public var gold: [Int]

  /// Deals the ratings of a sentence.
  ///
  /// The deal depends on the seed and the sentence's key only, not on the order of reading. With an
  /// odd number of ratings, the extra one goes to either half with equal probability.
  ///
  /// - Precondition: the sentence has at least two ratings.
  public init(of sentence: RatedSentence, seed: UInt64) {
    precondition(
      sentence.ratings.count >= 2,
      "\(sentence.key) has \(sentence.ratings.count) ratings, but needs at least 2")
    var generator = SplitMix64(state: StableHash("halves/\(sentence.key)", seed: seed).value)
    let ratings = sentence.ratings.reordered(using: &generator)
    let extra = ratings.count.isMultiple(of: 2) ? 0 : generator.draw(below: 2)
    let middle = ratings.count / 2 + extra
    proxy = Array(ratings[..<middle])
    gold = Array(ratings[middle...])
  }

  /// The mean of the proxy's ratings.
  public var proxyMean: Double { proxy.mean }

  /// The mean of the gold ratings.
  public var goldMean: Double { gold.mean }

  /// The half for a role.
  public subscript(role: Role) -> [Int] {
    switch role {
    case .proxy: proxy
    case .gold: gold
    }
  }

  /// What a half is for.
  public enum Role: String, Codable, CaseIterable, Hashable, Sendable {
    /// To learn from.
    case proxy
    /// To judge with.
    case gold
  }
}
