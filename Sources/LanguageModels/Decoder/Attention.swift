import NeuralNetworks
import Torch

/// Attention of many heads, whose keys and values may be shared by groups of query heads (Ainslie and others 2023,
/// arXiv 2305.13245).
struct Attention: Sendable {
  private enum Projection: Sendable {
    /// Queries, then keys, then values.
    case byPart(Affine)
    /// The first head's query, key and value, then the second's.
    case byHead(Affine)
    case separate(queries: Affine, keys: Affine, values: Affine)
  }

  // Heads up to here are faster in Rein's own attention than in libtorch's (Documentation/Performance.md).
  private static let narrowHead = 16

  private let configuration: DecoderConfiguration
  private let projection: Projection
  private let queryNormalization: Normalization?
  private let keyNormalization: Normalization?
  private let output: Affine

  init(_ name: String, _ parts: PartBuilder) throws {
    let shape = parts.configuration
    configuration = shape
    let (own, shared) = (
      shape.headCount * shape.headWidth, shape.keyValueHeadCount * shape.headWidth
    )
    let affine = { (part: String, outputs: Int) in
      try parts.affine(name + part, from: shape.width, to: outputs, bias: .queriesKeysValues)
    }
    switch parts.names.attention {
    case .byPart(let part): projection = .byPart(try affine(part, own + 2 * shared))
    case .byHead(let part): projection = .byHead(try affine(part, own + 2 * shared))
    case .separate(let queries, let keys, let values):
      projection = .separate(
        queries: try affine(queries, own), keys: try affine(keys, shared),
        values: try affine(values, shared))
    }
    let normalizer = { (part: String) -> Normalization? in
      if shape.normalizesQueriesAndKeys {
        return try parts.normalization(name + part, width: shape.headWidth)
      }
      try parts.withoutNormalization(name + part)
      return nil
    }
    queryNormalization = try normalizer(WeightNames.queryNormalization)
    keyNormalization = try normalizer(WeightNames.keyNormalization)
    output = try parts.affine(
      name + parts.names.attentionOutput, from: own, to: shape.width, bias: .attentionOutput,
      isResidual: true)
  }

  /// [batch, time, width] → [batch, time, width], or [n, width] at some places of [batch · time].
  func callAsFunction(_ input: Tensor, layer: Int, _ pass: Pass, at places: Tensor? = nil) -> Tensor
  {
    let mixed = mixed(input, layer, pass)
      .reshaped(input.size(0), input.size(1), configuration.headCount * configuration.headWidth)
    return output(
      places.map { mixed.rows(at: $0) } ?? mixed, dropout: pass.context.adapterDropout)
  }

  // [batch, time, heads, head width]
  private func mixed(_ input: Tensor, _ layer: Int, _ pass: Pass) -> Tensor {
    let time = input.size(1)
    let call = Call(configuration, pass.context, input)
    let dropout = pass.context.adapterDropout
    let heads: Heads
    switch projection {
    case .byPart(let affine):
      let packed = affine(input, dropout: dropout)
        .reshaped(input.size(0), time, 3, configuration.headCount, configuration.headWidth)
      if pass.rotation == nil, pass.windowed == nil,
        let answer = call.attend(packed, layer, pass.context)
      {
        return answer
      }
      heads = Heads(packed.unbound(2).map { $0.permuted(0, 2, 1, 3) })
    case .byHead(let affine):
      let packed = affine(input, dropout: dropout)
        .reshaped(input.size(0), time, configuration.headCount, 3, configuration.headWidth)
      heads = Heads(packed.unbound(3).map { $0.permuted(0, 2, 1, 3) })
    case .separate(let queries, let keys, let values):
      let split = { (affine: Affine, count: Int, normalizer: Normalization?) in
        let heads = affine(input, dropout: dropout)
          .reshaped(input.size(0), time, count, configuration.headWidth)
        return (normalizer?(heads).cast(to: pass.dataType) ?? heads).permuted(0, 2, 1, 3)
      }
      let shared = configuration.keyValueHeadCount
      heads = Heads([
        split(queries, configuration.headCount, queryNormalization),
        split(keys, shared, keyNormalization), split(values, shared, nil),
      ])
    }
    return attend(heads, layer, pass, call).permuted(0, 2, 1, 3)
  }

  // Turned, joined with what the cache holds, and cut to the window.
  private func attend(_ heads: Heads, _ layer: Int, _ pass: Pass, _ call: Call) -> Tensor {
    var heads = heads
    if let rotation = pass.rotation {
      heads.queries = rotation(heads.queries)
      heads.keys = rotation(heads.keys)
    }
    let time = heads.queries.size(2)
    if let cache = pass.context.cache {
      (heads.keys, heads.values) = cache.extend(
        layer: layer, keys: heads.keys, values: heads.values)
    }
    let count = heads.keys.size(2)
    var mask = pass.context.mask
    if let window = configuration.window(of: layer), count > window, let windowed = pass.windowed {
      mask = windowed
      if time == 1 {
        let near = count - window..<count
        (heads.keys, heads.values) = (heads.keys.slice(2, near), heads.values.slice(2, near))
        if case .allowed(let allowed) = pass.context.mask {
          mask = .allowed(allowed.slice(-1, near))
        } else {
          mask = .none
        }
      }
    } else if case .causal = mask, count > time {
      // One new token sees all that came before: no mask is needed. Fused attention counts a causal mask from the first
      // key, so several new tokens after others need theirs written out.
      mask = time == 1 ? .none : .allowed(causalMask(time, count, on: heads.keys.device))
    }
    return grouped(heads, mask, call)
  }

  // Query heads that share keys stand as queries of one head where there is one of each; else keys are repeated.
  private func grouped(_ heads: Heads, _ mask: Tensor.AttentionMask, _ call: Call) -> Tensor {
    let groups = configuration.headCount / configuration.keyValueHeadCount
    guard groups > 1 else { return call.attend(heads, mask) }
    let shape = heads.queries.shape
    var heads = heads
    if shape[2] == 1, mask.isCausal != true {
      heads.queries = heads.queries.reshaped(
        shape[0], configuration.keyValueHeadCount, groups, shape[3])
      return call.attend(heads, mask).reshaped(to: shape)
    }
    let repeated = { (tensor: Tensor) in
      tensor.unsqueezed(2)
        .expanded(to: [shape[0], configuration.keyValueHeadCount, groups, tensor.size(2), shape[3]])
        .reshaped(shape[0], shape[1], tensor.size(2), shape[3])
    }
    (heads.keys, heads.values) = (repeated(heads.keys), repeated(heads.values))
    return call.attend(heads, mask)
  }

  /// Queries, keys and values [batch, heads, time, head width].
  private struct Heads {
    var queries: Tensor
    var keys: Tensor
    var values: Tensor

    init(_ parts: [Tensor]) { (queries, keys, values) = (parts[0], parts[1], parts[2]) }
  }

  /// softmax(Q Kᵀ / √width)·V, by the fastest kernel that can.
  private struct Call {
    private let scale: Double
    private let dropout: AttentionDropout?
    private let hasKernels: Bool
    private let isFused: Bool
    private let isTwiceDifferentiable: Bool

    init(_ configuration: DecoderConfiguration, _ context: Trunk.Context, _ input: Tensor) {
      scale = 1 / Double(configuration.headWidth).squareRoot()
      dropout = context.dropout.flatMap { generator in
        configuration.attentionDropout > 0
          ? AttentionDropout(share: configuration.attentionDropout, generator: generator) : nil
      }
      isTwiceDifferentiable = context.isTwiceDifferentiable
      hasKernels = input.device == .cpu && [.float32, .float64].contains(input.dataType)
      isFused =
        hasKernels
        && (dropout != nil
          || configuration.headWidth <= Attention.narrowHead && !isTwiceDifferentiable)
    }

    /// Of what one projection put out [batch, time, 3, heads, head width], where a kernel reads it as it is.
    func attend(_ packed: Tensor, _ layer: Int, _ context: Trunk.Context) -> Tensor? {
      guard hasKernels, let isCausal = context.mask.isCausal else { return nil }
      guard let cache = context.cache else {
        guard isFused else { return nil }
        return packed.packedAttention(isCausal: isCausal, scale: scale, dropout: dropout)
      }
      guard packed.size(1) == 1, !packed.requiresGradient, packed.size(4).isMultiple(of: 4) else {
        return nil
      }
      return cache.attend(packed, layer: layer, scale: scale, dropout: dropout)
    }

    /// Of heads that lie apart [batch, heads, time, head width].
    func attend(_ heads: Heads, _ mask: Tensor.AttentionMask) -> Tensor {
      if isFused, let isCausal = mask.isCausal {
        return heads.queries.fusedAttention(
          keys: heads.keys, values: heads.values, isCausal: isCausal, scale: scale,
          dropout: dropout)
      }
      guard dropout != nil || isTwiceDifferentiable else {
        return heads.queries.attention(
          keys: heads.keys, values: heads.values, mask: mask, scale: scale)
      }
      let weights = weights(heads, mask)
      return
        (dropout.map { $0.generator.dropout(weights, probability: $0.share) } ?? weights)
        .matmul(heads.values)
    }

    // The attention weights themselves, for dropout on them and for second derivatives.
    private func weights(_ heads: Heads, _ mask: Tensor.AttentionMask) -> Tensor {
      let scores = heads.queries.matmul(heads.keys.transposed()) * scale
      let allowed: Tensor
      switch mask {
      case .none: return scores.softmax(along: -1)
      case .causal:
        allowed = causalMask(heads.queries.size(2), heads.keys.size(2), on: heads.keys.device)
      case .allowed(let tensor): allowed = tensor
      }
      return scores.replacing(with: -.infinity, where: allowed.negated()).softmax(along: -1)
    }
  }
}

// The last query stands at the last key.
private func causalMask(_ queries: Int, _ keys: Int, on device: Device) -> Tensor {
  Tensor.ones([queries, keys], device: device).lowerTriangle(diagonal: keys - queries) .> 0
}

extension Tensor.AttentionMask {
  /// Whether it is causal; nil for a mask that is written out.
  fileprivate var isCausal: Bool? {
    switch self {
    case .none: false
    case .causal: true
    case .allowed: nil
    }
  }
}
