public import PolicyOptimization
public import Torch

/// What a policy on a KL budget says about tokens: of the mixtures that it plays, not of what it proposes.
public struct BudgetedStatistics: Sendable {
  /// log x(token) [n].
  public let logProbabilities: Tensor
  /// −Σ x log x in nats [n].
  public let entropies: Tensor
  /// KL(x ‖ b) in nats [n]; to be looked at, without gradients.
  public let divergences: Tensor

  /// What the states of a policy and of its base model say.
  public struct States {
    /// The policy's states that know of the budget [n, width].
    public var policy: Tensor
    /// The share of what is left that each token may take [n].
    public var shares: Tensor
    /// The base model's states [n, width′].
    public var base: Tensor
    /// What was left before each token in nats [n].
    public var left: Tensor

    /// States.
    public init(policy: Tensor, shares: Tensor, base: Tensor, left: Tensor) {
      self.policy = policy
      self.shares = shares
      self.base = base
      self.left = left
    }
  }

  /// Statistics in parts, which are computed again for gradients where [n, vocabulary] is too large to be kept.
  ///
  /// - Parameters:
  ///   - states: What policy and base model say; gradients reach the policy's states and shares.
  ///   - outputs: The output projections [vocabulary, width] of policy and base model; gradients reach the policy's.
  ///   - tokens: The tokens taken [n] int64.
  ///   - accounting: How the budget counts.
  ///   - temperature: Divides the scores of both.
  ///   - differentiatesEntropy: Whether gradients go through entropies, which is dearer.
  ///   - kept: The most log-probabilities that are kept for gradients; more are computed again.
  public init(
    _ states: States, outputs: (policy: Tensor, base: Tensor), tokens: Tensor,
    accounting: KLBudget.Accounting, temperature: Double = 1, differentiatesEntropy: Bool = true,
    kept: Int = 1 << 23
  ) {
    let vocabulary = outputs.policy.size(0)
    let type = outputs.policy.dataType == .float64 ? DataType.float64 : .float32
    // What gradients reach goes in as one tensor: a share beside each state.
    let inputs = Tensor.concatenate(
      [states.policy.cast(to: type), states.shares.cast(to: type).unsqueezed(1)], along: 1)
    let width = states.policy.size(1)
    let distribution = { (hidden: Tensor, output: Tensor) in
      (hidden.cast(to: type).matmul(output.cast(to: type).transposed()) / temperature)
        .logSoftmax(along: -1)
    }
    let part = { (input: Tensor, range: Range<Int>) in
      let proposal = distribution(input.slice(1, 0..<width), outputs.policy)
      let mixture = BudgetedMixture(
        proposal: proposal,
        base: Tensor.withoutRecording {
          distribution(states.base.slice(0, range), outputs.base)
        }, shares: input.select(1, width), left: states.left.slice(0, range),
        accounting: accounting)
      let entropies = { entropy(mixture.logProbabilities) }
      return Tensor.stack(
        [
          mixture.logProbabilities(of: tokens.slice(0, range)),
          differentiatesEntropy ? entropies() : Tensor.withoutRecording(entropies),
          Tensor.withoutRecording { mixture.divergences.cast(to: type) },
        ], along: 1)
    }
    let rows = max(1, (1 << 18) / vocabulary)
    let keeps = tokens.count * vocabulary <= kept
    let all = Tensor.concatenate(
      stride(from: 0, to: tokens.count, by: rows).map { start in
        let range = start..<min(start + rows, tokens.count)
        let input = inputs.slice(0, range)
        return keeps
          ? part(input, range)
          : input.recomputing(parameters: [outputs.policy]) { part($0, range) }
      }, along: 0)
    (logProbabilities, entropies) = (all.select(1, 0), all.select(1, 1))
    divergences = all.select(1, 2)
  }
}
