/// Decoders whose checkpoints Rein reads and writes, by Hugging Face's `model_type`.
public enum ModelFamily: String, CaseIterable, Sendable {
  /// Radford and others 2019.
  case gpt2
  /// GPT-NeoX and Pythia (Black and others 2022, arXiv 2204.06745; Biderman and others 2023, arXiv 2304.01373).
  case gptNeoX = "gpt_neox"
  /// Llama 2 and 3 (Touvron and others 2023, arXiv 2307.09288; Grattafiori and others 2024, arXiv 2407.21783).
  case llama
  /// Mistral (Jiang and others 2023, arXiv 2310.06825).
  case mistral
  /// Qwen2 and Qwen2.5 (Yang and others 2024, arXiv 2412.15115).
  case qwen2
  /// Qwen3 (Yang and others 2025, arXiv 2505.09388).
  case qwen3

  /// What files call the class of the language model.
  var languageModelClass: String {
    switch self {
    case .gpt2: "GPT2LMHeadModel"
    default: "\(className)ForCausalLM"
    }
  }

  /// What files call the class of the classifier, which with one label is a reward model.
  var classifierClass: String { "\(className)ForSequenceClassification" }

  /// Whether a class is one of the family's; some files spell Llama's in capitals.
  func isClass(_ name: String) -> Bool { name.lowercased().hasPrefix(className.lowercased()) }

  private var className: String {
    switch self {
    case .gpt2: "GPT2"
    case .gptNeoX: "GPTNeoX"
    case .llama: "Llama"
    case .mistral: "Mistral"
    case .qwen2: "Qwen2"
    case .qwen3: "Qwen3"
    }
  }
}

/// What a family's weight files call the parts of a decoder, and how they lay them out.
struct WeightNames: Sendable {
  /// Before every name but the output projection's; files of a bare trunk leave it out.
  var trunk: String
  var tokenEmbedding: String
  var positionEmbedding = ""
  var layers: String
  var firstNormalization: String
  var attention: Attention
  var attentionOutput: String
  var secondNormalization: String
  var gate = ""
  var expansion: String
  var contraction: String
  var finalNormalization: String
  /// The output projection, where it is not the token embedding.
  var output = "lm_head"

  /// How the projections to queries, keys and values are stored.
  enum Attention: Sendable {
    /// One matrix: all queries, then all keys, then all values.
    case byPart(String)
    /// One matrix: the first head's query, key and value, then the second's.
    case byHead(String)
    /// Three matrices.
    case separate(queries: String, keys: String, values: String)
  }

  /// Names of normalisations of queries and keys.
  static let (queryNormalization, keyNormalization) = ("self_attn.q_norm", "self_attn.k_norm")

  /// A name without the trunk's, as files of a bare trunk have it.
  func bare(_ name: String) -> [String] {
    name.hasPrefix(trunk) ? [String(name.dropFirst(trunk.count))] : []
  }
}

extension ModelFamily {
  /// What its weight files call things.
  var names: WeightNames {
    switch self {
    case .gpt2:
      WeightNames(
        trunk: "transformer.", tokenEmbedding: "wte", positionEmbedding: "wpe", layers: "h",
        firstNormalization: "ln_1", attention: .byPart("attn.c_attn"),
        attentionOutput: "attn.c_proj", secondNormalization: "ln_2", expansion: "mlp.c_fc",
        contraction: "mlp.c_proj", finalNormalization: "ln_f")
    case .gptNeoX:
      WeightNames(
        trunk: "gpt_neox.", tokenEmbedding: "embed_in", layers: "layers",
        firstNormalization: "input_layernorm", attention: .byHead("attention.query_key_value"),
        attentionOutput: "attention.dense", secondNormalization: "post_attention_layernorm",
        expansion: "mlp.dense_h_to_4h", contraction: "mlp.dense_4h_to_h",
        finalNormalization: "final_layer_norm", output: "embed_out")
    case .llama, .mistral, .qwen2, .qwen3:
      WeightNames(
        trunk: "model.", tokenEmbedding: "embed_tokens", layers: "layers",
        firstNormalization: "input_layernorm",
        attention: .separate(
          queries: "self_attn.q_proj", keys: "self_attn.k_proj", values: "self_attn.v_proj"),
        attentionOutput: "self_attn.o_proj", secondNormalization: "post_attention_layernorm",
        gate: "mlp.gate_proj", expansion: "mlp.up_proj", contraction: "mlp.down_proj",
        finalNormalization: "norm")
    }
  }

  /// Whether matrices are stored [in, out], as GPT-2's are, and not [out, in].
  var storesInputsFirst: Bool { self == .gpt2 }
}
