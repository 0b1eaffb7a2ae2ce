import Foundation
import LanguageModels
import NeuralNetworks
import RunRecords
import TensorTestSupport
import Testing
import Torch
import Training

/// Files for tiny runs, and what runs of them leave.
private struct AdapterRuns {
  let folder: URL

  init(_ folder: URL) throws {
    self.folder = folder
    try Tiny.saveLanguage(in: url("base"))
    try Tiny.saveReward(in: url("reward"))
    try Tiny.write(Tiny.texts.map { ["text": $0] }, to: url("texts.jsonl"))
    try Tiny.write(
      Tiny.texts.enumerated().map { ["text": $1, "ratings": [$0, $0 + 1]] }, to: url("rated.jsonl"))
  }

  func url(_ name: String) -> URL { folder.appending(path: name) }
  func path(_ name: String) -> String { url(name).path }

  func context(_ name: String, _ existing: RunFolder.Existing = .refuse) -> RunContext {
    RunContext(
      folder: url(name), configurationText: "seed: 7\n", commandLine: ["rein", "test"],
      versions: ["rein": "test"], existing: existing)
  }

  func supervised(
    _ name: String, _ change: (inout SupervisedRun.Configuration) -> Void = { _ in }
  ) throws -> SupervisedRun.Result {
    var configuration = SupervisedRun.Configuration()
    configuration.train = [path("texts.jsonl")]
    configuration.base = path("base")
    configuration.training.batchTokens = 60
    configuration.training.epochs = 2
    configuration.lora.rank = 2
    change(&configuration)
    return try SupervisedRun(configuration).run(context(name), observer: .silent)
  }

  func reward(_ name: String, _ change: (inout RewardRun.Configuration) -> Void = { _ in }) throws
    -> RewardRun.Result
  {
    var configuration = RewardRun.Configuration()
    configuration.base = path("base")
    configuration.train = [path("rated.jsonl")]
    configuration.training.batchTexts = 4
    configuration.lora.rank = 2
    change(&configuration)
    return try RewardRun(configuration).run(context(name), observer: .silent)
  }

  func policy(
    _ name: String, _ existing: RunFolder.Existing = .refuse,
    _ change: (inout PolicyRun.Configuration) -> Void = { _ in }
  ) throws -> PolicyRun.Result {
    var configuration = PolicyRun.Configuration(.init(preset: .ppoKL))
    configuration.policy = path("base")
    configuration.prompts = [path("texts.jsonl")]
    configuration.promptWords = 2
    configuration.reward.model = [path("reward")]
    configuration.training.steps = 2
    configuration.training.episodesPerStep = 4
    configuration.training.sampling.maximumLength = 5
    configuration.training.optimizer.learningRate = 1e-2
    configuration.lora.rank = 2
    change(&configuration)
    return try PolicyRun(configuration).run(context(name, existing), observer: .silent)
  }
}

@Suite struct `A run with an adapter` {
  private let tokens = Tensor([1, 2, 3, 4], shape: [1, 4])

  private func complaint(_ body: () throws -> Void) -> (key: String, reason: String)? {
    do {
      try body()
      return nil
    } catch TrainingError.configuration(let key, let reason) {
      return (key, reason)
    } catch {
      return ("?", "\(error)")
    }
  }

  @Test func `on texts leaves an adapter, or a whole model where that is asked for`() throws {
    try withTemporaryFolder { folder in
      let runs = try AdapterRuns(folder)
      let left = try runs.supervised("sft")
      // A of 2 × 16 and B of 48 × 2 in both layers.
      #expect(left.trainedParameterCount == 2 * (2 * 16 + 48 * 2))
      let adapter = try #require(ModelFolder(left.model).adapter)
      #expect(try adapter.base().url.path == runs.path("base"))
      let files = try FileManager.default.contentsOfDirectory(atPath: left.model.path)
      #expect(
        Set(files) == ["adapter_config.json", "adapter_model.safetensors", "tokenizer.json"])
      let merged = try runs.supervised("merged") { $0.lora.merges = true }
      #expect(ModelFolder(merged.model).adapter == nil)
      // The same training, kept apart and put together.
      expectEqual(
        try ModelFolder(merged.model).languageModel().logits(tokens),
        try ModelFolder(left.model).languageModel().logits(tokens), tolerance: 1e-5)
      let base = try ModelFolder(runs.url("base")).languageModel()
      #expect(
        try base.logits(tokens).doubles
          != ModelFolder(left.model).languageModel().logits(tokens).doubles)
    }
  }

  @Test func `on preferences leaves an adapter with its head, which rewards`() throws {
    try withTemporaryFolder { folder in
      let runs = try AdapterRuns(folder)
      let left = try runs.reward("rewards")
      #expect(left.trainedParameterCount == 2 * (2 * 16 + 48 * 2) + 16)
      let model = try ModelFolder(left.model).rewardModel()
      #expect(model.normalization != .identity)
      let scores = model.scores([[0, 1, 2, 0], [0, 3, 0]])
      let whole = try runs.reward("merged") { $0.lora.merges = true }
      let merged = try ModelFolder(whole.model).rewardModel()
      for (left, right) in zip(merged.scores([[0, 1, 2, 0], [0, 3, 0]]), scores) {
        expectEqual(left, right, tolerance: 1e-4)
      }
      let result = try runs.policy("ppo") { $0.reward.model = [left.model.path] }
      #expect(result.lastReport?[.scores] != nil)
    }
  }

  @Test func `by reward leaves an adapter with its critic, from which another run goes on`() throws
  {
    try withTemporaryFolder { folder in
      let runs = try AdapterRuns(folder)
      let first = try runs.policy("first")
      let model = ModelFolder(first.model)
      let policy = try model.languageModel()
      #expect(policy.adapter?.configuration.rank == 2)
      #expect(try model.critic(for: policy)?.kind == .valueHead)
      #expect(first.trainedParameterCount == policy.trainedParameters.elementCount)
      // The reference of the second run is the first one's policy, unless the model below is asked for.
      for (name, reference) in [("start", nil), ("base", runs.path("base"))] {
        let second = try runs.policy("second-\(name)") {
          $0.policy = first.model.path
          $0.lora = AdapterChoice()
          $0.reference = reference
          $0.training.steps = 1
        }
        #expect((abs(try #require(second.lastReport?[.kl])) < 1e-5) == (reference == nil))
        let (own, base) = (
          ModelFolder(second.model), try #require(ModelFolder(second.model).adapter)
        )
        #expect(try base.base().url.path == runs.path("base"))
        #expect(
          try Tiny.bytes(own.languageModel().trainedParameters)
            != Tiny.bytes(policy.trainedParameters))
      }
    }
  }

  @Test func `that breaks leaves its adapter in the run folder`() throws {
    try withTemporaryFolder { folder in
      let runs = try AdapterRuns(folder)
      #expect(throws: TrainingError.self) {
        try runs.policy("broken") {
          $0.training.optimizer.learningRate = 1e30
          $0.training.optimizer.maximumGradientNorm = nil
          $0.training.epochs = 1
          $0.training.steps = 20
        }
      }
      _ = try ModelFolder(runs.url("broken/model")).languageModel()
      #expect(ModelFolder(runs.url("broken/model")).adapter != nil)
    }
  }

  @Test func `writes no adapter over a whole model, and over another adapter if it may`() throws {
    try withTemporaryFolder { folder in
      let runs = try AdapterRuns(folder)
      let refused = complaint {
        _ = try runs.policy("a", .overwrite) { $0.output = runs.path("base") }
      }
      #expect(refused?.key == "output")
      #expect(refused?.reason.hasSuffix("a whole model, which an adapter does not replace") == true)
      let output = runs.path("adapter")
      _ = try runs.policy("b") { $0.output = output }
      #expect(complaint { _ = try runs.policy("c") { $0.output = output } }?.key == "output")
      _ = try runs.policy("d", .overwrite) { $0.output = output }
      #expect(ModelFolder(URL(fileURLWithPath: output)).adapter != nil)
    }
  }

  static let faults:
    [(key: String, reason: String, change: @Sendable (inout AdapterChoice) -> Void)] = [
      ("lora.rank", "is 0: it must be at least 1", { $0.rank = 0 }),
      ("lora.alpha", "is -1.0: it must be above 0", { $0.alpha = -1 }),
      ("lora.lora_dropout", "is 1.5: it must be in [0, 1)", { $0.dropout = 1.5 }),
      ("lora.targets", "'q_proj' is no projection of a gpt2 model", { $0.targets = ["q_proj"] }),
      (
        "lora.alpha", "says nothing without `lora.rank`",
        {
          $0.rank = nil
          $0.alpha = 4
        }
      ),
      (
        "lora.merge", "there is no adapter to merge",
        {
          $0.rank = nil
          $0.merges = true
        }
      ),
    ]

  @Test(arguments: faults.indices) func `is refused where the choices make no sense`(index: Int)
    throws
  {
    let (key, reason, change) = Self.faults[index]
    try withTemporaryFolder { folder in
      let runs = try AdapterRuns(folder)
      for found in [
        complaint { _ = try runs.supervised("sft") { change(&$0.lora) } },
        complaint { _ = try runs.reward("rewards") { change(&$0.lora) } },
        complaint { _ = try runs.policy("ppo") { change(&$0.lora) } },
      ] {
        #expect(found?.key == key)
        #expect(found?.reason.hasPrefix(reason) == true, "\(found?.reason ?? "accepted")")
      }
      #expect(!FileManager.default.fileExists(atPath: runs.path("sft")))
    }
  }

  @Test func `is refused without a base, and on an adapter that is there already`() throws {
    try withTemporaryFolder { folder in
      let runs = try AdapterRuns(folder)
      let fresh = complaint {
        _ = try runs.supervised("a") {
          $0.tokenizer = runs.path("base/tokenizer.json")
          $0.base = nil
        }
      }
      #expect(fresh?.key == "lora.rank" && fresh?.reason == "name a `base` to adapt")
      let left = try runs.supervised("b").model
      let twice = complaint { _ = try runs.supervised("c") { $0.base = left.path } }
      #expect(twice?.key == "lora.rank")
      let merged = try runs.supervised("d") {
        $0.base = left.path
        $0.lora = AdapterChoice()
        $0.lora.merges = true
      }
      #expect(ModelFolder(merged.model).adapter == nil)
    }
  }
}
