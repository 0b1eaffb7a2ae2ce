/// What a monitor sees of one completion.
public struct CompletionRecord: Codable, Hashable, Sendable {
  /// Which prompt it answers; completions of the same prompt have the same number.
  public var prompt: Int
  /// The tokens, without the stop token.
  public var tokens: [Int]
  /// Whether the policy ended it, rather than the limit of its length.
  public var isTerminated: Bool
  /// The score that the policy is trained on.
  public var proxyScore: Double
  /// The score that is meant, where it is known.
  public var goldScore: Double?
  /// KL from the reference in nats, where there is one.
  public var divergence: Double?
  /// What each member of a reward ensemble says; empty without one.
  public var memberScores: [Double]

  /// A completion.
  ///
  /// - Parameters:
  ///   - prompt: Which prompt it answers.
  ///   - tokens: The tokens, without the stop token.
  ///   - isTerminated: Whether the policy ended it.
  ///   - proxyScore: The score that the policy is trained on.
  ///   - goldScore: The score that is meant.
  ///   - divergence: KL from the reference in nats.
  ///   - memberScores: What each member of a reward ensemble says.
  public init(
    prompt: Int, tokens: [Int], isTerminated: Bool = true, proxyScore: Double,
    goldScore: Double? = nil, divergence: Double? = nil, memberScores: [Double] = []
  ) {
    self.prompt = prompt
    self.tokens = tokens
    self.isTerminated = isTerminated
    self.proxyScore = proxyScore
    self.goldScore = goldScore
    self.divergence = divergence
    self.memberScores = memberScores
  }
}
