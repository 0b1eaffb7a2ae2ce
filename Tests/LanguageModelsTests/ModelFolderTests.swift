import Foundation
import LanguageModels
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

@Suite struct `Model folders` {
  let tokens = Tensor([7, 12, 3, 25, 31, 2, 18, 9]).reshaped(2, 4)

  @Test func `a saved language model loads with the same bits`() throws {
    let model = try Fixture.language()
    try withTemporaryFolder { url in
      let folder = ModelFolder(url.appending(path: "new/model"))
      try folder.save(model)
      let loaded = try folder.languageModel()
      #expect(loaded.configuration == model.configuration)
      #expect(loaded.parameters.names == model.parameters.names)
      expectEqual(loaded.logits(tokens), model.logits(tokens), tolerance: 0)
      #expect(try !folder.isRewardModel())
      try export(folder, model)
    }
  }

  // Scripts/fixtures/check_transformers.py loads what this leaves where it says.
  private func export(_ folder: ModelFolder, _ model: LanguageModel) throws {
    guard let path = ProcessInfo.processInfo.environment["REIN_EXPORT"] else { return }
    let target = URL(filePath: path)
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    try ModelFolder(target.appending(path: "language")).save(model)
    var outputs = Parameters()
    outputs.append("tokens", tokens)
    outputs.append("logits", model.logits(tokens))
    var reward = try Fixture.reward()
    reward.normalization = RewardModel.Normalization(mean: 1.5, deviation: 2)
    try ModelFolder(target.appending(path: "reward")).save(reward)
    outputs.append(
      "scores", reward.rawScores(TokenBatch([[7, 12, 3, 25], [31, 2, 18, 9]])))
    try SafeTensors.write(outputs, to: target.appending(path: "outputs.safetensors"))
  }

  @Test func `a model with an output projection of its own loads with it`() throws {
    try withTemporaryFolder { url in
      var shape = Tiny.shape()
      shape.tiesEmbeddings = false
      let model = try Tiny.language(shape)
      #expect(model.parameters.names.last == "lm_head.weight")
      #expect(model.outputWeight.doubles != model.trunk.tokenEmbedding.doubles)
      let folder = ModelFolder(url)
      try folder.save(model)
      let loaded = try folder.languageModel()
      #expect(Tiny.bytes(loaded.parameters) == Tiny.bytes(model.parameters))
      let tokens = Tensor([1, 2, 3], shape: [1, 3])
      expectEqual(loaded.logits(tokens), model.logits(tokens), tolerance: 0)
      // Tied models are untouched: the same numbers from another projection would be another model.
      #expect(try Tiny.language().parameters.count == model.parameters.count - 1)
    }
  }

  @Test func `a saved reward model keeps its normalisation`() throws {
    var model = try Fixture.reward()
    model.normalization = RewardModel.Normalization(mean: 0.25, deviation: 3)
    try withTemporaryFolder { url in
      let folder = ModelFolder(url)
      try folder.save(model)
      let loaded = try folder.rewardModel()
      #expect(loaded.normalization == model.normalization)
      #expect(loaded.scores([[1, 2], [3]]) == model.scores([[1, 2], [3]]))
      #expect(try folder.isRewardModel())
    }
  }

  @Test(arguments: [DataType.bfloat16, .float16])
  func `weights stored in sixteen bits are half the size and load rounded`(type: DataType) throws {
    let model = try Fixture.language()
    try withTemporaryFolder { url in
      let folder = ModelFolder(url)
      try folder.save(model, as: type)
      #expect(
        try Data(contentsOf: folder.weightsURL).count < 2 * model.parameters.elementCount + 9000)
      let loaded = try folder.languageModel()
      for (left, right) in zip(loaded.parameters.tensors, model.parameters.tensors) {
        expectEqual(left, right.cast(to: type).cast(to: .float32), tolerance: 0)
      }
    }
  }

  @Test func `a chat template comes with its tokenizer`() throws {
    try withTemporaryFolder { url in
      let (source, target) = (url.appending(path: "source"), url.appending(path: "target"))
      try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
      for name in ["tokenizer.json", "chat_template.jinja", "tokenizer_config.json"] {
        try Data(name.utf8).write(to: source.appending(path: name))
      }
      try ModelFolder(target).save(
        Fixture.language(), tokenizer: source.appending(path: "tokenizer.json"))
      for name in ["tokenizer.json", "chat_template.jinja", "tokenizer_config.json"] {
        #expect(try Data(contentsOf: target.appending(path: name)) == Data(name.utf8))
      }
    }
  }

  @Test func `a tokenizer is laid beside the weights`() throws {
    let model = try Fixture.language()
    try withTemporaryFolder { url in
      let tokenizer = url.appending(path: "somewhere.json")
      try Data("{}".utf8).write(to: tokenizer)
      let folder = ModelFolder(url.appending(path: "model"))
      try folder.save(model, tokenizer: tokenizer)
      #expect(try Data(contentsOf: folder.tokenizerURL) == Data("{}".utf8))
      // Saving into the folder it came from leaves it there.
      try folder.save(model, tokenizer: folder.tokenizerURL)
      #expect(try Data(contentsOf: folder.tokenizerURL) == Data("{}".utf8))
    }
  }

  @Test func `the first GPT-2 files, whose names have no prefix, load too`() throws {
    let model = try Fixture.language()
    try withTemporaryFolder { url in
      let folder = ModelFolder(url)
      try folder.save(model)
      var bare = Parameters()
      for (name, tensor) in zip(model.parameters.names, model.parameters.tensors) {
        bare.append(String(name.dropFirst("transformer.".count)), tensor)
      }
      try SafeTensors.write(bare, to: folder.weightsURL)
      expectEqual(
        try folder.languageModel().logits(tokens), model.logits(tokens), tolerance: 0)
    }
  }

  @Test(arguments: [DataType.float32, .bfloat16])
  func `a copy has the same values and type and storage of its own`(type: DataType) throws {
    let folder = ModelFolder(try Fixture.url("language"))
    let model = try LanguageModel(
      folder.configuration(),
      ParameterBuilder(file: SafeTensors(contentsOf: folder.weightsURL), dataType: type))
    let twin = try model.copy()
    expectEqual(twin.logits(tokens), model.logits(tokens), tolerance: 0)
    Tensor.withoutRecording { twin.outputWeight.assign(twin.outputWeight * 0) }
    #expect(model.outputWeight.magnitude().sum().item > 0)
  }

  @Test func `weights in several files load too, pickles do not`() throws {
    let model = try Fixture.language()
    try withTemporaryFolder { url in
      let folder = ModelFolder(url)
      try folder.save(model)
      try FileManager.default.removeItem(at: folder.weightsURL)
      var map: [String: String] = [:]
      for (file, isIncluded) in [
        ("model-00001-of-00002.safetensors", { (name: String) in name.contains(".h.0.") }),
        ("model-00002-of-00002.safetensors", { (name: String) in !name.contains(".h.0.") }),
      ] {
        let part = model.parameters.filter(isIncluded)
        try SafeTensors.write(part, to: url.appending(path: file))
        for name in part.names { map[name] = file }
      }
      try JSONSerialization.data(withJSONObject: ["weight_map": map]).write(to: folder.indexURL)
      expectEqual(try folder.languageModel().logits(tokens), model.logits(tokens), tolerance: 0)
      try FileManager.default.removeItem(at: folder.indexURL)
      let pickle = url.appending(path: "pytorch_model.bin")
      try Data("x".utf8).write(to: pickle)
      #expect(
        throws: WeightError.unreadable(
          file: pickle.path, reason: "it is a pickle; save the model again as safetensors")
      ) { try folder.languageModel() }
    }
  }

  @Test func `a weight that the file lacks is named`() throws {
    let model = try Fixture.language()
    try withTemporaryFolder { url in
      let folder = ModelFolder(url)
      try folder.save(model)
      let name = "transformer.h.1.mlp.c_fc.bias"
      try SafeTensors.write(model.parameters.filter { $0 != name }, to: folder.weightsURL)
      let missing = WeightError.missing(file: folder.weightsURL.path, tensor: name)
      #expect(throws: missing) { try folder.languageModel() }
      // A fresh head may be drawn, a hole in the trunk may not.
      #expect(throws: missing) { try folder.rewardModel(headFrom: Generator(seed: 1)) }
    }
  }

  @Test func `a weight of another shape is named with both shapes`() throws {
    try withTemporaryFolder { url in
      let folder = ModelFolder(url)
      try folder.save(try Fixture.language())
      var fields = try json(folder)
      fields["n_positions"] = 31
      try write(fields, folder)
      #expect(
        throws: WeightError.shape(
          file: folder.weightsURL.path, tensor: "transformer.wpe.weight", stored: [32, 16],
          expected: [31, 16])
      ) {
        try folder.languageModel()
      }
    }
  }

  private func json(_ folder: ModelFolder) throws -> [String: Any] {
    let data = try Data(contentsOf: folder.configurationURL)
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private func write(_ fields: [String: Any], _ folder: ModelFolder) throws {
    try JSONSerialization.data(withJSONObject: fields).write(to: folder.configurationURL)
  }

  @Test(
    arguments: [
      ("\"model_type\": \"mamba\"", "model_type 'mamba' is not supported: gpt2, gpt_neox, "),
      ("\"activation_function\": \"xielu\"", "activation_function 'xielu' is not supported"),
      ("\"n_head\": 3", "n_embd 16 is not a multiple of n_head 3"),
      ("\"n_head\": 0", "n_head is 0: it must be positive"),
      ("\"n_layer\": -1", "n_layer is -1: it must be positive"),
      ("\"n_inner\": 0", "n_inner is 0: it must be positive"),
      ("\"attn_pdrop\": 1.0", "attn_pdrop is 1.0: it must be in [0, 1)"),
      ("\"embd_pdrop\": -0.1", "embd_pdrop is -0.1: it must be in [0, 1)"),
      (
        "\"scale_attn_by_inverse_layer_idx\": true",
        "scale_attn_by_inverse_layer_idx true is not supported"
      ),
      ("\"scale_attn_weights\": false", "scale_attn_weights false is not supported"),
      ("\"add_cross_attention\": true", "add_cross_attention true is not supported"),
      ("\"n_layer\": \"two\"", "key 'n_layer': "),
      ("\"n_layer\": 1.5", "key 'n_layer': "), ("\"n_layer\": 1e400", "key 'n_layer': "),
      ("\"n_layer\": 9223372036854775808", "key 'n_layer': "),
      ("\"layer_norm_epsilon\": 1e400", "key 'layer_norm_epsilon': "),
      ("\"layer_norm_epsilon\": NaN", "is not JSON"),
      ("\"n_layer\": 1099511627776", "n_layer is 1099511627776: 65536 is the most that Rein takes"),
      (
        "\"n_embd\": 2305843009213693952",
        "n_embd is 2305843009213693952: 1073741824 is the most that Rein takes"
      ),
      ("\"layer_norm_epsilon\": -1", "layer_norm_epsilon is -1.0: it must not be negative"),
      ("\"initializer_range\": -0.5", "initializer_range is -0.5: it must not be negative"),
      ("\"x\": 1, \"x\": 2", "has the key 'x' twice"),
      (
        "\"architectures\": [\"BertForMaskedLM\"]",
        "architectures 'BertForMaskedLM' is no gpt2 model"
      ),
      ("\"x\": \(String(repeating: "[", count: 100_000))", "is not JSON"),
      ("\"n_layer\": null", "has no key 'n_layer'"), ("\"x\": ", "is not JSON"),
    ])
  func `a configuration that Rein cannot follow is refused with its key`(
    change: String, reason: String
  ) throws {
    try withTemporaryFolder { url in
      let folder = ModelFolder(url)
      let shape = """
        {"model_type": "gpt2", "vocab_size": 40, "n_positions": 32, "n_embd": 16, "n_layer": 2,
        "n_head": 2, \(change)}
        """
      // A later key of the same name would be a matter of taste: the earlier one goes.
      let key = change.prefix { $0 != ":" }
      let parts = shape.dropFirst().dropLast().split(separator: ",").map(String.init)
      let kept = parts.dropLast().filter { !$0.contains(key + ":") } + [change]
      try Data("{\(kept.joined(separator: ","))}".utf8).write(to: folder.configurationURL)
      #expect {
        try folder.configuration()
      } throws: { error in
        guard case ModelFolder.Problem.configuration(let file, let text) = error else {
          return false
        }
        return file == folder.configurationURL.path && text.hasPrefix(reason)
      }
    }
  }

  @Test func `a folder without a configuration is unreadable, one without a key says which`() throws
  {
    try withTemporaryFolder { url in
      let folder = ModelFolder(url)
      #expect {
        try folder.languageModel()
      } throws: { error in
        guard case ModelFolder.Problem.unreadable(let file, _) = error else { return false }
        return file == folder.configurationURL.path
      }
      try write(["model_type": "gpt2", "n_embd": 16], folder)
      let problem = ModelFolder.Problem.configuration(
        file: folder.configurationURL.path, reason: "has no key 'vocab_size'")
      #expect(throws: problem) { try folder.configuration() }
    }
  }

  @Test func `a classifier of several labels is not a reward model`() throws {
    try withTemporaryFolder { url in
      let folder = ModelFolder(url)
      try folder.save(try Fixture.reward())
      var fields = try json(folder)
      fields["id2label"] = ["0": "bad", "1": "good"]
      try write(fields, folder)
      let problem = ModelFolder.Problem.configuration(
        file: folder.configurationURL.path, reason: "a reward model has one label, this one has 2")
      #expect(throws: problem) { try folder.rewardModel() }
    }
  }

  @Test func `a layer that the configuration does not count is an error`() throws {
    try withTemporaryFolder { url in
      let folder = ModelFolder(url)
      try folder.save(try Fixture.language())
      var fields = try json(folder)
      fields["n_layer"] = 1
      try write(fields, folder)
      #expect(
        throws: WeightError.unexpected(
          file: folder.weightsURL.path, tensor: "transformer.h.1.ln_1.weight")
      ) { try folder.languageModel() }
    }
  }

  @Test(arguments: [
    ("llama-biased", "attention_bias", "model.layers.0.self_attn.q_proj.bias"),
    ("qwen3", "model_type", "model.layers.0.self_attn.q_norm.weight"),
  ])
  func `a weight that the configuration rules out is an error`(
    family: String, key: String, tensor: String
  ) throws {
    let sound = ModelFolder(try Fixture.url("families/\(family)"))
    try withTemporaryFolder { url in
      let folder = ModelFolder(url)
      var fields = try json(sound)
      fields["architectures"] = nil
      fields[key] = key == "model_type" ? "llama" : nil
      try write(fields, folder)
      try FileManager.default.copyItem(at: sound.weightsURL, to: folder.weightsURL)
      #expect(throws: WeightError.unexpected(file: folder.weightsURL.path, tensor: tensor)) {
        try folder.languageModel()
      }
    }
  }

  // They were drawn at random before, without end where there were said to be many.
  @Test func `under a fresh head no layer is made up`() throws {
    try withTemporaryFolder { url in
      let folder = ModelFolder(url)
      try folder.save(try Fixture.language())
      var fields = try json(folder)
      fields["n_layer"] = 60_000
      try write(fields, folder)
      #expect(
        throws: WeightError.missing(
          file: folder.weightsURL.path, tensor: "transformer.h.2.ln_1.weight")
      ) { try folder.rewardModel(headFrom: Generator(seed: 1)) }
    }
  }

  @Test func `a reward scale of zero is refused`() throws {
    try withTemporaryFolder { url in
      let folder = ModelFolder(url)
      try folder.save(try Fixture.reward())
      var fields = try json(folder)
      fields["rein_reward_normalization"] = ["mean": 0, "deviation": 0]
      try write(fields, folder)
      let problem = ModelFolder.Problem.configuration(
        file: folder.configurationURL.path,
        reason: "rein_reward_normalization.deviation is 0.0: it must be positive")
      #expect(throws: problem) { try folder.rewardModel() }
    }
  }
}
