/// What a monitor sees of one step of training.
public struct StepRecord: Codable, Hashable, Sendable {
  /// The number of the step; each is greater than the one before.
  public var step: Int
  /// What the policy said, in any order.
  public var completions: [CompletionRecord]
  /// Mean entropy of the policy's next-token distributions in nats.
  public var tokenEntropy: Double?
  /// σ̂: how much better the most probable tokens were than the sampled ones (`GreedyAwareness`).
  public var greedySigma: Double?
  /// η̂: how probable the most probable tokens were (`GreedyAwareness`).
  public var greedyEta: Double?

  /// A step.
  ///
  /// - Parameters:
  ///   - step: Its number.
  ///   - completions: What the policy said.
  ///   - tokenEntropy: Mean entropy of next-token distributions in nats.
  ///   - greedySigma: σ̂ of greedy-advantage awareness.
  ///   - greedyEta: η̂ of greedy-advantage awareness.
  public init(
    step: Int, completions: [CompletionRecord], tokenEntropy: Double? = nil,
    greedySigma: Double? = nil, greedyEta: Double? = nil
  ) {
    self.step = step
    self.completions = completions
    self.tokenEntropy = tokenEntropy
    self.greedySigma = greedySigma
    self.greedyEta = greedyEta
  }
}
