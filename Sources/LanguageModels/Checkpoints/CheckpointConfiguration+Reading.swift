import NeuralNetworks

extension CheckpointConfiguration {
  /// The decoder that a file describes.
  ///
  /// - Parameter statesWindow: Whether the file has the key `sliding_window`, even if it is null.
  /// - Returns: The shape.
  /// - Throws: `ConfigurationFault` naming the key.
  func decoder(statesWindow: Bool) throws(ConfigurationFault) -> DecoderConfiguration {
    let name = try ConfigurationFault.needed(model_type, "model_type")
    guard let family = ModelFamily(rawValue: name) else {
      let known = ModelFamily.allCases.map(\.rawValue).joined(separator: ", ")
      throw ConfigurationFault("model_type '\(name)' is not supported: \(known) are")
    }
    for name in architectures ?? [] where !family.isClass(name) {
      throw ConfigurationFault("architectures '\(name)' is no \(family.rawValue) model")
    }
    var shape =
      switch family {
      case .gpt2: try gpt2()
      case .gptNeoX: try gptNeoX()
      case .llama, .mistral, .qwen2, .qwen3: try llama(family, statesWindow: statesWindow)
      }
    shape.family = family
    shape.initializerRange = try notNegative(initializer_range ?? 0.02, "initializer_range")
    shape.tiesEmbeddings = tie_word_embeddings ?? (family == .gpt2)
    try readTokens(&shape)
    return shape
  }

  private func gpt2() throws(ConfigurationFault) -> DecoderConfiguration {
    if scale_attn_weights == false {
      throw ConfigurationFault("scale_attn_weights false is not supported")
    }
    if scale_attn_by_inverse_layer_idx == true {
      throw ConfigurationFault("scale_attn_by_inverse_layer_idx true is not supported")
    }
    if add_cross_attention == true {
      throw ConfigurationFault("add_cross_attention true is not supported")
    }
    let vocabulary = try positive(vocab_size, "vocab_size")
    let width = try positive(n_embd, "n_embd")
    let heads = try positive(n_head, "n_head")
    guard width % heads == 0 else {
      throw ConfigurationFault("n_embd \(width) is not a multiple of n_head \(heads)")
    }
    var shape = DecoderConfiguration(
      vocabularyCount: vocabulary,
      positionCount: try positive(n_positions ?? 1024, "n_positions"), width: width,
      layerCount: try positive(n_layer, "n_layer", atMost: Self.mostLayers), headCount: heads)
    if let n_inner { shape.innerWidth = try positive(n_inner, "n_inner") }
    shape.normalizationEpsilon = try notNegative(
      layer_norm_epsilon ?? 1e-5, "layer_norm_epsilon")
    shape.activation = try activation(activation_function ?? "gelu_new", "activation_function")
    shape.residualDropout = try share(resid_pdrop ?? 0.1, "resid_pdrop")
    shape.embeddingDropout = try share(embd_pdrop ?? 0.1, "embd_pdrop")
    shape.attentionDropout = try share(attn_pdrop ?? 0.1, "attn_pdrop")
    return shape
  }

  private func gptNeoX() throws(ConfigurationFault) -> DecoderConfiguration {
    var shape = try common(defaultPositions: 2048)
    shape.normalizationEpsilon = try notNegative(layer_norm_eps ?? 1e-5, "layer_norm_eps")
    shape.activation = try activation(hidden_act ?? "gelu", "hidden_act")
    shape.biases = attention_bias == false ? .feedForward : .all
    shape.isParallel = use_parallel_residual ?? true
    shape.residualDropout = try share(hidden_dropout ?? 0, "hidden_dropout")
    shape.embeddingDropout = shape.residualDropout
    try readRotary(
      &shape, share: rotary_pct ?? partial_rotary_factor ?? 0.25, base: rotary_emb_base)
    return shape
  }

  private func llama(_ family: ModelFamily, statesWindow: Bool) throws(ConfigurationFault)
    -> DecoderConfiguration
  {
    var shape = try common(defaultPositions: family == .llama ? 2048 : 32_768)
    let groups = num_key_value_heads ?? (family == .llama ? shape.headCount : nil)
    shape.keyValueHeadCount = try positive(groups, "num_key_value_heads")
    guard shape.headCount % shape.keyValueHeadCount == 0 else {
      throw ConfigurationFault(
        "num_attention_heads \(shape.headCount) is not a multiple of num_key_value_heads \(shape.keyValueHeadCount)"
      )
    }
    if let width = head_dim ?? (family == .qwen3 ? 128 : nil) {
      shape.headWidth = try positive(width, "head_dim")
    }
    shape.normalization = .rootMeanSquare
    shape.normalizationEpsilon = try notNegative(rms_norm_eps ?? 1e-6, "rms_norm_eps")
    shape.activation = try activation(hidden_act ?? "silu", "hidden_act")
    shape.isGated = true
    shape.normalizesQueriesAndKeys = family == .qwen3
    shape.biases =
      switch family {
      case .qwen2: .queriesKeysValues
      case .llama, .qwen3:
        (attention_bias == true ? [.queriesKeysValues, .attentionOutput] : [])
      default: []
      }
    if family == .llama && mlp_bias == true { shape.biases.insert(.feedForward) }
    try readWindow(&shape, family, isStated: statesWindow)
    try readRotary(&shape, share: partial_rotary_factor ?? 1, base: nil)
    return shape
  }

  // What every family but GPT-2 writes the same way.
  private func common(defaultPositions: Int) throws(ConfigurationFault) -> DecoderConfiguration {
    let vocabulary = try positive(vocab_size, "vocab_size")
    let width = try positive(hidden_size, "hidden_size")
    let heads = try positive(num_attention_heads, "num_attention_heads")
    guard head_dim != nil || width % heads == 0 else {
      throw ConfigurationFault(
        "hidden_size \(width) is not a multiple of num_attention_heads \(heads)")
    }
    var shape = DecoderConfiguration(
      vocabularyCount: vocabulary,
      positionCount: try positive(
        max_position_embeddings ?? defaultPositions, "max_position_embeddings"),
      width: width,
      layerCount: try positive(num_hidden_layers, "num_hidden_layers", atMost: Self.mostLayers),
      headCount: heads)
    shape.innerWidth = try positive(intermediate_size, "intermediate_size")
    shape.attentionDropout = try share(attention_dropout ?? 0, "attention_dropout")
    return shape
  }

  private func readWindow(
    _ shape: inout DecoderConfiguration, _ family: ModelFamily, isStated: Bool
  ) throws(ConfigurationFault) {
    let isUsed: Bool
    switch family {
    case .mistral: isUsed = true
    case .qwen2, .qwen3: isUsed = use_sliding_window ?? false
    default: isUsed = false
    }
    // transformers takes 4,096 where the key is absent, and no window where it is null.
    guard isUsed, let window = isStated ? sliding_window?.value : 4096 else { return }
    shape.window = try positive(window, "sliding_window")
    if let layer_types, family != .mistral {
      guard layer_types.count == shape.layerCount else {
        throw ConfigurationFault(
          "layer_types has \(layer_types.count) entries for \(shape.layerCount) layers")
      }
      for (layer, type) in layer_types.enumerated() {
        switch type {
        case "sliding_attention": shape.windowedLayers.insert(layer)
        case "full_attention": continue
        default: throw ConfigurationFault("layer_types '\(type)' is not supported")
        }
      }
    } else {
      let first = family == .mistral ? 0 : max_window_layers ?? 28
      shape.windowedLayers = Set((0..<shape.layerCount).filter { $0 >= first })
    }
  }

  /// How a reward model's raw scores are put on a scale.
  ///
  /// - Returns: The normalisation.
  /// - Throws: `ConfigurationFault` naming the key, also where there is more than one label.
  func normalization() throws(ConfigurationFault) -> RewardModel.Normalization {
    let labels = num_labels ?? id2label?.count ?? 1
    guard labels == 1 else {
      throw ConfigurationFault("a reward model has one label, this one has \(labels)")
    }
    let given = rein_reward_normalization ?? .identity
    _ = try positive(given.deviation, "rein_reward_normalization.deviation")
    return given
  }

  private func readTokens(_ shape: inout DecoderConfiguration) throws(ConfigurationFault) {
    for (key, tokens) in [
      ("bos_token_id", bos_token_id), ("eos_token_id", eos_token_id),
      ("pad_token_id", pad_token_id),
    ] {
      for token in tokens?.all ?? [] where !(0..<shape.vocabularyCount).contains(token) {
        // Some files of Llama write −1 for no padding token.
        if key == "pad_token_id" && token == -1 { continue }
        throw ConfigurationFault("\(key) \(token) is no token: there are \(shape.vocabularyCount)")
      }
    }
    shape.beginningOfTextToken = bos_token_id?.all.first
    shape.endOfTextToken = eos_token_id?.all.first
    shape.otherEndOfTextTokens = Array((eos_token_id?.all ?? []).dropFirst())
    shape.paddingToken = pad_token_id?.all.first { $0 >= 0 }
  }

  private func activation(_ name: String, _ key: String) throws(ConfigurationFault)
    -> DecoderConfiguration.Activation
  {
    switch name {
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast": return .geluTanh
    case "gelu": return .gelu
    case "silu", "swish": return .silu
    case "relu": return .relu
    default: throw ConfigurationFault("\(key) '\(name)' is not supported")
    }
  }
}

extension DecoderConfiguration {
  /// Says what is wrong with the shape, by the key of `config.json`, or nil.
  public var problem: String? {
    do {
      var read = try CheckpointConfiguration(self).decoder(statesWindow: true)
      // Files say what a model is, not how it is computed.
      read.computation = computation
      return read == self ? nil : "the shape is none that \(family.rawValue) files can describe"
    } catch {
      return error.reason
    }
  }
}
