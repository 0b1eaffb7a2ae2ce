public import NeuralNetworks

/// The shape of a decoder: one description with choices, from which every supported family is made.
///
/// GPT-2 is learned positions, layer normalisation and one plain feed-forward layer; Llama is rotary positions, root-mean-square
/// normalisation and a gated one. `ModelFamily` says how a family's files write the choices down.
public struct DecoderConfiguration: Equatable, Sendable {
  /// Whose names the files use.
  public var family = ModelFamily.gpt2
  /// The number of tokens.
  public var vocabularyCount: Int
  /// The longest sequence.
  public var positionCount: Int
  /// The width of hidden states.
  public var width: Int
  /// The number of blocks.
  public var layerCount: Int
  /// The number of attention heads.
  public var headCount: Int
  /// The number of heads that keys and values have; query heads share them in groups of equal size.
  public var keyValueHeadCount: Int
  /// The width of one attention head.
  public var headWidth: Int
  /// The width of the feed-forward layer.
  public var innerWidth: Int
  /// How a token's place is told.
  public var positions = Positions.learned
  /// What comes before attention, before the feed-forward layer and at the end.
  public var normalization = Normalization.Kind.layer
  /// ε of the normalisation.
  public var normalizationEpsilon = 1e-5
  /// The feed-forward layer's nonlinearity.
  public var activation = Activation.geluTanh
  /// Whether the nonlinearity multiplies a second projection (SwiGLU with `silu`; Shazeer 2020, arXiv 2002.05202).
  public var isGated = false
  /// Which projections add a bias.
  public var biases = Biases.all
  /// Whether attention and the feed-forward layer read the same hidden states, side by side (GPT-J, GPT-NeoX).
  public var isParallel = false
  /// Whether queries and keys are normalised head by head (Qwen3).
  public var normalizesQueriesAndKeys = false
  /// How far back windowed layers look, the token itself counted; nil lets all look at everything before.
  public var window: Int?
  /// The layers that look no farther than the window.
  public var windowedLayers: Set<Int> = []
  /// The standard deviation of fresh weights.
  public var initializerRange = 0.02
  /// Whether the output projection is the token embedding.
  public var tiesEmbeddings = true
  /// Dropout while training, in three places.
  public var residualDropout = 0.0
  /// Dropout after the embeddings.
  public var embeddingDropout = 0.0
  /// Dropout on attention weights.
  public var attentionDropout = 0.0
  /// How passes are computed.
  public var computation = Computation()
  /// The token that starts a text.
  public var beginningOfTextToken: Int?
  /// The token that ends a text.
  public var endOfTextToken: Int?
  /// More tokens that end a text.
  public var otherEndOfTextTokens: [Int] = []
  /// The token that fills short rows; never the one that ends a text.
  public var paddingToken: Int?

  /// How a token's place is told.
  public enum Positions: Equatable, Sendable {
    /// A learned vector per place, added to the token's.
    case learned
    /// Queries and keys are turned by an angle per place.
    case rotary(RotaryPositions)
  }

  /// The feed-forward layer's nonlinearity.
  public enum Activation: Equatable, Sendable {
    /// x·Φ(x), by tanh.
    case geluTanh
    /// x·Φ(x).
    case gelu
    /// x·σ(x).
    case silu
    /// max(x, 0).
    case relu
  }

  /// Projections that may add a bias.
  public struct Biases: OptionSet, Sendable {
    /// The bits.
    public let rawValue: Int

    /// A set of projections.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The projections to queries, keys and values.
    public static let queriesKeysValues = Biases(rawValue: 1)
    /// The projection after attention.
    public static let attentionOutput = Biases(rawValue: 2)
    /// The feed-forward layer's.
    public static let feedForward = Biases(rawValue: 4)
    /// Every one.
    public static let all: Biases = [.queriesKeysValues, .attentionOutput, .feedForward]
  }

  /// A GPT-2 shape, without dropout.
  public init(
    vocabularyCount: Int, positionCount: Int, width: Int, layerCount: Int, headCount: Int,
    endOfTextToken: Int? = nil, paddingToken: Int? = nil
  ) {
    self.vocabularyCount = vocabularyCount
    self.positionCount = positionCount
    self.width = width
    self.layerCount = layerCount
    self.headCount = headCount
    keyValueHeadCount = headCount
    headWidth = headCount > 0 ? width / headCount : 0
    innerWidth = 4 * width
    self.beginningOfTextToken = endOfTextToken
    self.endOfTextToken = endOfTextToken
    self.paddingToken = paddingToken
  }

  /// Every token that ends a text.
  public var stopTokens: [Int] { (endOfTextToken.map { [$0] } ?? []) + otherEndOfTextTokens }

  /// Whether training with a dropout generator drops anything.
  public var hasDropout: Bool { residualDropout + embeddingDropout + attentionDropout > 0 }

  /// How far back a layer looks, the token itself counted; nil for everything before.
  public func window(of layer: Int) -> Int? { windowedLayers.contains(layer) ? window : nil }
}
