extension RatingsDataset {
  /// Two sentences to compare.
  public struct SentencePair: Hashable, Sendable {
    /// One sentence.
    public var first: Entry
    /// The other.
    public var second: Entry
  }

  /// Random pairs of sentences of the pair domain on one side, the same for both halves.
  ///
  /// No pair is drawn twice, in either order, and no sentence meets its own near-duplicate.
  ///
  /// - Throws: ``FeedbackError/tooFewSentences(side:sentences:pairs:)`` if the side has not enough
  ///   sentences for twice as many pairs: beyond that, drawing without repetition gets slow, and
  ///   the pairs would be nearly all there are.
  public func sentencePairs(on side: RatingsSplit.Side) throws(FeedbackError) -> [SentencePair] {
    let candidates = entries(on: side, domain: configuration.pairDomain)
    let normalForms = candidates.map { NearDuplicates.normalForm($0.sentence.text) }
    let count = configuration.pairCount(on: side)
    let distinct = Set(normalForms).count
    guard count == 0 || distinct * (distinct - 1) / 2 >= 2 * count else {
      throw .tooFewSentences(side: side.rawValue, sentences: candidates.count, pairs: count)
    }
    var generator = SplitMix64(
      state: StableHash("pairs/\(side.rawValue)", seed: configuration.seed).value)
    var seen: Set<[Int]> = []
    var pairs: [SentencePair] = []
    while pairs.count < count {
      let first = generator.draw(below: candidates.count)
      let second = generator.draw(below: candidates.count)
      guard normalForms[first] != normalForms[second],
        seen.insert([min(first, second), max(first, second)]).inserted
      else { continue }
      pairs.append(SentencePair(first: candidates[first], second: candidates[second]))
    }
    return pairs
  }

  /// The pairs as one half of the raters sees them.
  ///
  /// `chosen` is the sentence that a random rater of the half more probably prefers to a random
  /// rating of the other, and `probability` is that probability (more than ½). A pair with a
  /// probability of exactly ½ has no chosen side and is dropped; a pair with equal means but another
  /// probability is kept, because the probability is the label.
  public func preferences(
    _ pairs: [SentencePair], by role: RatingHalves.Role
  ) -> [PreferencePair] {
    pairs.compactMap { pair in
      let probability = preferenceProbability(
        of: pair.first.halves[role], over: pair.second.halves[role])
      guard probability != 0.5 else { return nil }
      let (first, second) = (pair.first.sentence.text, pair.second.sentence.text)
      return probability > 0.5
        ? PreferencePair(chosen: first, rejected: second, probability: probability)
        : PreferencePair(chosen: second, rejected: first, probability: 1 - probability)
    }
  }
}
