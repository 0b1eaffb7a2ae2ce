public import NeuralNetworks
public import Torch

/// The body of a decoder, tokens to hidden states.
///
/// GPT-2: learned positions, normalisation before each part, tanh GELU.
public struct Trunk: Sendable {
  /// The shape.
  public let configuration: DecoderConfiguration
  /// Token embeddings [vocabulary, width]; also the output projection of a language model.
  public let tokenEmbedding: Tensor
  private let positionEmbedding: Tensor
  private let blocks: [Block]
  private let finalNormalization: LayerNormalization

  /// A trunk with Hugging Face's names; files without the `transformer.` prefix (the first GPT-2 files) load too.
  ///
  /// - Parameters:
  ///   - configuration: The shape.
  ///   - parameter: Where the weights come from.
  /// - Throws: `WeightError`.
  public init(_ configuration: DecoderConfiguration, _ parameter: ParameterBuilder) throws {
    self.configuration = configuration
    let deviation = configuration.initializerRange
    let bare = { (name: String) in [String(name.dropFirst("transformer.".count))] }
    tokenEmbedding = try parameter(
      "transformer.wte.weight", [configuration.vocabularyCount, configuration.width],
      .normal(standardDeviation: deviation), alternatives: ["wte.weight"])
    positionEmbedding = try parameter(
      "transformer.wpe.weight", [configuration.positionCount, configuration.width],
      .normal(standardDeviation: deviation), alternatives: ["wpe.weight"])
    blocks = try (0..<configuration.layerCount).map {
      try Block("transformer.h.\($0)", configuration, parameter, alternatives: bare)
    }
    finalNormalization = try LayerNormalization(
      "transformer.ln_f", width: configuration.width, epsilon: configuration.normalizationEpsilon,
      parameter, alternatives: bare)
  }

  /// What a forward pass needs beside the tokens.
  public struct Context {
    /// Position of every token [batch, time] int64; nil numbers each row from the cache's length on.
    public var positions: Tensor?
    /// What each token may look at.
    public var mask: Tensor.AttentionMask
    /// Keys and values of what came before; the new ones are appended.
    public var cache: KeyValueCache?
    /// Where dropout masks come from, while training.
    public var dropout: Generator?
    /// Whether attention is made of operators that can be differentiated twice; fused ones cannot.
    public var isTwiceDifferentiable: Bool

    /// The plain causal pass.
    public init(
      positions: Tensor? = nil, mask: Tensor.AttentionMask = .causal, cache: KeyValueCache? = nil,
      dropout: Generator? = nil, isTwiceDifferentiable: Bool = false
    ) {
      self.positions = positions
      self.mask = mask
      self.cache = cache
      self.dropout = dropout
      self.isTwiceDifferentiable = isTwiceDifferentiable
    }
  }

  /// Hidden states after the final normalisation.
  ///
  /// - Parameters:
  ///   - tokens: [batch, time] int64.
  ///   - context: Positions, mask, cache, dropout.
  /// - Returns: [batch, time, width].
  public func callAsFunction(_ tokens: Tensor, _ context: Context = Context()) -> Tensor {
    let start = context.cache?.length ?? 0
    let time = tokens.size(1)
    precondition(
      start + time <= configuration.positionCount || context.positions != nil,
      "\(start + time) tokens in a model of \(configuration.positionCount) positions")
    let positions =
      context.positions.map { positionEmbedding.embedding($0) }
      ?? positionEmbedding.slice(0, start..<start + time)
    var hidden = tokenEmbedding.embedding(tokens) + positions
    if let generator = context.dropout {
      hidden = generator.dropout(hidden, probability: configuration.embeddingDropout)
    }
    for (index, block) in blocks.enumerated() { hidden = block(hidden, layer: index, context) }
    context.cache?.advance(by: time)
    return finalNormalization(hidden)
  }
}

/// One block: attention and a feed-forward layer, each after its normalisation and added to what came in.
private struct Block: Sendable {
  // Heads up to here are faster in Rein's own attention than in libtorch's (Documentation/Performance.md).
  static let narrowHead = 16

  let configuration: DecoderConfiguration
  let firstNormalization: LayerNormalization
  let queriesKeysValues: Affine
  let attentionOutput: Affine
  let secondNormalization: LayerNormalization
  let expansion: Affine
  let contraction: Affine

  init(
    _ name: String, _ configuration: DecoderConfiguration, _ parameter: ParameterBuilder,
    alternatives: (String) -> [String]
  ) throws {
    self.configuration = configuration
    let width = configuration.width
    let inner = configuration.innerWidth ?? 4 * width
    let deviation = configuration.initializerRange
    // Outputs that are added to the residual stream start smaller, by √(2 · layers) (Radford et al. 2019).
    let residual = deviation / (2 * Double(configuration.layerCount)).squareRoot()
    firstNormalization = try LayerNormalization(
      "\(name).ln_1", width: width, epsilon: configuration.normalizationEpsilon, parameter,
      alternatives: alternatives)
    queriesKeysValues = try Affine(
      "\(name).attn.c_attn", from: width, to: 3 * width, standardDeviation: deviation, parameter,
      alternatives: alternatives)
    attentionOutput = try Affine(
      "\(name).attn.c_proj", from: width, to: width, standardDeviation: residual, parameter,
      alternatives: alternatives)
    secondNormalization = try LayerNormalization(
      "\(name).ln_2", width: width, epsilon: configuration.normalizationEpsilon, parameter,
      alternatives: alternatives)
    expansion = try Affine(
      "\(name).mlp.c_fc", from: width, to: inner, standardDeviation: deviation, parameter,
      alternatives: alternatives)
    contraction = try Affine(
      "\(name).mlp.c_proj", from: inner, to: width, standardDeviation: residual, parameter,
      alternatives: alternatives)
  }

  func callAsFunction(_ hidden: Tensor, layer: Int, _ context: Trunk.Context) -> Tensor {
    let dropped = { (tensor: Tensor) in
      context.dropout?.dropout(tensor, probability: configuration.residualDropout) ?? tensor
    }
    let afterAttention =
      hidden + dropped(attentionOutput(attend(firstNormalization(hidden), layer, context)))
    let inner = expansion(secondNormalization(afterAttention)).geluTanh()
    return afterAttention + dropped(contraction(inner))
  }

  private func attend(_ input: Tensor, _ layer: Int, _ context: Trunk.Context) -> Tensor {
    let (batch, time, width) = (input.size(0), input.size(1), configuration.width)
    let scale = 1 / Double(configuration.headWidth).squareRoot()
    let packed = queriesKeysValues(input)
      .reshaped(batch, time, 3, configuration.headCount, configuration.headWidth)
    let dropout = context.dropout.flatMap { generator in
      configuration.attentionDropout > 0
        ? AttentionDropout(share: configuration.attentionDropout, generator: generator) : nil
    }
    let isFused =
      packed.device == .cpu && [.float32, .float64].contains(packed.dataType)
      && (dropout != nil
        || configuration.headWidth <= Block.narrowHead && !context.isTwiceDifferentiable)
    if isFused, let isCausal = context.mask.isCausal {
      if let cache = context.cache, time == 1, !packed.requiresGradient,
        configuration.headWidth.isMultiple(of: 4)
      {
        return cache.attend(packed, layer: layer, scale: scale, dropout: dropout)
          .reshaped(batch, time, width)
      } else if context.cache == nil {
        return packed.packedAttention(isCausal: isCausal, scale: scale, dropout: dropout)
          .reshaped(batch, time, width)
      }
    }
    let parts = packed.permuted(2, 0, 3, 1, 4)  // [3, batch, heads, time, head width]
    let (queries, keys, values): (Tensor, Tensor, Tensor)
    var mask = context.mask
    if let cache = context.cache {
      queries = parts.select(0, 0)
      (keys, values) = cache.extend(layer: layer, by: parts.slice(0, 1..<3))
      // One new token sees all that came before: no mask is needed. Fused attention counts a causal mask from the first
      // key, so several new tokens after others need theirs written out.
      if case .causal = mask, keys.size(2) > time {
        mask = time == 1 ? .none : .allowed(causal(time, keys.size(2), on: keys.device))
      }
    } else {
      let separate = parts.unbound(0)
      (queries, keys, values) = (separate[0], separate[1], separate[2])
    }
    let mixed: Tensor
    if isFused, let isCausal = mask.isCausal {
      mixed = queries.fusedAttention(
        keys: keys, values: values, isCausal: isCausal, scale: scale, dropout: dropout)
    } else if let dropout {
      mixed = dropout.generator.dropout(
        weights(queries, keys, mask, scale), probability: dropout.share
      ).matmul(values)
    } else if context.isTwiceDifferentiable {
      mixed = weights(queries, keys, mask, scale).matmul(values)
    } else {
      mixed = queries.attention(keys: keys, values: values, mask: mask, scale: scale)
    }
    return mixed.permuted(0, 2, 1, 3).reshaped(batch, time, width)
  }

  // The last query stands at the last key.
  private func causal(_ queries: Int, _ keys: Int, on device: Device) -> Tensor {
    Tensor.ones([queries, keys], device: device).lowerTriangle(diagonal: keys - queries) .> 0
  }

  // The attention weights themselves, for dropout on them.
  private func weights(
    _ queries: Tensor, _ keys: Tensor, _ mask: Tensor.AttentionMask, _ scale: Double
  ) -> Tensor {
    let scores = queries.matmul(keys.transposed()) * scale
    let allowed: Tensor
    switch mask {
    case .none: return scores.softmax(along: -1)
    case .causal: allowed = causal(queries.size(2), keys.size(2), on: queries.device)
    case .allowed(let tensor): allowed = tensor
    }
    return scores.replacing(with: -.infinity, where: allowed.negated()).softmax(along: -1)
  }
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
