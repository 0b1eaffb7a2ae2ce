import CTorch

extension Tensor {
  /// The matrix product, batched over leading dimensions.
  public func matmul(_ other: Tensor) -> Tensor {
    produce("matmul of \(shape) and \(other.shape)") { ct_matmul(raw, other.raw, $0) }
  }

  /// x · W + b over the last dimension.
  ///
  /// - Parameters:
  ///   - weight: [in, out].
  ///   - bias: [out], or nil.
  /// - Returns: [..., out] for a tensor [..., in].
  public func affine(weight: Tensor, bias: Tensor?) -> Tensor {
    produce("affine of \(shape) with weight \(weight.shape) and bias \(bias?.shape ?? [])") {
      ct_affine(bias?.raw, raw, weight.raw, $0)
    }
  }

  /// Affine layers with a nonlinearity after each: h ← f(h · W + b).
  ///
  /// One operator on the CPU in float32, as far as the layers are narrow.
  ///
  /// - Parameters:
  ///   - weights: [in, out] of each layer.
  ///   - biases: [out] of each layer.
  ///   - isTanh: Whether f is tanh; it is max(0, ·) otherwise.
  ///   - endsLinear: Whether the last layer has no f.
  /// - Returns: [n, out] for a tensor [n, in].
  public func perceptron(weights: [Tensor], biases: [Tensor], isTanh: Bool, endsLinear: Bool)
    -> Tensor
  {
    precondition(
      rank == 2 && weights.count == biases.count && !weights.isEmpty,
      "a perceptron of \(shape) with \(weights.count) weights, \(biases.count) biases")
    return produce("perceptron of \(shape) with weights \(weights.map(\.shape))") { out in
      withHandles(weights) { first in
        withHandles(biases) { second in
          ct_perceptron(raw, first, second, Int64(weights.count), isTanh, endsLinear, out)
        }
      }
    }
  }

  /// (x − mean) / √(variance + ε) · weight + bias over the last dimension.
  public func layerNormalized(weight: Tensor, bias: Tensor?, epsilon: Double) -> Tensor {
    produce("layerNormalized \(shape) with weight \(weight.shape)") {
      ct_layer_norm(raw, weight.raw, bias?.raw, epsilon, $0)
    }
  }

  /// x / √(mean of x² + ε) · weight over the last dimension.
  public func rootMeanSquareNormalized(weight: Tensor, epsilon: Double) -> Tensor {
    produce("rootMeanSquareNormalized \(shape) with weight \(weight.shape)") {
      ct_rms_norm(raw, weight.raw, epsilon, $0)
    }
  }

  /// The rows of this table [n, width] named by int64 `indices`, in the shape of `indices` and then width.
  ///
  /// - Parameters:
  ///   - indices: Which rows.
  ///   - hasSparseGradient: Whether only the rows that were named are added to the table's gradient, as pays for large tables;
  ///     such a gradient has no second derivative.
  /// - Returns: The rows.
  public func embedding(_ indices: Tensor, hasSparseGradient: Bool = false) -> Tensor {
    produce("embedding of \(indices.shape) in \(shape)") {
      ct_embedding(raw, indices.raw, hasSparseGradient, $0)
    }
  }

  /// eˣ / Σ eˣ along a dimension.
  public func softmax(along dimension: Int) -> Tensor {
    produce("softmax of \(shape)") { ct_softmax(raw, Int64(dimension), $0) }
  }

  /// x − ln Σ eˣ along a dimension.
  public func logSoftmax(along dimension: Int) -> Tensor {
    produce("logSoftmax of \(shape)") { ct_log_softmax(raw, Int64(dimension), $0) }
  }

  /// What a query may look at.
  public enum AttentionMask {
    /// Everything.
    case none
    /// Itself and what is before it.
    case causal
    /// Where a bool tensor, broadcast to [batch, heads, queries, keys], holds.
    case allowed(Tensor)
  }

  /// softmax(Q Kᵀ · scale) V with this tensor as the queries Q.
  ///
  /// Shapes: queries [batch, heads, queries, width]; `keys` and `values` [batch, heads, keys, width].
  public func attention(keys: Tensor, values: Tensor, mask: AttentionMask, scale: Double) -> Tensor
  {
    produce("attention of \(shape) over \(keys.shape)") { out in
      switch mask {
      case .none: ct_attention(raw, keys.raw, values.raw, nil, false, scale, out)
      case .causal: ct_attention(raw, keys.raw, values.raw, nil, true, scale, out)
      case .allowed(let allowed):
        ct_attention(raw, keys.raw, values.raw, allowed.raw, false, scale, out)
      }
    }
  }
}
