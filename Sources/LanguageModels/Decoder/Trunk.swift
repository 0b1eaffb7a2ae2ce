public import NeuralNetworks
public import Torch

/// The body of a decoder, tokens to hidden states.
public struct Trunk: Sendable {
  /// The shape.
  public let configuration: DecoderConfiguration
  /// Token embeddings [vocabulary, width]; also the output projection of a language model that ties them.
  public let tokenEmbedding: Tensor
  private let positionEmbedding: Tensor?
  private let blocks: [Block]
  private let finalNormalization: Normalization

  /// A trunk under its family's names; files of a bare trunk, whose names have no prefix, load too.
  ///
  /// - Parameters:
  ///   - configuration: The shape.
  ///   - parameter: Where the weights come from.
  /// - Throws: `WeightError`.
  public init(_ configuration: DecoderConfiguration, _ parameter: ParameterBuilder) throws {
    try self.init(configuration, parameter, adapter: nil)
  }

  init(
    _ configuration: DecoderConfiguration, _ parameter: ParameterBuilder, adapter: AdapterBuilder?
  ) throws {
    self.configuration = configuration
    let parts = PartBuilder(configuration, parameter, adapter: adapter)
    let names = parts.names
    tokenEmbedding = try parts.embedding(
      names.trunk + names.tokenEmbedding, count: configuration.vocabularyCount)
    positionEmbedding =
      configuration.positions == .learned
      ? try parts.embedding(
        names.trunk + names.positionEmbedding, count: configuration.positionCount) : nil
    let layer = { (index: Int) in "\(names.trunk)\(names.layers).\(index)." }
    blocks = try (0..<configuration.layerCount).map { try Block(layer($0), parts) }
    try parts.withoutNormalization(layer(configuration.layerCount) + names.firstNormalization)
    finalNormalization = try parts.normalization(names.trunk + names.finalNormalization)
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
    /// Where an adapter's dropout masks come from, where nothing else is dropped; nil takes those of `dropout`.
    public var adapterDropout: Generator?
    /// Whether attention is made of operators that can be differentiated twice; fused ones cannot.
    public var isTwiceDifferentiable: Bool

    /// The plain causal pass.
    public init(
      positions: Tensor? = nil, mask: Tensor.AttentionMask = .causal, cache: KeyValueCache? = nil,
      dropout: Generator? = nil, adapterDropout: Generator? = nil,
      isTwiceDifferentiable: Bool = false
    ) {
      self.positions = positions
      self.mask = mask
      self.cache = cache
      self.dropout = dropout
      self.adapterDropout = adapterDropout ?? dropout
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
    hidden(tokens, context, at: nil)
  }

  /// Hidden states after the final normalisation at some places: the last block does no more than they need.
  ///
  /// - Parameters:
  ///   - places: Flattened places in [batch · time] [n] int64.
  ///   - tokens: [batch, time] int64.
  ///   - context: Positions, mask, cache, dropout.
  /// - Returns: [n, width].
  public func states(
    at places: Tensor, of tokens: Tensor, _ context: Context = Context()
  ) -> Tensor {
    hidden(tokens, context, at: places)
  }

  private func hidden(_ tokens: Tensor, _ context: Context, at places: Tensor?) -> Tensor {
    let start = context.cache?.length ?? 0
    let time = tokens.size(1)
    precondition(
      start + time <= configuration.positionCount || context.positions != nil,
      "\(start + time) tokens in a model of \(configuration.positionCount) positions")
    var hidden = tokenEmbedding.embedding(
      tokens, hasSparseGradient: !context.isTwiceDifferentiable)
    if let positionEmbedding {
      hidden =
        hidden
        + (context.positions.map { positionEmbedding.embedding($0) }
          ?? positionEmbedding.slice(0, start..<start + time))
    }
    if let generator = context.dropout {
      hidden = generator.dropout(hidden, probability: configuration.embeddingDropout)
    }
    let pass = Pass(configuration, context, start: start, time: time, like: hidden)
    for (index, block) in blocks.enumerated() {
      let places = index == blocks.count - 1 ? places : nil
      hidden =
        configuration.computation.recomputesBlocks && context.cache == nil
        ? hidden.recomputing(
          parameters: block.parameters, drawingFrom: context.dropout ?? context.adapterDropout
        ) { block($0, layer: index, pass, at: places) }
        : block(hidden, layer: index, pass, at: places)
    }
    context.cache?.advance(by: time)
    return finalNormalization(hidden)
  }
}

extension Tensor {
  /// The rows at flattened places of all but the last dimension.
  ///
  /// - Parameter places: [n] int64.
  /// - Returns: [n, width].
  func rows(at places: Tensor) -> Tensor { reshaped(-1, size(-1)).selecting(places, along: 0) }
}
