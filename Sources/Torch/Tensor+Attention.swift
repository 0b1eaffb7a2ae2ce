import CTorch

/// Attention weights that are set to zero while training: a share of them, drawn from a generator.
public struct AttentionDropout: Sendable {
  /// The share of weights set to zero; the others are divided by what is left of 1.
  public let share: Double
  /// Where the masks come from.
  public let generator: Generator

  /// A share of weights to drop, in [0, 1).
  public init(share: Double, generator: Generator) {
    precondition(0 <= share && share < 1, "dropout with probability \(share)")
    self.share = share
    self.generator = generator
  }
}

// Attention in Rein's own kernels, on the CPU in float32 and float64: the weights are never held, dropout costs little, and
// narrow heads do not pay for tiles made for wide ones.
extension Tensor {
  /// softmax(Q Kᵀ · scale)·V with this tensor as Q, once differentiable.
  ///
  /// Shapes: queries [batch, heads, queries, width]; `keys` and `values` [batch, heads, keys, width].
  ///
  /// - Parameters:
  ///   - keys: K.
  ///   - values: V.
  ///   - isCausal: Whether a query sees only keys up to its own place, the last query standing at the last key.
  ///   - scale: Multiplies the scores.
  ///   - dropout: The weights that are dropped.
  /// - Returns: As the queries.
  public func fusedAttention(
    keys: Tensor, values: Tensor, isCausal: Bool, scale: Double, dropout: AttentionDropout? = nil
  ) -> Tensor {
    precondition(
      rank == 4 && keys.shape == values.shape && keys.rank == 4
        && size(0) == keys.size(0) && size(1) == keys.size(1)
        && size(3) == keys.size(3) && (!isCausal || size(2) <= keys.size(2)),
      "attention of \(shape) over keys \(keys.shape), values \(values.shape)")
    expectKernel(dropout)
    return produce("fused attention of \(shape)") {
      ct_fused_attention(
        raw, keys.raw, values.raw, isCausal, scale, dropout?.share ?? 0, dropout?.generator.raw, $0)
    }
  }

  /// ``fusedAttention(keys:values:isCausal:scale:dropout:)`` of queries, keys and values that lie together in this tensor.
  ///
  /// What one linear layer puts out is read where it is, and its gradient comes in one piece.
  ///
  /// - Parameters:
  ///   - isCausal: Whether a query sees only keys up to its own place.
  ///   - scale: Multiplies the scores.
  ///   - dropout: The weights that are dropped.
  /// - Returns: [batch, time, heads, width] for a tensor [batch, time, 3, heads, width]: queries, keys, values.
  public func packedAttention(isCausal: Bool, scale: Double, dropout: AttentionDropout? = nil)
    -> Tensor
  {
    precondition(rank == 5 && size(2) == 3, "attention of \(shape), not [.., .., 3, .., ..]")
    expectKernel(dropout)
    return produce("packed attention of \(shape)") {
      ct_packed_attention(
        raw, isCausal, scale, dropout?.share ?? 0, dropout?.generator.raw, $0)
    }
  }

  /// ``packedAttention(isCausal:scale:dropout:)`` of one new token a row, over a cache that it joins; without gradients.
  ///
  /// This tensor is [batch, 1, 3, heads, width]; the width a multiple of 4.
  ///
  /// - Parameters:
  ///   - cache: Keys, then values, of what came before [2, batch, heads, capacity, width]; the new token's are written into it.
  ///   - length: How many tokens the cache holds.
  ///   - scale: Multiplies the scores.
  ///   - dropout: The weights that are dropped.
  /// - Returns: [batch, 1, heads, width].
  public func packedAttention(
    joining cache: Tensor, at length: Int, scale: Double, dropout: AttentionDropout? = nil
  ) -> Tensor {
    let (batch, heads, width) = (size(0), size(3), size(4))
    precondition(
      shape == [batch, 1, 3, heads, width] && width.isMultiple(of: 4)
        && cache.shape == [2, batch, heads, cache.size(3), width] && length < cache.size(3),
      "attention of \(shape) after \(length) tokens in a cache \(cache.shape)")
    expectKernel(dropout)
    return produce("attention of \(shape) over a cache \(cache.shape)") {
      ct_cached_attention(
        raw, cache.raw, Int64(length), scale, dropout?.share ?? 0, dropout?.generator.raw, $0)
    }
  }

  private func expectKernel(_ dropout: AttentionDropout?) {
    precondition(
      device == .cpu && [.float32, .float64].contains(dataType)
        && dropout?.generator.device ?? .cpu == .cpu,
      "attention kernels in \(dataType) on \(device)")
  }
}
