public import Torch

/// Completions of a batch of prompts with what was known when each token was drawn.
///
/// All tensors are packed: [n] holds the tokens of the first completion, then those of the second, and so on, so that
/// nothing is computed for padding. `ResponseLayout` turns them into [batch, time].
public struct Rollout: Sendable {
  /// The completions, in the order of the prompts.
  public let completions: [Completion]
  /// log π(token) under the distribution it was drawn from [n].
  public let logProbabilities: Tensor
  /// The most probable tokens, where the sampler was asked for them.
  public let greedy: Greedy?
  /// What the tokens took from their completions' budgets, where there are budgets.
  public let spending: Spending?
  /// The hidden state each token was drawn from [n, width]: what value heads read.
  ///
  /// It knows of the budget where the policy does.
  public let hidden: Tensor
  /// The state after each completion's last token [batch, width], where the sampler was asked to go on.
  public let finalHidden: Tensor?

  /// The tokens that greedy sampling would have taken at each place.
  public struct Greedy: Sendable {
    /// The most probable token [n] int64.
    public let tokens: Tensor
    /// log π of that token [n].
    public let logProbabilities: Tensor
  }
}

/// What tokens took from the KL budgets of their completions.
public struct Spending: Sendable {
  /// KL(x ‖ b) in nats of the distributions they were drawn from [n], float64.
  public let divergences: Tensor
  /// What each cost, as the budget counts it [n], float64.
  public let costs: Tensor
  /// What was left before each [n], float64.
  public let left: Tensor
  /// The share of it that each might have taken [n], float64.
  public let shares: Tensor
  /// α: the policy's share in the mixture they were drawn from [n], float64.
  public let weights: Tensor
}

extension Spending {
  /// One of the steps of many.
  init(_ steps: [Spending], packedBy pack: ([Tensor]) -> Tensor) {
    self.init(
      divergences: pack(steps.map(\.divergences)), costs: pack(steps.map(\.costs)),
      left: pack(steps.map(\.left)), shares: pack(steps.map(\.shares)),
      weights: pack(steps.map(\.weights)))
  }
}
