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
  /// Works in parts, so that [n, vocabulary] is not held while nothing is differentiated; for gradients, to `hidden` and
  /// `weight`, logits of up to 256 MiB stay, and more are computed again part by part. Logits are normalised in at least
  /// float32 whatever the type of the operands.
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
    self.init(
      hidden: hidden, weight: weight, targets: targets, temperature: temperature,
      reference: reference, plan: Plan())
  }

  /// How much is done at once, and how.
  struct Plan {
    /// Logits at a time: on the CPU 8 MiB, which its caches hold, elsewhere enough to keep a GPU busy.
    var chunk: Int?
    /// Logits that may be kept for gradients.
    var kept = 1 << 26
    /// Whether the CPU does as other devices do.
    var byOperators = false
  }

  init(
    hidden: Tensor, weight: Tensor, targets: Tensor, temperature: Double,
    reference: (hidden: Tensor, weight: Tensor)?, plan: Plan
  ) {
    precondition(
      hidden.rank == 2 && weight.rank == 2 && targets.rank == 2 && hidden.size(1) == weight.size(1)
        && hidden.size(0) == targets.size(0),
      "token statistics of hidden \(hidden.shape), weight \(weight.shape), targets \(targets.shape)"
    )
    let chunk = plan.chunk ?? (hidden.device == .cpu ? 1 << 21 : 1 << 26)
    var log: ct_tensor_t?
    var entropies: ct_tensor_t?
    var divergences: ct_tensor_t?
    perform("token statistics of hidden \(hidden.shape), weight \(weight.shape)") {
      ct_token_statistics(
        hidden.raw, weight.raw, targets.raw, temperature, reference?.hidden.raw,
        reference?.weight.raw, Int64(chunk), Int64(plan.kept), plan.byOperators, &log,
        &entropies, &divergences)
    }
    guard let log, let entropies else { fatalError("token statistics: no result") }
    logProbabilities = Tensor(owning: log)
    self.entropies = Tensor(owning: entropies)
    self.divergences = divergences.map { Tensor(owning: $0) }
  }
}
