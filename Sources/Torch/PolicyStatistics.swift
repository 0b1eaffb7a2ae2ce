import CTorch

/// What a softmax policy over a few actions says about the ones that were chosen.
public struct CategoricalStatistics: Sendable {
  /// log π(choice) [n].
  public let logProbabilities: Tensor
  /// −Σ π log π in nats [n].
  public let entropies: Tensor
  /// KL(prior ‖ π) in nats [n], where a prior was given.
  public let divergences: Tensor?

  /// Statistics of π = softmax(logits), in one pass on the CPU, with gradients to `logits`.
  ///
  /// - Parameters:
  ///   - logits: [n, actions]; −∞ is probability zero and adds nothing to a sum.
  ///   - choices: [n] int64.
  ///   - prior: Log-probabilities [n, actions] of a policy to compare with.
  public init(logits: Tensor, choices: Tensor, prior: Tensor? = nil) {
    precondition(
      logits.rank == 2 && choices.shape == [logits.size(0)]
        && prior.map { $0.shape == logits.shape } ?? true,
      "statistics of \(logits.shape) logits, \(choices.shape) choices, a prior \(prior?.shape ?? [])"
    )
    var log: ct_tensor_t?
    var entropies: ct_tensor_t?
    var divergences: ct_tensor_t?
    perform("statistics of logits \(logits.shape)") {
      ct_categorical_statistics(
        logits.raw, choices.raw, prior?.raw, &log, &entropies, &divergences)
    }
    guard let log, let entropies else { fatalError("categorical statistics: no result") }
    logProbabilities = Tensor(owning: log)
    self.entropies = Tensor(owning: entropies)
    self.divergences = divergences.map { Tensor(owning: $0) }
  }
}

/// −min(ρA, clip(ρ, 1 − ε, 1 + ε)A) for ρ = exp(log-ratio), in one pass on the CPU, with gradients to the log-ratios.
///
/// - Parameters:
///   - logRatios: Any shape.
///   - advantages: Same shape and type; constants.
///   - range: ε.
///   - dual: c > 1: where A < 0 the loss is at most −cA.
/// - Returns: Losses, and 1 where a bound holds, both in the same shape.
public func clippedSurrogate(
  logRatios: Tensor, advantages: Tensor, range: Double, dual: Double? = nil
) -> (losses: Tensor, clipped: Tensor) {
  precondition(
    logRatios.shape == advantages.shape,
    "surrogate of log-ratios \(logRatios.shape), advantages \(advantages.shape)")
  return producePair("clipped surrogate of \(logRatios.shape)") {
    ct_clipped_surrogate(logRatios.raw, advantages.raw, range, dual ?? 0, $0, $1)
  }
}
