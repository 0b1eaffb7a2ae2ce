/// One completion kept for people to read: one line of `samples.jsonl`.
public struct Sample: Codable, Hashable, Sendable {
  /// The step that sampled it.
  public var step: Int
  /// What the policy was given.
  public var prompt: String
  /// What it wrote.
  public var completion: String
  /// What it was paid, by name of the reward (`proxy`, `gold`, …); a value that is not finite is
  /// left out, because JSON has none.
  public var rewards: [String: Double]
  /// The divergence from the reference, summed over the completion, if known.
  public var kl: Double?

  /// Creates a sample.
  public init(
    step: Int, prompt: String, completion: String, rewards: [String: Double] = [:],
    kl: Double? = nil
  ) {
    self.step = step
    self.prompt = prompt
    self.completion = completion
    self.rewards = rewards.filter { $0.value.isFinite }
    self.kl = kl.flatMap { $0.isFinite ? $0 : nil }
  }
}
