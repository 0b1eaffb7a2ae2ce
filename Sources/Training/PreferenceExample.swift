/// Two answers to one prompt, and how probably the first is preferred.
public struct PreferenceExample: Equatable, Sendable {
  /// What both answer, at least one token.
  public var prompt: [Int]
  /// The preferred answer's tokens, the one that ends it included.
  public var chosen: [Int]
  /// The other answer's tokens.
  public var rejected: [Int]
  /// How probably a rater prefers the first.
  public var probability: Double

  /// A pair.
  public init(prompt: [Int], chosen: [Int], rejected: [Int], probability: Double = 1) {
    self.prompt = prompt
    self.chosen = chosen
    self.rejected = rejected
    self.probability = probability
  }
}

extension PreferenceExample {
  /// Tokens of the longer of both answers with their prompt.
  var length: Int { prompt.count + max(chosen.count, rejected.count) }
}
