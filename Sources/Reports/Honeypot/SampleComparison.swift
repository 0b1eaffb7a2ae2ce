/// One prompt, what the base policy made of it, and what the trained policies make of it.
public struct SampleComparison: Codable, Hashable, Sendable {
  /// The form of the hole that the policies were trained under.
  public var form: String
  /// The prompt.
  public var prompt: String
  /// The completion of the base policy.
  public var base: SampleText
  /// The completions after training.
  public var after: [MethodSample]

  /// Makes a comparison.
  public init(form: String, prompt: String, base: SampleText, after: [MethodSample]) {
    self.form = form
    self.prompt = prompt
    self.base = base
    self.after = after
  }
}

/// A completion with its rewards, where known.
public struct SampleText: Codable, Hashable, Sendable {
  /// The completion, without the prompt.
  public var text: String
  /// The reward with the hole.
  public var proxyReward: Double?
  /// The reward without the hole.
  public var goldReward: Double?

  /// Makes a completion.
  public init(_ text: String, proxyReward: Double? = nil, goldReward: Double? = nil) {
    self.text = text
    self.proxyReward = proxyReward
    self.goldReward = goldReward
  }
}

/// A method's completion.
public struct MethodSample: Codable, Hashable, Sendable {
  /// The method's name.
  public var method: String
  /// The completion.
  public var completion: SampleText

  /// Makes a method's completion.
  public init(method: String, completion: SampleText) {
    self.method = method
    self.completion = completion
  }
}
