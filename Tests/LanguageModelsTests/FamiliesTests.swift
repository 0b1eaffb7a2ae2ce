import Foundation
import LanguageModels
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

/// What Scripts/fixtures/decoder_families.py wrote.
enum Families {
  struct Expected: Decodable {
    struct Variant: Decodable {
      let loss: Double
      let greedy: [[Int]]?
      let scores: [Double]?
    }

    let texts: [[Int]]
    let variants: [String: Variant]
  }

  static let names = [
    "gpt_neox", "gpt_neox-serial", "gpt_neox-tanh", "llama", "llama-plain", "llama-biased",
    "llama-linear", "llama-dynamic", "llama-yarn", "mistral", "mistral-wide", "qwen2",
    "qwen2-tied", "qwen3", "qwen3-wide",
  ]

  static func expected() throws -> Expected {
    let url = try Fixture.url("families/expected.json")
    return try JSONDecoder().decode(Expected.self, from: Data(contentsOf: url))
  }

  static func tensors() throws -> SafeTensors {
    try SafeTensors(contentsOf: Fixture.url("families/expected.safetensors"))
  }

  static func folder(_ name: String) throws -> ModelFolder {
    try ModelFolder(Fixture.url("families/\(name)"))
  }
}

@Suite struct `Families of decoders` {
  @Test func `are all tried`() throws {
    #expect(try Set(Families.expected().variants.keys) == Set(Families.names))
    let tried = try Set(Families.names.map { try Families.folder($0).configuration().family })
    #expect(tried.union([.gpt2]) == Set(ModelFamily.allCases))
  }

  @Test(arguments: Families.names) func `have the logits of transformers`(name: String) throws {
    let model = try Families.folder(name).languageModel()
    let texts = try Families.expected().texts
    let golden = try Families.tensors().tensor("\(name)/logits")
    let logits = model.logits(TokenBatch(texts, padding: 19).tokens)
    #expect(logits.shape == golden.shape)
    for (index, text) in texts.enumerated() {
      expectEqual(
        row(logits, index).slice(0, 0..<text.count), row(golden, index).slice(0, 0..<text.count),
        tolerance: 1e-5, relative: 1e-5)
    }
  }

  @Test(arguments: Families.names) func `have the gradients of transformers`(name: String) throws {
    let (model, expected) = (try Families.folder(name).languageModel(), try Families.expected())
    let (loss, slopes) = model.lossAndGradients(expected.texts)
    let right = try #require(expected.variants[name]?.loss)
    expectEqual(loss, right, tolerance: 1e-5)
    let golden = try Families.tensors()
    let count = golden.names.count { $0.hasPrefix("\(name)/gradient.") }
    #expect(count == model.parameters.count)
    for (weight, slope) in zip(model.parameters.names, slopes) {
      let other = try golden.tensor("\(name)/gradient.\(weight)")
      let size = other.squared().sum().squareRoot().item
      #expect((slope - other).squared().sum().squareRoot().item <= 1e-4 * size, "\(weight)")
    }
  }

  // With a cache, one by one and in a batch whose shorter prompts are padded on the left.
  @Test(arguments: Families.names) func `have the greedy completions of transformers`(
    name: String
  ) throws {
    let expected = try Families.expected()
    guard let golden = expected.variants[name]?.greedy else {
      #expect(name == "llama-dynamic")
      return
    }
    let sampler = Sampler(
      try Families.folder(name).languageModel(), Sampling(temperature: 0, maximumLength: 8),
      stopTokens: [])
    let together = sampler.rollout(expected.texts, using: Generator(seed: 1))
    #expect(together.completions.map(\.tokens) == golden)
    for (text, right) in zip(expected.texts, golden) {
      let alone = sampler.rollout([text], using: Generator(seed: 1))
      #expect(alone.completions[0].tokens == right)
    }
  }

  @Test(arguments: Families.names) func `sample with the probabilities they train with`(
    name: String
  ) throws {
    let model = try Families.folder(name).languageModel()
    // Within the positions that dynamic frequencies are the same for.
    let prompts = name == "llama-dynamic" ? [[3]] : [[3, 1, 4, 1, 5], [9, 2]]
    let length = name == "llama-dynamic" ? 7 : 8
    let rollout = Sampler(model, Sampling(maximumLength: length), stopTokens: [])
      .rollout(prompts, using: Generator(seed: 2))
    let trained = Tensor.withoutRecording {
      model.statistics(ResponseLayout(rollout.completions)).statistics.logProbabilities
    }
    expectEqual(
      rollout.logProbabilities, trained.reshaped(to: rollout.logProbabilities.shape),
      tolerance: 1e-5)
  }

  // Places of two padded texts, in any order and one of them twice; of the last block nothing else is computed.
  @Test(arguments: Families.names) func `have the same states and gradients at some places alone`(
    name: String
  ) throws {
    let model = try Families.folder(name).languageModel()
    let tokens = TokenBatch([[3, 1, 4, 1, 5, 9, 2, 6], [5, 3, 5]], padding: 19).tokens
    let places = Tensor([10, 7, 0, 7, 8])
    let (all, expected) = differentiated(model) {
      model.trunk(tokens).reshaped(-1, model.configuration.width).selecting(places, along: 0)
    }
    let (some, slopes) = differentiated(model) { model.trunk.states(at: places, of: tokens) }
    expectEqual(some, all, tolerance: 1e-6, relative: 1e-5)
    #expect(expected.contains { $0.magnitude().maximum().item > 1e-3 })
    for (slope, right) in zip(slopes, expected) {
      let size = right.squared().sum().squareRoot().item
      #expect((slope - right).squared().sum().squareRoot().item <= 1e-5 * size + 1e-7)
    }
  }

  private func differentiated(_ model: LanguageModel, _ states: () -> Tensor) -> (
    states: Tensor, gradients: [Tensor]
  ) {
    Tensor.recording {
      let states = states()
      return (
        states.detached(),
        states.power(3).sum().gradients(of: model.trainedParameters.tensors).map { $0.detached() }
      )
    }
  }

  @Test(arguments: Families.names) func `are differentiated twice where asked`(name: String) throws
  {
    let model = try Families.folder(name).languageModel()
    let tokens = Tensor([3, 1, 4, 1, 5, 9, 2, 6], shape: [1, 8])
    let plain = model.logits(tokens)
    let (other, second) = Tensor.recording {
      let logits = model.logits(tokens, Trunk.Context(isTwiceDifferentiable: true))
      let first = logits.squared().mean().gradients(
        of: [model.trunk.tokenEmbedding], recording: true)
      return (
        logits.detached(), first[0].squared().sum().gradients(of: [model.trunk.tokenEmbedding])
      )
    }
    expectEqual(other, plain, tolerance: 1e-5, relative: 1e-5)
    #expect(second[0].magnitude().maximum().item > 0)
  }

  @Test(arguments: ["gpt_neox", "llama", "mistral", "qwen2", "qwen3"])
  func `have the rewards of transformers`(name: String) throws {
    let expected = try Families.expected()
    let folder = try Families.folder("\(name)-reward")
    #expect(try folder.isRewardModel() && !Families.folder(name).isRewardModel())
    let golden = try #require(expected.variants[name]?.scores)
    for (score, right) in zip(try folder.rewardModel().scores(expected.texts), golden) {
      expectEqual(score, right, tolerance: 1e-5)
    }
  }

  @Test(
    arguments: Families.names + [
      "gpt_neox-reward", "llama-reward", "mistral-reward", "qwen2-reward", "qwen3-reward",
    ]) func `are saved as they were loaded`(
      name: String
    ) throws
  {
    let folder = try Families.folder(name)
    try withTemporaryFolder { url in
      let copy = ModelFolder(url)
      if try folder.isRewardModel() {
        try copy.save(try folder.rewardModel())
      } else {
        try copy.save(try folder.languageModel())
      }
      #expect(try copy.configuration() == folder.configuration())
      #expect(try copy.isRewardModel() == folder.isRewardModel())
      let (left, right) = (
        try SafeTensors(contentsOf: copy.weightsURL), try SafeTensors(contentsOf: folder.weightsURL)
      )
      #expect(left.names == right.names)
      for weight in left.names {
        expectEqual(try left.tensor(weight), try right.tensor(weight), tolerance: 0)
      }
      try export(copy, name)
    }
  }

  // Scripts/fixtures/check_transformers.py loads what this leaves where it says.
  private func export(_ folder: ModelFolder, _ name: String) throws {
    guard let path = ProcessInfo.processInfo.environment["REIN_EXPORT"] else { return }
    let target = URL(filePath: path).appending(path: "families/\(name)")
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: folder.url, to: target)
    let tokens = Tensor([7, 12, 3, 15, 11, 2, 18, 9, 5, 1, 6, 4], shape: [1, 12])
    var outputs = Parameters()
    outputs.append("tokens", tokens)
    if try folder.isRewardModel() {
      outputs.append("scores", try folder.rewardModel().rawScores(TokenBatch([tokens.integers])))
    } else {
      outputs.append("logits", try folder.languageModel().logits(tokens))
    }
    try SafeTensors.write(outputs, to: target.appending(path: "outputs.safetensors"))
  }

  @Test(arguments: Families.names) func `in float64 are the same`(name: String) throws {
    let folder = try Families.folder(name)
    let exact = try LanguageModel(
      folder.configuration(),
      ParameterBuilder(file: SafeTensors(contentsOf: folder.weightsURL), dataType: .float64))
    let tokens = Tensor([3, 1, 4, 1, 5, 9], shape: [1, 6])
    expectEqual(
      exact.logits(tokens).cast(to: .float32), try folder.languageModel().logits(tokens),
      tolerance: 1e-5, relative: 1e-5)
  }
}

@Suite struct `Configurations of checkpoints` {
  private func shape(_ text: String) throws -> DecoderConfiguration {
    var found: DecoderConfiguration?
    try withTemporaryFolder { url in
      let folder = ModelFolder(url)
      try Data(text.utf8).write(to: folder.configurationURL)
      found = try folder.configuration()
    }
    return try #require(found)
  }

  private func complaint(_ text: String) -> String? {
    do {
      _ = try shape(text)
      return nil
    } catch ModelFolder.Problem.configuration(_, let reason) {
      return reason
    } catch {
      return "\(error)"
    }
  }

  // As the hub has them: older keys, some absent, some null.
  @Test func `as Pythia's`() throws {
    let shape = try shape(
      """
      {"architectures": ["GPTNeoXForCausalLM"], "bos_token_id": 0, "eos_token_id": 0, "hidden_act": "gelu",
      "hidden_size": 512, "initializer_range": 0.02, "intermediate_size": 2048, "layer_norm_eps": 1e-05,
      "max_position_embeddings": 2048, "model_type": "gpt_neox", "num_attention_heads": 8, "num_hidden_layers": 6,
      "rotary_emb_base": 10000, "rotary_pct": 0.25, "tie_word_embeddings": false, "torch_dtype": "float16",
      "use_cache": true, "use_parallel_residual": true, "vocab_size": 50304}
      """)
    #expect(shape.family == .gptNeoX && shape.isParallel && shape.activation == .gelu)
    #expect(
      shape.positions
        == .rotary(RotaryPositions(base: 10_000, share: 0.25, statedPositionCount: 2048)))
    #expect(shape.headWidth == 64 && shape.biases == .all && !shape.tiesEmbeddings)
  }

  @Test func `as Llama 3's, with three tokens that end a text`() throws {
    let shape = try shape(
      """
      {"architectures": ["LlamaForCausalLM"], "attention_bias": false, "bos_token_id": 128000,
      "eos_token_id": [128001, 128008, 128009], "head_dim": 64, "hidden_act": "silu", "hidden_size": 2048,
      "intermediate_size": 8192, "max_position_embeddings": 131072, "mlp_bias": false, "model_type": "llama",
      "num_attention_heads": 32, "num_hidden_layers": 16, "num_key_value_heads": 8, "rms_norm_eps": 1e-05,
      "rope_scaling": {"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
      "original_max_position_embeddings": 8192, "rope_type": "llama3"}, "rope_theta": 500000.0,
      "tie_word_embeddings": true, "torch_dtype": "bfloat16", "vocab_size": 128256}
      """)
    #expect(shape.endOfTextToken == 128_001 && shape.otherEndOfTextTokens == [128_008, 128_009])
    #expect(shape.keyValueHeadCount == 8 && shape.isGated && shape.biases == [])
    guard case .rotary(let rotary) = shape.positions, case .llama3(let llama3) = rotary.scaling
    else { throw Unexpected() }
    #expect(rotary.base == 500_000 && llama3.factor == 32 && llama3.originalPositionCount == 8192)
  }

  @Test func `as Llama 2's, without the newer keys`() throws {
    let shape = try shape(
      """
      {"architectures": ["LlamaForCausalLM"], "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu",
      "hidden_size": 4096, "intermediate_size": 11008, "max_position_embeddings": 4096, "model_type": "llama",
      "num_attention_heads": 32, "num_hidden_layers": 32, "pad_token_id": -1, "rms_norm_eps": 1e-05,
      "rope_scaling": null, "tie_word_embeddings": false, "vocab_size": 32000}
      """)
    #expect(shape.keyValueHeadCount == 32 && shape.headWidth == 128 && shape.paddingToken == nil)
    #expect(shape.positions == .rotary(RotaryPositions(statedPositionCount: 4096)))
  }

  @Test func `as Mistral's, whose window may be null or absent`() throws {
    let text = { (window: String) in
      """
      {"model_type": "mistral", "hidden_size": 4096, "intermediate_size": 14336, "max_position_embeddings": 32768,
      "num_attention_heads": 32, "num_hidden_layers": 2, "num_key_value_heads": 8, "rope_theta": 10000.0,
      \(window) "vocab_size": 32000}
      """
    }
    #expect(try shape(text("\"sliding_window\": 4096,")).window(of: 1) == 4096)
    #expect(try shape(text("\"sliding_window\": null,")).window == nil)
    #expect(try shape(text("")).window(of: 0) == 4096)
  }

  @Test func `as Qwen2.5's, stretched by YaRN`() throws {
    let shape = try shape(
      """
      {"model_type": "qwen2", "hidden_size": 896, "intermediate_size": 4864, "max_position_embeddings": 32768,
      "max_window_layers": 21, "num_attention_heads": 14, "num_hidden_layers": 24, "num_key_value_heads": 2,
      "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}, "rope_theta": 1000000.0,
      "sliding_window": 32768, "tie_word_embeddings": true, "use_sliding_window": false, "vocab_size": 151936}
      """)
    #expect(shape.positionCount == 131_072 && shape.biases == .queriesKeysValues)
    #expect(shape.window == nil && shape.tiesEmbeddings)
  }

  @Test func `as GPT-2's, whose missing keys have Hugging Face's defaults`() throws {
    let shape = try shape(
      """
      {"model_type": "gpt2", "vocab_size": 9, "n_embd": 4, "n_layer": 1, "n_head": 2, "foo": 1}
      """)
    #expect(shape.positionCount == 1024 && shape.normalizationEpsilon == 1e-5)
    #expect(shape.residualDropout == 0.1 && shape.embeddingDropout == 0.1)
    #expect(shape.attentionDropout == 0.1 && shape.innerWidth == 16 && shape.headWidth == 2)
    #expect(shape.initializerRange == 0.02 && shape.tiesEmbeddings)
  }

  @Test func `written and read again are the same`() throws {
    var shape = DecoderConfiguration(
      vocabularyCount: 9, positionCount: 8, width: 4, layerCount: 1, headCount: 2,
      endOfTextToken: 3, paddingToken: 4)
    shape.otherEndOfTextTokens = [5, 6]
    shape.innerWidth = 6
    shape.normalizationEpsilon = 0.001
    shape.initializerRange = 0.5
    shape.residualDropout = 0.25
    shape.embeddingDropout = 0.125
    shape.attentionDropout = 0.5
    try withTemporaryFolder { url in
      let folder = ModelFolder(url)
      try folder.save(
        LanguageModel(shape, ParameterBuilder(generator: Generator(seed: 1))))
      #expect(try folder.configuration() == shape)
    }
  }

  static let faults: [(change: String, reason: String)] = [
    (
      "\"model_type\": \"mamba\"",
      "model_type 'mamba' is not supported: gpt2, gpt_neox, llama, mistral, qwen2, qwen3 are"
    ),
    (
      "\"num_key_value_heads\": 3",
      "num_attention_heads 4 is not a multiple of num_key_value_heads 3"
    ),
    ("\"num_attention_heads\": 3", "hidden_size 8 is not a multiple of num_attention_heads 3"),
    ("\"hidden_size\": -8", "hidden_size is -8: it must be positive"),
    ("\"intermediate_size\": null", "has no key 'intermediate_size'"),
    ("\"head_dim\": 3", "heads of width 3 cannot be turned by pairs"),
    ("\"hidden_act\": \"xielu\"", "hidden_act 'xielu' is not supported"),
    ("\"attention_dropout\": 1.0", "attention_dropout is 1.0: it must be in [0, 1)"),
    ("\"rope_theta\": 0", "rope_theta is 0.0: it must be above 1"),
    ("\"eos_token_id\": [1, 20]", "eos_token_id 20 is no token: there are 20"),
    ("\"eos_token_id\": \"</s>\"", "key 'eos_token_id': "),
    (
      "\"rope_scaling\": {\"rope_type\": \"longrope\"}",
      "rope_scaling.rope_type 'longrope' is not supported"
    ),
    ("\"rope_scaling\": {\"rope_type\": \"linear\"}", "has no key 'rope_scaling.factor'"),
    (
      "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 0.5}",
      "rope_scaling.factor is 0.5: it must be at least 1"
    ),
    (
      "\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 1e300}",
      "rope_scaling.factor is 1e+300: 1073741824 is the most that Rein takes"
    ),
    (
      "\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 1000000}",
      "rope_scaling.factor times the positions is 2048000000: 1073741824 is the most"
    ),
    (
      "\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 2, \"original_max_position_embeddings\": -8}",
      "rope_scaling.original_max_position_embeddings is -8: it must be positive"
    ),
    (
      "\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 2, \"beta_fast\": 0}",
      "rope_scaling.beta_fast is 0.0: it must be positive"
    ),
    (
      "\"head_dim\": 4611686018427387904",
      "head_dim is 4611686018427387904: 1073741824 is the most that Rein takes"
    ),
    ("\"rms_norm_eps\": -1", "rms_norm_eps is -1.0: it must not be negative"),
    (
      "\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 2, \"low_freq_factor\": 4, \"high_freq_factor\": 4, \"original_max_position_embeddings\": 8}",
      "rope_scaling.high_freq_factor is not above low_freq_factor"
    ),
  ]

  @Test(arguments: faults) func `that cannot be followed are refused with their key`(
    fault: (change: String, reason: String)
  ) throws {
    let key = fault.change.prefix { $0 != ":" }
    let parts = [
      "\"model_type\": \"llama\"", "\"vocab_size\": 20", "\"hidden_size\": 8",
      "\"num_hidden_layers\": 2", "\"num_attention_heads\": 4", "\"intermediate_size\": 12",
    ].filter { !$0.hasPrefix(key + ":") }
    let text = "{" + (parts + [fault.change]).joined(separator: ", ") + "}"
    #expect(complaint(text)?.hasPrefix(fault.reason) == true, "\(complaint(text) ?? "accepted")")
  }

  @Test(arguments: ["[1]", "3", "\"gpt2\"", "null"])
  func `that are no object are refused`(text: String) {
    #expect(
      complaint(text)?.hasPrefix("is not a JSON object: ") == true, "\(complaint(text) ?? "")")
  }

  private struct Unexpected: Error {}
}
