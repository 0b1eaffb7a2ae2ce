import Foundation
import LanguageModels
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

@Suite struct `Adapter folders` {
  private let tokens = Tensor([7, 12, 3, 15, 11, 2, 18, 9], shape: [2, 4])

  private func json(_ folder: AdapterFolder) throws -> [String: Any] {
    let data = try Data(contentsOf: folder.configurationURL)
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// A folder with PEFT's adapter on GPT-2, changed.
  private func changed(
    in url: URL, _ change: (inout [String: Any]) -> Void,
    weights: (inout Parameters) -> Void = { _ in }
  ) throws -> AdapterFolder {
    let (source, folder) = (
      AdapterFolder(try Adapters.folder("gpt2").url), AdapterFolder(url.appending(path: "adapter"))
    )
    try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
    var fields = try json(source)
    fields["base_model_name_or_path"] = try Fixture.url("language").path
    change(&fields)
    try JSONSerialization.data(withJSONObject: fields).write(to: folder.configurationURL)
    let file = try SafeTensors(contentsOf: source.weightsURL)
    var parameters = Parameters()
    for name in file.names { parameters.append(name, try file.tensor(name)) }
    weights(&parameters)
    try SafeTensors.write(parameters, to: folder.weightsURL)
    return folder
  }

  @Test(arguments: Adapters.language) func `are saved as PEFT saves them`(name: String) throws {
    let (golden, base) = (try Adapters.folder(name), try Adapters.base(name).url)
    let model = try golden.languageModel()
    try withTemporaryFolder { url in
      let folder = AdapterFolder(url)
      try folder.save(model, base: base.path, tokenizer: nil)
      try expectSame(folder, AdapterFolder(golden.url))
      let loaded = try ModelFolder(url).languageModel()
      #expect(loaded.adapter?.configuration == model.adapter?.configuration)
      #expect(Tiny.bytes(loaded.trainedParameters) == Tiny.bytes(model.trainedParameters))
      #expect(loaded.logits(tokens).doubles == model.logits(tokens).doubles)
      var outputs = Parameters()
      outputs.append("tokens", tokens)
      outputs.append("logits", loaded.logits(tokens))
      try export(folder, base, name, outputs)
    }
  }

  @Test(arguments: Adapters.reward) func `of reward models keep head and normalisation`(
    name: String
  ) throws {
    let (golden, base) = (try Adapters.folder(name), try Adapters.base(name).url)
    var model = try golden.rewardModel()
    model.normalization = RewardModel.Normalization(mean: 0.25, deviation: 3)
    try withTemporaryFolder { url in
      let folder = AdapterFolder(url)
      try folder.save(model, base: base.path, tokenizer: nil)
      try expectSame(folder, AdapterFolder(golden.url))
      let loaded = try ModelFolder(url).rewardModel()
      #expect(loaded.normalization == model.normalization)
      #expect(loaded.scores([[1, 2], [3]]) == model.scores([[1, 2], [3]]))
      var outputs = Parameters()
      outputs.append("tokens", tokens)
      outputs.append("scores", loaded.rawScores(TokenBatch([[7, 12, 3, 15], [11, 2, 18, 9]])))
      try export(folder, base, name, outputs)
    }
  }

  // Every key that Rein writes has PEFT's value, and every tensor its name, shape and bits.
  private func expectSame(_ folder: AdapterFolder, _ golden: AdapterFolder) throws {
    let (own, other) = (try json(folder), try json(golden))
    for (key, value) in own where !["base_model_name_or_path", "init_lora_weights"].contains(key) {
      let right = other[key]
      if let list = value as? [String] {
        #expect(Set(list) == Set(right as? [String] ?? []), "\(key)")
      } else if let number = value as? NSNumber {
        #expect(number == right as? NSNumber, "\(key)")
      } else {
        #expect("\(value)" == "\(right ?? "absent")", "\(key)")
      }
    }
    let (left, right) = (
      try SafeTensors(contentsOf: folder.weightsURL), try SafeTensors(contentsOf: golden.weightsURL)
    )
    #expect(left.names == right.names)
    for name in left.names {
      expectEqual(try left.tensor(name), try right.tensor(name), tolerance: 0)
    }
  }

  // Scripts/fixtures/check_adapters.py loads what this leaves where it says.
  private func export(_ folder: AdapterFolder, _ base: URL, _ name: String, _ outputs: Parameters)
    throws
  {
    guard let path = ProcessInfo.processInfo.environment["REIN_EXPORT"] else { return }
    let target = URL(filePath: path).appending(path: "adapters/\(name)")
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: folder.url, to: target)
    try SafeTensors.write(outputs, to: target.appending(path: "outputs.safetensors"))
  }

  @Test func `stand for the model that they name, with its tokenizer`() throws {
    try withTemporaryFolder { url in
      let base = ModelFolder(url.appending(path: "base"))
      try base.save(try Fixture.language())
      try Data("{}".utf8).write(to: base.tokenizerURL)
      let adapted = try Fixture.language().adapted(by: LoRA(), using: Generator(seed: 1))
      let folder = AdapterFolder(url.appending(path: "adapter"))
      // Seen from the adapter's own folder, as nothing is seen from here.
      try folder.save(adapted, base: "../base")
      #expect(try folder.base().url.standardizedFileURL.path == base.url.standardizedFileURL.path)
      let stand = ModelFolder(folder.url)
      #expect(try Data(contentsOf: stand.tokenizerURL) == Data("{}".utf8))
      #expect(try stand.languageModel().logits(tokens).doubles == adapted.logits(tokens).doubles)
      try folder.save(adapted, base: "../base", tokenizer: base.tokenizerURL)
      #expect(stand.tokenizerURL.deletingLastPathComponent().lastPathComponent == "adapter")
      #expect(throws: ModelFolder.Problem.self) {
        try folder.languageModel(on: ModelFolder(Fixture.url("families/qwen2")))
      }
    }
  }

  @Test func `give way to a whole model that is saved over them, which has the adapter in it`()
    throws
  {
    try withTemporaryFolder { url in
      let model = try Adapters.folder("gpt2-all").languageModel()
      try AdapterFolder(url).save(model, base: Adapters.base("gpt2-all").url.path)
      try ModelFolder(url).save(model)
      #expect(ModelFolder(url).adapter == nil)
      expectEqual(
        try ModelFolder(url).languageModel().logits(tokens), model.logits(tokens), tolerance: 1e-4)
    }
  }

  static let faults: [(key: String, value: any Sendable, reason: String)] = [
    ("peft_type", "LOHA", "peft_type 'LOHA' is not supported: LORA is"),
    ("task_type", "TOKEN_CLS", "task_type 'TOKEN_CLS' is not supported: CAUSAL_LM and SEQ_CLS are"),
    ("task_type", "SEQ_CLS", "task_type is SEQ_CLS: CAUSAL_LM is wanted here"),
    ("use_dora", true, "key 'use_dora' is not supported"),
    ("lora_bias", true, "key 'lora_bias' is not supported"),
    ("bias", "all", "bias 'all' is not supported: none is"),
    ("rank_pattern", ["c_attn": 4], "key 'rank_pattern' is not supported"),
    ("alpha_pattern", ["c_attn": 4], "key 'alpha_pattern' is not supported"),
    ("layers_to_transform", [1], "key 'layers_to_transform' is not supported"),
    ("exclude_modules", ["c_fc"], "key 'exclude_modules' is not supported"),
    ("some_new_key", 3, "key 'some_new_key' is not supported"),
    ("modules_to_save", ["lm_head"], "modules_to_save 'lm_head' is not supported"),
    ("init_lora_weights", "pissa", "init_lora_weights 'pissa' is not supported"),
    ("target_modules", ".*attn", "target_modules '.*attn' is a pattern, which is not supported"),
    ("target_modules", [String](), "target_modules names no module"),
    ("target_modules", ["q_proj"], "target_modules 'q_proj' is no projection of a gpt2 model"),
    ("target_modules", ["wte"], "target_modules 'wte' is no projection of a gpt2 model"),
    ("r", 0, "r is 0: it must be at least 1"),
    ("r", "three", "key 'r': "),
    ("r", 1_000_000_000_000, "r is 1000000000000: no projection of the model is wider than 64"),
    ("lora_alpha", -1, "lora_alpha is -1.0: it must be above 0"),
    ("lora_dropout", 1, "lora_dropout is 1.0: it must be in [0, 1)"),
    (
      "base_model_name_or_path", "nowhere/gpt2",
      "base_model_name_or_path 'nowhere/gpt2' is no folder"
    ),
    ("base_model_name_or_path", "../adapter", "the model to adapt, "),
    ("base_model_name_or_path", "", "base_model_name_or_path names no folder"),
  ]

  @Test(arguments: faults.indices) func `that cannot be followed are refused with file and key`(
    index: Int
  ) throws {
    let (key, value, reason) = Self.faults[index]
    try withTemporaryFolder { url in
      let folder = try changed(in: url) { $0[key] = value }
      #expect {
        try folder.languageModel()
      } throws: { error in
        guard case ModelFolder.Problem.configuration(let file, let text) = error else {
          Issue.record("\(error)")
          return false
        }
        return file == folder.configurationURL.path && text.hasPrefix(reason)
      }
    }
  }

  @Test(arguments: ["r", "lora_alpha", "peft_type"]) func `that lack a key are refused with it`(
    key: String
  ) throws {
    try withTemporaryFolder { url in
      let folder = try changed(in: url) { $0[key] = nil }
      #expect(
        throws: ModelFolder.Problem.configuration(
          file: folder.configurationURL.path, reason: "has no key '\(key)'")
      ) {
        try folder.languageModel()
      }
    }
  }

  @Test func `with keys that say nothing are followed`() throws {
    try withTemporaryFolder { url in
      let folder = try changed(in: url) {
        $0["a_switch_to_come"] = false
        $0["a_choice_to_come"] = NSNull()
        $0["a_list_to_come"] = [Int]()
        $0["peft_version"] = "99.0"
        $0["task_type"] = NSNull()
        $0["use_rslora"] = nil
        $0["init_lora_weights"] = "gaussian"
      }
      let model = try folder.languageModel()
      #expect(
        try model.logits(tokens).doubles
          == Adapters.folder("gpt2").languageModel().logits(tokens).doubles)
    }
  }

  @Test func `whose tensors are not the model's are refused with the tensor`() throws {
    let name = "base_model.model.transformer.h.1.attn.c_attn.lora_B.weight"
    let cases: [(change: (inout Parameters) -> Void, error: (String) -> WeightError)] = [
      ({ $0 = $0.filter { $0 != name } }, { .missing(file: $0, tensor: name) }),
      (
        { $0.append("base_model.model.score.weight", .zeros([1, 16])) },
        { .unexpected(file: $0, tensor: "base_model.model.score.weight") }
      ),
      (
        {
          $0 = $0.filter { $0 != name }
          $0.append(name, .zeros([40, 3]))
        }, { .shape(file: $0, tensor: name, stored: [40, 3], expected: [48, 3]) }
      ),
    ]
    for (change, error) in cases {
      try withTemporaryFolder { url in
        let folder = try changed(in: url, { _ in }, weights: change)
        #expect(throws: error(folder.weightsURL.path)) { try folder.languageModel() }
      }
    }
  }

  @Test func `of language models are no reward models`() throws {
    try withTemporaryFolder { url in
      let folder = try changed(in: url) { _ in }
      #expect(
        throws: ModelFolder.Problem.configuration(
          file: folder.configurationURL.path,
          reason: "a reward model starts from a whole model; merge the adapter first")
      ) {
        try ModelFolder(folder.url).rewardModel(headFrom: Generator(seed: 1))
      }
      #expect(
        throws: ModelFolder.Problem.configuration(
          file: folder.configurationURL.path,
          reason: "task_type is CAUSAL_LM: SEQ_CLS is wanted here")
      ) {
        try ModelFolder(folder.url).rewardModel()
      }
    }
  }
}
