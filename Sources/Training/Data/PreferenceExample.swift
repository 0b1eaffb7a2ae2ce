/// Two answers to one prompt as tokens, and how probably the first is preferred: what direct preference optimization learns from.
public struct PreferenceExample: Codable, Hashable, Sendable {
  /// The tokens before both answers, at least one.
  public var prompt: [Int]
  /// The preferred answer, at least one token.
  public var chosen: [Int]
  /// The other answer, at least one token.
  public var rejected: [Int]
  /// How probably a person prefers `chosen`.
  public var probability: Double

  /// A comparison.
  ///
  /// - Parameters:
  ///   - prompt: The tokens before both answers.
  ///   - chosen: The preferred answer.
  ///   - rejected: The other answer.
  ///   - probability: How probably a person prefers `chosen`.
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
