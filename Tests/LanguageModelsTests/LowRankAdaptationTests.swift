import Foundation
import LanguageModels
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

/// What Scripts/fixtures/adapters.py wrote.
enum Adapters {
  struct Expected: Decodable {
    struct Variant: Decodable {
      let base: String
      let loss: Double?
      let trained: Int
    }

    let texts: [[Int]]
    let variants: [String: Variant]
  }

  static let language = [
    "gpt2", "gpt2-all", "gpt2-some", "gpt_neox", "gpt_neox-all", "llama", "llama-all", "mistral",
    "qwen2", "qwen3",
  ]
  static let reward = ["gpt2-reward", "gpt_neox-reward", "llama-reward"]

  static func expected() throws -> Expected {
    let url = try Fixture.url("adapters/expected.json")
    return try JSONDecoder().decode(Expected.self, from: Data(contentsOf: url))
  }

  static func tensors() throws -> SafeTensors {
    try SafeTensors(contentsOf: Fixture.url("adapters/expected.safetensors"))
  }

  static func folder(_ name: String) throws -> ModelFolder {
    try ModelFolder(Fixture.url("adapters/\(name)"))
  }

  static func base(_ name: String) throws -> ModelFolder {
    try ModelFolder(Fixture.url(#require(expected().variants[name]).base))
  }

  static func padded(_ shape: DecoderConfiguration) throws -> TokenBatch {
    try TokenBatch(expected().texts, padding: #require(shape.paddingToken))
  }
}

/// <doc:LowRankAdaptation>
@Suite struct `Low-rank adaptation` {
  private let tokens = Tensor([7, 12, 3, 25, 31, 2, 18, 9], shape: [2, 4])

  private func fresh(_ change: (inout LoRA) -> Void = { _ in }) throws -> (
    plain: LanguageModel, adapted: LanguageModel
  ) {
    let plain = try Fixture.language()
    var lora = LoRA()
    change(&lora)
    return (plain, try plain.adapted(by: lora, using: Generator(seed: 1)))
  }

  private func disturb(_ parameters: Parameters, seed: UInt64 = 9) {
    let generator = Generator(seed: seed)
    for tensor in parameters.tensors {
      tensor.assign(
        generator.normal(tensor.shape, standardDeviation: 0.3).cast(to: tensor.dataType))
    }
  }

  @Test func `is tried as PEFT does it`() throws {
    #expect(
      try Set(Adapters.expected().variants.keys) == Set(Adapters.language + Adapters.reward))
  }

  @Test(arguments: Adapters.language) func `has PEFT's logits`(name: String) throws {
    let folder = try Adapters.folder(name)
    let model = try folder.languageModel()
    #expect(try !folder.isRewardModel() && folder.configuration() == model.configuration)
    #expect(
      try model.trainedParameters.elementCount == Adapters.expected().variants[name]?.trained)
    let golden = try Adapters.tensors().tensor("\(name)/logits")
    for (logits, tolerance) in [
      (try model.logits(Adapters.padded(model.configuration).tokens), 1e-5),
      (try model.merged().logits(Adapters.padded(model.configuration).tokens), 2e-5),
    ] {
      for (index, text) in try Adapters.expected().texts.enumerated() {
        expectEqual(
          row(logits, index).slice(0, 0..<text.count), row(golden, index).slice(0, 0..<text.count),
          tolerance: tolerance, relative: 1e-5)
      }
    }
  }

  @Test(arguments: Adapters.reward) func `has PEFT's rewards`(name: String) throws {
    let folder = try Adapters.folder(name)
    #expect(try folder.isRewardModel())
    let model = try folder.rewardModel()
    let golden = try Adapters.tensors().tensor("\(name)/logits").squeezed(-1)
    let batch = try Adapters.padded(model.configuration)
    expectEqual(model.rawScores(batch), golden, tolerance: 1e-5, relative: 1e-5)
    expectEqual(try model.merged().rawScores(batch), golden, tolerance: 2e-5, relative: 1e-5)
  }

  @Test(arguments: Adapters.language) func `has PEFT's gradients, of A and B alone`(name: String)
    throws
  {
    let model = try Adapters.folder(name).languageModel()
    let layout = ResponseLayout(
      try Adapters.expected().texts.map {
        Completion(prompt: [$0[0]], tokens: Array($0.dropFirst()), finish: .length)
      })
    let (loss, slopes) = Tensor.recording {
      let loss = -model.statistics(layout).statistics.logProbabilities.mean()
      return (loss.item, loss.gradients(of: model.trainedParameters.tensors))
    }
    expectEqual(loss, try #require(Adapters.expected().variants[name]?.loss), tolerance: 1e-5)
    try expectGradients(slopes, of: model.trainedParameters, as: name)
    #expect(!model.parameters.tensors.contains { $0.requiresGradient })
    #expect(model.trainedParameters.tensors.allSatisfy { $0.requiresGradient })
  }

  @Test(arguments: Adapters.reward) func `has PEFT's gradients of rewards, with the head's`(
    name: String
  ) throws {
    let model = try Adapters.folder(name).rewardModel()
    let batch = try Adapters.padded(model.configuration)
    let slopes = Tensor.recording {
      model.rawScores(batch).sum().gradients(of: model.trainedParameters.tensors)
    }
    try expectGradients(slopes, of: model.trainedParameters, as: name)
    #expect(model.trainedParameters.names.last == "base_model.model.score.weight")
  }

  private func expectGradients(_ slopes: [Tensor], of trained: Parameters, as name: String) throws {
    let golden = try Adapters.tensors()
    #expect(golden.names.count { $0.hasPrefix("\(name)/gradient.") } == trained.count)
    for (weight, slope) in zip(trained.names, slopes) {
      let right = try golden.tensor("\(name)/gradient.\(weight)")
      let size = right.squared().sum().squareRoot().item
      #expect((slope - right).squared().sum().squareRoot().item <= 1e-4 * size, "\(weight)")
    }
  }

  @Test(arguments: Adapters.language + Adapters.reward) func `has PEFT's merged weights`(
    name: String
  ) throws {
    let folder = try Adapters.folder(name)
    let weights =
      try folder.isRewardModel()
      ? folder.rewardModel().merged().parameters : folder.languageModel().merged().parameters
    let golden = try Adapters.tensors()
    let changed = golden.names.filter { $0.hasPrefix("\(name)/merged.") }
    #expect(!changed.isEmpty)
    let file = try Adapters.base(name).weights()
    for (weight, tensor) in zip(weights.names, weights.tensors) {
      let merged = "\(name)/merged.\(weight)"
      let right = try golden.contains(merged) ? golden.tensor(merged) : file.tensor(weight)
      expectEqual(tensor, right, tolerance: golden.contains(merged) ? 1e-6 : 0)
    }
    #expect(changed.allSatisfy { weights.names.contains(String($0.dropFirst(name.count + 8))) })
  }

  @Test func `leaves the model as it was, bit by bit, until it is trained`() throws {
    let (plain, adapted) = try fresh { $0.targets = ["all-linear"] }
    #expect(adapted.logits(tokens).doubles == plain.logits(tokens).doubles)
    #expect(adapted.trainedParameters.count == 2 * 4 * 2)
    disturb(adapted.trainedParameters)
    #expect(adapted.logits(tokens).doubles != plain.logits(tokens).doubles)
  }

  // One storage: what is written into it through one model is read through the others.
  @Test func `shares the weights under it, and gives them back with the adapter off`() throws {
    let (plain, adapted) = try fresh()
    disturb(adapted.trainedParameters)
    let base = try adapted.base
    #expect(base.adapter == nil && base.parameters.names == plain.parameters.names)
    #expect(base.logits(tokens).doubles == plain.logits(tokens).doubles)
    let other = plain.trunk.tokenEmbedding.detached() * 2
    Tensor.withoutRecording { plain.trunk.tokenEmbedding.assign(other) }
    for model in [adapted, base] {
      #expect(model.trunk.tokenEmbedding.doubles == other.doubles)
    }
    #expect(base.logits(tokens).doubles == plain.logits(tokens).doubles)
  }

  @Test func `is copied by itself`() throws {
    let (plain, adapted) = try fresh()
    disturb(adapted.trainedParameters)
    let before = adapted.logits(tokens).doubles
    let twin = try adapted.copy()
    #expect(twin.logits(tokens).doubles == before)
    disturb(adapted.trainedParameters, seed: 10)
    #expect(twin.logits(tokens).doubles == before && adapted.logits(tokens).doubles != before)
    Tensor.withoutRecording {
      plain.trunk.tokenEmbedding.assign(plain.trunk.tokenEmbedding.detached() * 2)
    }
    #expect(twin.logits(tokens).doubles != before)
  }

  @Test func `samples with the probabilities it trains with`() throws {
    let (_, adapted) = try fresh { $0.targets = ["all-linear"] }
    disturb(adapted.trainedParameters)
    let rollout = Sampler(adapted, Sampling(maximumLength: 6), stopTokens: [])
      .rollout([[3, 1, 4], [9]], using: Generator(seed: 2))
    let trained = adapted.statistics(ResponseLayout(rollout.completions)).statistics
    expectEqual(
      rollout.logProbabilities,
      trained.logProbabilities.reshaped(to: rollout.logProbabilities.shape), tolerance: 1e-5)
  }

  @Test func `has the gradients of central differences through a whole model`() throws {
    var lora = LoRA()
    lora.rank = 2
    lora.targets = ["mlp.c_proj", "c_attn"]
    let model = try Fixture.exact().adapted(by: lora, using: Generator(seed: 1))
    disturb(model.trainedParameters)
    let layout = ResponseLayout(Fixture.completions)
    let loss = { -model.statistics(layout).statistics.logProbabilities.mean() }
    let slopes = Tensor.recording { loss().gradients(of: model.trainedParameters.tensors) }
    for (tensor, slope) in zip(model.trainedParameters.tensors, slopes) {
      let start = tensor.doubles
      for place in [0, start.count / 2, start.count - 1] {
        let sides = [1e-5, -1e-5].map { shift in
          var moved = start
          moved[place] += shift
          tensor.assign(Tensor(moved, shape: tensor.shape))
          return loss().item
        }
        tensor.assign(Tensor(start, shape: tensor.shape))
        expectEqual(slope.doubles[place], (sides[0] - sides[1]) / 2e-5, tolerance: 1e-7)
      }
    }
  }

  @Test func `drops what the adapter sees only where a generator is given`() throws {
    let (_, adapted) = try fresh { $0.dropout = 0.5 }
    #expect(adapted.hasDropout && !adapted.configuration.hasDropout)
    disturb(adapted.trainedParameters)
    let plain = adapted.logits(tokens).doubles
    let dropped = { (seed: UInt64) in
      adapted.logits(tokens, Trunk.Context(adapterDropout: Generator(seed: seed))).doubles
    }
    #expect(dropped(1) != plain && dropped(1) == dropped(1) && dropped(1) != dropped(2))
    #expect(
      adapted.logits(tokens, Trunk.Context(dropout: Generator(seed: 1))).doubles == dropped(1))
    #expect(adapted.logits(tokens).doubles == plain)
  }

  @Test func `is scaled by α/r, or by α/√r`() {
    var lora = LoRA()
    lora.rank = 16
    lora.alpha = 4
    #expect(lora.scale == 0.25)
    lora.isRankStabilized = true
    #expect(lora.scale == 1)
  }

  static let families: [(name: String, targets: [String])] = [
    ("language", ["c_attn"]), ("families/gpt_neox", ["query_key_value"]),
    ("families/llama", ["q_proj", "v_proj"]), ("families/qwen3", ["q_proj", "v_proj"]),
  ]

  @Test(arguments: families) func `adapts what PEFT adapts where nobody says what`(
    family: (name: String, targets: [String])
  ) throws {
    let shape = try ModelFolder(Fixture.url(family.name)).configuration()
    #expect(try LoRA().resolved(for: shape).targets == family.targets)
  }

  static let faults: [(LoRA.Fault.Choice, @Sendable (inout LoRA) -> Void, String)] = [
    (.rank, { $0.rank = 0 }, "is 0: it must be at least 1"),
    (.rank, { $0.rank = 65 }, "is 65: no projection of the model is wider than 64"),
    (.alpha, { $0.alpha = 0 }, "is 0.0: it must be above 0"),
    (.alpha, { $0.alpha = .infinity }, "is inf: it must be above 0"),
    (.dropout, { $0.dropout = 1 }, "is 1.0: it must be in [0, 1)"),
    (
      .targets, { $0.targets = ["c_attn", "q_proj"] },
      "'q_proj' is no projection of a gpt2 model: there are c_attn, c_fc, c_proj; 'all-linear', alone, takes all"
    ),
    (
      .targets, { $0.targets = ["attn"] },
      "'attn' is no projection of a gpt2 model: there are c_attn, c_fc, c_proj; 'all-linear', alone, takes all"
    ),
  ]

  @Test(arguments: faults.indices) func `that cannot be is refused with its choice`(index: Int)
    throws
  {
    let (choice, change, reason) = Self.faults[index]
    #expect(throws: LoRA.Fault(choice: choice, reason: reason)) { try fresh(change) }
  }
}
