import CTorch

/// What a softmax policy says about tokens, computed without holding its logits.
public struct TokenStatistics: Sendable {
  /// log π(target) [n, k].
  public let logProbabilities: Tensor
  /// −Σ π log π in nats [n].
  public let entropies: Tensor
  /// KL(π ‖ reference) over the whole vocabulary in nats [n], where a reference was given.
  public let divergences: Tensor?

  /// Statistics of π = softmax(hidden · weightᵀ / temperature) at every row.
  ///
  /// Works through the rows in chunks, so that [n, vocabulary] is never held; gradients, to `hidden` and `weight`, recompute
  /// a chunk's logits. Logits are normalised in at least float32 whatever the type of the operands.
  ///
  /// - Parameters:
  ///   - hidden: [n, width], what goes into the output projection.
  ///   - weight: [vocabulary, width], the output projection.
  ///   - targets: [n, k] int64, the tokens asked about at each row.
  ///   - temperature: Divides the logits.
  ///   - reference: Hidden states [n, width'] and projection [vocabulary, width'] of a policy to compare with.
  public init(
    hidden: Tensor, weight: Tensor, targets: Tensor, temperature: Double = 1,
    reference: (hidden: Tensor, weight: Tensor)? = nil
  ) {
    precondition(
      hidden.rank == 2 && weight.rank == 2 && targets.rank == 2 && hidden.size(1) == weight.size(1)
        && hidden.size(0) == targets.size(0),
      "token statistics of hidden \(hidden.shape), weight \(weight.shape), targets \(targets.shape)"
    )
    // A chunk of logits of about 2 MiB stays in the cache of a core.
    let rows = max(32, (1 << 19) / max(1, weight.size(0)))
    var log: ct_tensor_t?
    var entropies: ct_tensor_t?
    var divergences: ct_tensor_t?
    perform("token statistics of hidden \(hidden.shape), weight \(weight.shape)") {
      ct_token_statistics(
        hidden.raw, weight.raw, targets.raw, temperature, reference?.hidden.raw,
        reference?.weight.raw, Int64(rows), &log, &entropies, &divergences)
    }
    guard let log, let entropies else { fatalError("token statistics: no result") }
    logProbabilities = Tensor(owning: log)
    self.entropies = Tensor(owning: entropies)
    self.divergences = divergences.map { Tensor(owning: $0) }
  }
}
