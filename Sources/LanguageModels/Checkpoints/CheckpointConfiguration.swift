/// `config.json` as Hugging Face writes it: the keys of all supported families under their own names, each optional.
///
/// `DecoderConfiguration.init(_:)` and `init(_: DecoderConfiguration)` are the only readers and writers.
struct CheckpointConfiguration: Codable {
  var model_type: String?
  var architectures: [String]?
  var torch_dtype: String?
  var vocab_size: Int?
  var tie_word_embeddings: Bool?
  var initializer_range: Double?
  var bos_token_id: Tokens?
  var eos_token_id: Tokens?
  var pad_token_id: Tokens?

  // GPT-2
  var n_positions: Int?
  var n_embd: Int?
  var n_layer: Int?
  var n_head: Int?
  var n_inner: Int?
  var activation_function: String?
  var layer_norm_epsilon: Double?
  var resid_pdrop: Double?
  var embd_pdrop: Double?
  var attn_pdrop: Double?
  var scale_attn_weights: Bool?
  var scale_attn_by_inverse_layer_idx: Bool?
  var add_cross_attention: Bool?

  // The others
  var max_position_embeddings: Int?
  var hidden_size: Int?
  var num_hidden_layers: Int?
  var num_attention_heads: Int?
  var num_key_value_heads: Int?
  var head_dim: Int?
  var intermediate_size: Int?
  var hidden_act: String?
  var layer_norm_eps: Double?
  var rms_norm_eps: Double?
  var attention_bias: Bool?
  var mlp_bias: Bool?
  var use_parallel_residual: Bool?
  var hidden_dropout: Double?
  var attention_dropout: Double?
  var sliding_window: Window?
  var use_sliding_window: Bool?
  var max_window_layers: Int?
  var layer_types: [String]?

  // Rotary positions: newer files have one object, older ones `rope_theta` and `rope_scaling` or GPT-NeoX's two keys.
  var rope_parameters: Rotary?
  var rope_theta: Double?
  var rope_scaling: Rotary?
  var partial_rotary_factor: Double?
  var rotary_pct: Double?
  var rotary_emb_base: Double?

  // Reward models
  var num_labels: Int?
  var id2label: [String: String]?
  var label2id: [String: Int]?
  var rein_reward_normalization: RewardModel.Normalization?

  /// One token, or several.
  struct Tokens: Codable {
    var all: [Int]

    init(_ all: [Int]) { self.all = all }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      all =
        try (try? container.decode([Int].self)) ?? [container.decode(Int.self)]
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      if all.count == 1 { try container.encode(all[0]) } else { try container.encode(all) }
    }
  }

  /// A window, or null where there is none: not the same as an absent key.
  struct Window: Codable {
    var value: Int?

    init(value: Int?) { self.value = value }

    init(from decoder: any Decoder) throws {
      value = try decoder.singleValueContainer().decode(Int.self)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      if let value { try container.encode(value) } else { try container.encodeNil() }
    }
  }

  /// How queries and keys are turned.
  struct Rotary: Codable {
    var rope_type: String?
    var type: String?  // as older files call `rope_type`
    var rope_theta: Double?
    var partial_rotary_factor: Double?
    var factor: Double?
    var low_freq_factor: Double?
    var high_freq_factor: Double?
    var original_max_position_embeddings: Int?
    var attention_factor: Double?
    var beta_fast: Double?
    var beta_slow: Double?
    var mscale: Double?
    var mscale_all_dim: Double?
    var truncate: Bool?
  }
}

/// What is wrong with a `config.json`, with the key that says it.
struct ConfigurationFault: Error, CustomStringConvertible {
  let reason: String

  var description: String { reason }

  init(_ reason: String) { self.reason = reason }

  /// A key that a model cannot be made without.
  static func needed<Value>(_ value: Value?, _ key: String) throws(ConfigurationFault) -> Value {
    guard let value else { throw ConfigurationFault("has no key '\(key)'") }
    return value
  }
}
