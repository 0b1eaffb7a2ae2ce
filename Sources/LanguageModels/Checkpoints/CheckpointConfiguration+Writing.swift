extension CheckpointConfiguration {
  /// The file that describes a decoder, as its family writes it.
  init(_ shape: DecoderConfiguration) {
    model_type = shape.family.rawValue
    vocab_size = shape.vocabularyCount
    initializer_range = shape.initializerRange
    tie_word_embeddings = shape.tiesEmbeddings
    bos_token_id = shape.beginningOfTextToken.map { Tokens([$0]) }
    eos_token_id = shape.endOfTextToken.map { Tokens([$0] + shape.otherEndOfTextTokens) }
    pad_token_id = shape.paddingToken.map { Tokens([$0]) }
    switch shape.family {
    case .gpt2: writeGPT2(shape)
    case .gptNeoX: writeGPTNeoX(shape)
    case .llama, .mistral, .qwen2, .qwen3: writeLlama(shape)
    }
  }

  private mutating func writeGPT2(_ shape: DecoderConfiguration) {
    n_positions = shape.positionCount
    n_embd = shape.width
    n_layer = shape.layerCount
    n_head = shape.headCount
    n_inner = shape.innerWidth
    activation_function = shape.activation.name(gelu: "gelu_new")
    layer_norm_epsilon = shape.normalizationEpsilon
    resid_pdrop = shape.residualDropout
    embd_pdrop = shape.embeddingDropout
    attn_pdrop = shape.attentionDropout
  }

  private mutating func writeGPTNeoX(_ shape: DecoderConfiguration) {
    writeCommon(shape)
    layer_norm_eps = shape.normalizationEpsilon
    attention_bias = shape.biases.contains(.attentionOutput)
    use_parallel_residual = shape.isParallel
    hidden_dropout = shape.residualDropout
    if case .rotary(let rotary) = shape.positions {
      rotary_pct = rotary.share
      rotary_emb_base = rotary.base
    }
  }

  private mutating func writeLlama(_ shape: DecoderConfiguration) {
    writeCommon(shape)
    num_key_value_heads = shape.keyValueHeadCount
    head_dim = shape.headWidth
    rms_norm_eps = shape.normalizationEpsilon
    switch shape.family {
    case .llama:
      attention_bias = shape.biases.contains(.attentionOutput)
      mlp_bias = shape.biases.contains(.feedForward)
    case .qwen3: attention_bias = shape.biases.contains(.attentionOutput)
    default: break
    }
    if shape.family != .llama { sliding_window = Window(value: shape.window) }
    guard shape.family == .qwen2 || shape.family == .qwen3 else { return }
    use_sliding_window = shape.window != nil
    layer_types = (0..<shape.layerCount).map {
      shape.window(of: $0) == nil ? "full_attention" : "sliding_attention"
    }
  }

  private mutating func writeCommon(_ shape: DecoderConfiguration) {
    max_position_embeddings = shape.positionCount
    hidden_size = shape.width
    num_hidden_layers = shape.layerCount
    num_attention_heads = shape.headCount
    intermediate_size = shape.innerWidth
    hidden_act = shape.activation.name(gelu: "gelu_pytorch_tanh")
    attention_dropout = shape.attentionDropout
    guard case .rotary(let rotary) = shape.positions else { return }
    max_position_embeddings = rotary.statedPositionCount
    // Both spellings: newer readers take the object, older ones the keys.
    rope_parameters = Rotary(rotary)
    rope_theta = rotary.base
    if rotary.scaling != .none { rope_scaling = rope_parameters }
  }
}

extension CheckpointConfiguration.Rotary {
  fileprivate init(_ rotary: RotaryPositions) {
    rope_theta = rotary.base
    if rotary.share < 1 { partial_rotary_factor = rotary.share }
    switch rotary.scaling {
    case .none: rope_type = "default"
    case .linear(let factor): (rope_type, self.factor) = ("linear", factor)
    case .dynamic(let factor): (rope_type, self.factor) = ("dynamic", factor)
    case .llama3(let llama3):
      (rope_type, factor) = ("llama3", llama3.factor)
      low_freq_factor = llama3.lowFrequencyFactor
      high_freq_factor = llama3.highFrequencyFactor
      original_max_position_embeddings = llama3.originalPositionCount
    case .yarn(let yarn):
      (rope_type, factor) = ("yarn", yarn.factor)
      original_max_position_embeddings = yarn.originalPositionCount
      beta_fast = yarn.fastTurns
      beta_slow = yarn.slowTurns
      attention_factor = yarn.attentionFactor
      truncate = yarn.truncates
    }
  }
}

extension DecoderConfiguration.Activation {
  /// Hugging Face's name; `gelu` is what the family calls the one by tanh.
  fileprivate func name(gelu: String) -> String {
    switch self {
    case .geluTanh: gelu
    case .gelu: "gelu"
    case .silu: "silu"
    case .relu: "relu"
    }
  }
}
