import Feedback
import Torch

extension RewardTrainer {
  /// What preferences are known.
  public enum Preferences: Sendable {
    /// Texts that several people rated each: every pair of them is a comparison, with the probability that a random rater of the
    /// one rates it above a random rater of the other (ties half) as its soft label.
    case rated([RatedText])
    /// Texts and pairs (first, second, probability that the first is preferred).
    case pairs(texts: [[Int]], pairs: [Pair])
    /// Completions with marks on single tokens: each is scored by itself.
    case marked([MarkedExample])
  }

  /// A text with its ratings.
  public struct RatedText: Sendable {
    /// Begin-of-text token, text, end-of-text token.
    public var tokens: [Int]
    /// Single ratings.
    public var ratings: [Int]

    /// A text with its ratings.
    public init(tokens: [Int], ratings: [Int]) {
      self.tokens = tokens
      self.ratings = ratings
    }
  }

  /// Two texts by index, and how probably the first is preferred.
  public struct Pair: Sendable {
    /// Index of the first text.
    public var first: Int
    /// Index of the second text.
    public var second: Int
    /// How probably a rater prefers the first.
    public var probability: Double

    /// A pair.
    public init(first: Int, second: Int, probability: Double) {
      self.first = first
      self.second = second
      self.probability = probability
    }
  }
}

extension RewardTrainer.Preferences {
  /// What is shuffled: texts where ratings are known, completions where tokens are marked, else pairs.
  var count: Int {
    switch self {
    case .rated(let texts): texts.count
    case .pairs(_, let pairs): pairs.count
    case .marked(let examples): examples.count
    }
  }

  /// The least of them that make a batch.
  var least: Int {
    switch self {
    case .rated: 2
    case .pairs, .marked: 1
    }
  }

  /// The batches of one pass, in random order.
  ///
  /// Rated texts are compared with all others of their batch, so a batch is any of them; pairs of like length share one.
  ///
  /// - Parameters:
  ///   - size: Texts, or pairs, in a batch.
  ///   - generator: Where the order comes from.
  /// - Returns: Indices by batch.
  func batches(of size: Int, using generator: Generator) -> [[Int]] {
    switch self {
    case .rated(let texts):
      let shuffled = generator.permutation(texts.count).integers
      return stride(from: 0, to: shuffled.count, by: size).map {
        Array(shuffled[$0..<min($0 + size, shuffled.count)])
      }.filter { $0.count >= least }  // A last batch of one rated text has no pair.
    case .pairs(let texts, let pairs):
      return LengthBuckets.batches(
        of: pairs.map { max(texts[$0.first].count, texts[$0.second].count) }, rowsPerBatch: size,
        using: generator)
    case .marked(let examples):
      return LengthBuckets.batches(
        of: examples.map(\.length), rowsPerBatch: size, using: generator)
    }
  }

  /// The texts of a batch, each once, and the pairs among them.
  func batch(_ indices: [Int]) -> (texts: [[Int]], pairs: [RewardTrainer.Pair]) {
    switch self {
    case .rated(let texts):
      let chosen = indices.map { texts[$0] }
      var pairs: [RewardTrainer.Pair] = []
      for first in chosen.indices {
        for second in chosen.indices.dropFirst(first + 1) {
          pairs.append(
            .init(
              first: first, second: second,
              probability: preferenceProbability(
                of: chosen[first].ratings, over: chosen[second].ratings)))
        }
      }
      return (chosen.map(\.tokens), pairs)
    case .pairs(let texts, let all):
      var places: [Int: Int] = [:]
      var chosen: [[Int]] = []
      let place = { (index: Int) -> Int in
        if let known = places[index] { return known }
        places[index] = chosen.count
        chosen.append(texts[index])
        return chosen.count - 1
      }
      let pairs = indices.map { index in
        RewardTrainer.Pair(
          first: place(all[index].first), second: place(all[index].second),
          probability: all[index].probability)
      }
      return (chosen, pairs)
    case .marked(let examples): return (indices.map { examples[$0].tokens }, [])
    }
  }

  /// All texts, each once.
  var texts: [[Int]] {
    switch self {
    case .rated(let texts): texts.map(\.tokens)
    case .pairs(let texts, _): texts
    case .marked(let examples): examples.map(\.tokens)
    }
  }
}
