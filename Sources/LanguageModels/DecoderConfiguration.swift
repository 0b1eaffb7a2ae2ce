/// The shape of a GPT-2 model, as in Hugging Face's `config.json`.
public struct DecoderConfiguration: Codable, Equatable, Sendable {
  /// `gpt2`.
  public var modelType = "gpt2"
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
  /// The width of the feed-forward layer; nil means four times the width.
  public var innerWidth: Int?
  /// ε of layer normalisation.
  public var normalizationEpsilon = 1e-5
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
  /// The token that starts a text.
  public var beginningOfTextToken: Int?
  /// The token that ends a text.
  public var endOfTextToken: Int?
  /// The token that fills short rows; never the one that ends a text.
  public var paddingToken: Int?

  enum CodingKeys: String, CodingKey {
    case modelType = "model_type"
    case vocabularyCount = "vocab_size"
    case positionCount = "n_positions"
    case width = "n_embd"
    case layerCount = "n_layer"
    case headCount = "n_head"
    case innerWidth = "n_inner"
    case normalizationEpsilon = "layer_norm_epsilon"
    case initializerRange = "initializer_range"
    case tiesEmbeddings = "tie_word_embeddings"
    case residualDropout = "resid_pdrop"
    case embeddingDropout = "embd_pdrop"
    case attentionDropout = "attn_pdrop"
    case beginningOfTextToken = "bos_token_id"
    case endOfTextToken = "eos_token_id"
    case paddingToken = "pad_token_id"
  }

  /// A shape, without dropout.
  public init(
    vocabularyCount: Int, positionCount: Int, width: Int, layerCount: Int, headCount: Int,
    endOfTextToken: Int? = nil, paddingToken: Int? = nil
  ) {
    self.vocabularyCount = vocabularyCount
    self.positionCount = positionCount
    self.width = width
    self.layerCount = layerCount
    self.headCount = headCount
    self.beginningOfTextToken = endOfTextToken
    self.endOfTextToken = endOfTextToken
    self.paddingToken = paddingToken
  }

  /// A shape from `config.json`; keys with a default there may be missing.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      vocabularyCount: try values.decode(Int.self, forKey: .vocabularyCount),
      positionCount: try values.decodeIfPresent(Int.self, forKey: .positionCount) ?? 1024,
      width: try values.decode(Int.self, forKey: .width),
      layerCount: try values.decode(Int.self, forKey: .layerCount),
      headCount: try values.decode(Int.self, forKey: .headCount))
    modelType = try values.decode(String.self, forKey: .modelType)
    innerWidth = try values.decodeIfPresent(Int.self, forKey: .innerWidth)
    normalizationEpsilon =
      try values.decodeIfPresent(Double.self, forKey: .normalizationEpsilon) ?? 1e-5
    initializerRange = try values.decodeIfPresent(Double.self, forKey: .initializerRange) ?? 0.02
    tiesEmbeddings = try values.decodeIfPresent(Bool.self, forKey: .tiesEmbeddings) ?? true
    residualDropout = try values.decodeIfPresent(Double.self, forKey: .residualDropout) ?? 0.1
    embeddingDropout = try values.decodeIfPresent(Double.self, forKey: .embeddingDropout) ?? 0.1
    attentionDropout = try values.decodeIfPresent(Double.self, forKey: .attentionDropout) ?? 0.1
    beginningOfTextToken = try values.decodeIfPresent(Int.self, forKey: .beginningOfTextToken)
    endOfTextToken = try values.decodeIfPresent(Int.self, forKey: .endOfTextToken)
    paddingToken = try values.decodeIfPresent(Int.self, forKey: .paddingToken)
  }

  /// Whether training with a dropout generator drops anything.
  public var hasDropout: Bool { residualDropout + embeddingDropout + attentionDropout > 0 }

  /// The width of one attention head.
  public var headWidth: Int { width / headCount }

  /// Says what is wrong with the shape, or nil.
  public var problem: String? {
    if modelType != "gpt2" { return "model_type '\(modelType)' is not supported: only gpt2 is" }
    let sizes = [
      ("vocab_size", vocabularyCount), ("n_positions", positionCount), ("n_embd", width),
      ("n_layer", layerCount), ("n_head", headCount), ("n_inner", innerWidth ?? 1),
    ]
    for (key, value) in sizes where value <= 0 { return "\(key) is \(value): it must be positive" }
    if width % headCount != 0 { return "n_embd \(width) is not a multiple of n_head \(headCount)" }
    let tokens = [
      ("bos_token_id", beginningOfTextToken), ("eos_token_id", endOfTextToken),
      ("pad_token_id", paddingToken),
    ]
    for case (let key, let token?) in tokens where !(0..<vocabularyCount).contains(token) {
      return "\(key) \(token) is no token: there are \(vocabularyCount)"
    }
    let shares = [
      ("resid_pdrop", residualDropout), ("embd_pdrop", embeddingDropout),
      ("attn_pdrop", attentionDropout),
    ]
    for (key, value) in shares where !(value >= 0 && value < 1) {
      return "\(key) is \(value): it must be in [0, 1)"
    }
    return nil
  }
}
