import Feedback
import Foundation
import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Rewards
import RunRecords
import Synchronization
import TensorTestSupport
import Testing
import Tokenization
import Torch
import Training

private func context(_ folder: URL) -> RunContext {
  RunContext(
    folder: folder, configurationText: "seed: 7\n", commandLine: ["rein", "test"],
    versions: ["rein": "test"], existing: .refuse)
}

/// An observer that asks to stop after some steps.
private func stopping(after limit: Int) -> RunObserver {
  let steps = Counter()
  return RunObserver(
    progress: { _, _, _ in steps.count.add(1, ordering: .relaxed) }, note: { _ in },
    isStopRequested: { steps.count.load(ordering: .relaxed) >= limit })
}

private final class Counter: Sendable {
  let count = Atomic(0)
}

/// Files for tiny runs in a folder.
private struct Files {
  let folder: URL

  func path(_ name: String) -> String { folder.appending(path: name).path }
  func url(_ name: String) -> URL { folder.appending(path: name) }

  init(_ folder: URL) throws {
    self.folder = folder
    try Tiny.saveLanguage(in: folder.appending(path: "base"))
    try Tiny.saveReward(in: folder.appending(path: "reward"))
    try Tiny.write(Tiny.texts.map { ["text": $0] }, to: folder.appending(path: "texts.jsonl"))
    try Tiny.write(
      Tiny.texts.enumerated().map { ["text": $1, "ratings": [$0, $0 + 1]] },
      to: folder.appending(path: "rated.jsonl"))
  }

  var supervised: SupervisedRun.Configuration {
    var configuration = SupervisedRun.Configuration()
    configuration.train = [path("texts.jsonl")]
    configuration.heldOut = [path("texts.jsonl")]
    configuration.tokenizer = path("base/tokenizer.json")
    configuration.model.layers = 2
    configuration.model.width = 16
    configuration.model.heads = 2
    configuration.model.positions = 40
    configuration.training.batchTokens = 60
    return configuration
  }

  var reward: RewardRun.Configuration {
    var configuration = RewardRun.Configuration()
    configuration.base = path("base")
    configuration.train = [path("rated.jsonl")]
    configuration.heldOut = [path("rated.jsonl")]
    configuration.training.batchTexts = 4
    return configuration
  }

  func policy(_ preset: Method.Preset = .ppoKL) -> PolicyRun.Configuration {
    var configuration = PolicyRun.Configuration(.init(preset: preset))
    configuration.policy = path("base")
    configuration.prompts = [path("texts.jsonl")]
    configuration.promptWords = 2
    configuration.reward.model = [path("reward")]
    configuration.training.steps = 3
    configuration.training.episodesPerStep = 4
    configuration.training.sampling.maximumLength = 5
    return configuration
  }

  /// Checks what every run folder holds, and gives back the events.
  func records(of name: String) throws -> [MetricEvent] {
    let run = try RunFolder(opening: url(name))
    #expect(try String(contentsOf: run.configuration, encoding: .utf8) == "seed: 7\n")
    #expect(try run.readManifest().starts.first?.commandLine == ["rein", "test"])
    let board = try FileManager.default.contentsOfDirectory(atPath: run.tensorBoard.path)
    #expect(board.contains { $0.contains("tfevents") })
    let events = try run.readEvents()
    #expect(events.map(\.step) == Array(1...max(1, events.count)))
    return events
  }
}

@Suite struct `A run in a folder` {
  @Test func `of supervised training leaves records and a model that loads`() throws {
    try withTemporaryFolder { folder in
      let files = try Files(folder)
      let result = try SupervisedRun(files.supervised).run(
        context(files.url("sft")), observer: .silent)
      guard case .finished = result.ending else {
        Issue.record("\(result.ending)")
        return
      }
      let events = try files.records(of: "sft")
      let names = Set(events[0].values.keys.map(\.name))
      #expect(names.isSuperset(of: ["loss", "grad_norm", "num_tokens", "lr", "validation/loss"]))
      expectEqual(
        try #require(events.last?[.validationLoss]), try #require(result.heldOutLoss),
        tolerance: 1e-9)
      let model = try ModelFolder(result.model).languageModel()
      #expect(model.parameters.elementCount == result.parameterCount)
      #expect(result.model.lastPathComponent == "model")
      let tokenizer = try Data(contentsOf: ModelFolder(result.model).tokenizerURL)
      #expect(try tokenizer == Data(contentsOf: files.url("base/tokenizer.json")))
    }
  }

  // Eight texts in four positions each: what is cut off is neither predicted nor counted.
  @Test func `counts only the bytes that fit the model`() throws {
    try withTemporaryFolder { folder in
      let files = try Files(folder)
      var configuration = files.supervised
      configuration.model.positions = 4
      configuration.training.epochs = 1
      let result = try SupervisedRun(configuration).run(
        context(files.url("sft")), observer: .silent)
      let tokenizer = try Tiny.tokenizer()
      let kept = Tiny.texts.map { Array(tokenizer.encode($0).prefix(3)) }
      let bytes = kept.reduce(0) { $0 + tokenizer.decodeBytes($1).count }
      let nats = try #require(result.heldOutLoss) * 24
      expectEqual(
        try #require(result.bitsPerByte), nats / log(2) / Double(bytes), tolerance: 1e-6)
    }
  }

  @Test func `of reward training leaves records and a model that loads`() throws {
    try withTemporaryFolder { folder in
      let files = try Files(folder)
      let result = try RewardRun(files.reward).run(
        context(files.url("reward-run")), observer: .silent)
      let events = try files.records(of: "reward-run")
      let names = Set(events[0].values.keys.map(\.name))
      #expect(names.isSuperset(of: ["loss", "accuracy", "margin", "grad_norm", "lr"]))
      #expect(events.last?[.validationAccuracy] != nil)
      #expect(result.accuracies.map(\.file) == ["rated"])
      let model = try ModelFolder(result.model).rewardModel()
      #expect(model.normalization != .identity && model.normalization.deviation > 0)
    }
  }

  @Test(arguments: [Method.Preset.ppoKL, .actde, .gaaCode])
  func `of policy optimization leaves records, a policy and a critic`(preset: Method.Preset) throws
  {
    try withTemporaryFolder { folder in
      let files = try Files(folder)
      var configuration = files.policy(preset)
      configuration.reward.hole = .capped
      configuration.reward.word = "comedy"
      configuration.reward.gold = files.path("reward")
      let result = try PolicyRun(configuration).run(context(files.url("run")), observer: .silent)
      let events = try files.records(of: "run")
      #expect(events.count == 3)
      let names = Set(events[0].values.keys.map(\.name))
      // As TRL names them.
      let expected: Set = [
        "eps", "objective/kl", "objective/entropy", "objective/non_score_reward",
        "objective/rlhf_reward", "objective/scores", "policy/approxkl_avg", "policy/clipfrac_avg",
        "loss/policy_avg", "loss/value_avg", "val/clipfrac_avg", "policy/entropy_avg", "val/ratio",
        "val/ratio_var", "val/num_eos_tokens", "lr", "episode",
      ]
      #expect(expected.subtracting(names) == [])
      #expect(names.isSuperset(of: ["hack/gold_reward", "hack/honeypot_rate"]))
      let run = try RunFolder(opening: files.url("run"))
      let samples = try run.readSamples()
      #expect(samples.count == 12 && !samples[0].prompt.isEmpty)
      let saved = ModelFolder(result.model)
      let policy = try saved.languageModel()
      let critic = try #require(try saved.critic(for: policy))
      #expect(critic.kind == configuration.training.method.critic.kind)
      #expect(critic.parameters.tensors.contains { $0.doubles.contains { $0 != 0 } })
      #expect(
        try Tiny.bytes(policy.parameters)
          != Tiny.bytes(ModelFolder(files.url("base")).languageModel().parameters))
    }
  }

  @Test func `on a budget leaves what the policy knows of it, and goes on from there`() throws {
    try withTemporaryFolder { folder in
      let files = try Files(folder)
      var configuration = files.policy(.ppo)
      configuration.training.method.reference.placement = .budget
      configuration.training.method.reference.budget.nats = 0.01
      configuration.training.optimizer.learningRate = 1e-2
      configuration.computation.precision = .bfloat16
      let result = try PolicyRun(configuration).run(context(files.url("run")), observer: .silent)
      for event in try files.records(of: "run") {
        let values = Dictionary(
          uniqueKeysWithValues: event.values.map { ($0.key.name, $0.value) })
        let spent = try #require(values["budget/spent"])
        #expect(spent <= 0.01 && spent == values["budget/kl"])
        #expect(values["objective/kl_coefficient"] == 0 && values["budget/share"] ?? 0 > 0)
      }
      let saved = ModelFolder(result.model)
      let head = try #require(try saved.budgetHead(for: saved.languageModel()))
      #expect(head.parameters.tensors.allSatisfy { $0.isAllFinite })
      // The second layer began at zero.
      #expect(head.parameters.tensors[2].doubles.contains { $0 != 0 })
      configuration.policy = result.model.path
      configuration.reference = files.path("base")
      configuration.training.optimizer.learningRate = 0
      let again = try PolicyRun(configuration).run(context(files.url("on")), observer: .silent)
      let kept = try #require(
        try ModelFolder(again.model).budgetHead(for: saved.languageModel()))
      #expect(Tiny.bytes(kept.parameters) == Tiny.bytes(head.parameters))
    }
  }

  @Test func `computes as it is asked to`() throws {
    try withTemporaryFolder { folder in
      let files = try Files(folder)
      var configuration = files.policy()
      configuration.computation.precision = .bfloat16
      configuration.computation.recomputesBlocks = true
      let result = try PolicyRun(configuration).run(context(files.url("run")), observer: .silent)
      #expect(try ModelFolder(result.model).languageModel().parameters.count > 0)
      #expect(try files.records(of: "run").count == 3)
    }
  }

  @Test func `of preferences and of best answers leave records and what was asked for`() throws {
    try withTemporaryFolder { folder in
      let files = try Files(folder)
      try Tiny.write(
        (0..<7).map { ["chosen": Tiny.texts[$0], "rejected": Tiny.texts[$0 + 1]] },
        to: files.url("pairs.jsonl"))
      var preferences = PreferenceRun.Configuration()
      preferences.policy = files.path("base")
      preferences.train = [files.path("pairs.jsonl")]
      preferences.heldOut = preferences.train
      preferences.training.batchPairs = 3
      let dpo = try PreferenceRun(preferences).run(context(files.url("dpo")), observer: .silent)
      let names = Set(try files.records(of: "dpo").last.map { $0.values.keys.map(\.name) } ?? [])
      #expect(names.isSuperset(of: ["rewards/margins", "logps/chosen", "validation/accuracy"]))
      #expect(try ModelFolder(dpo.model).languageModel().parameters.count > 0)
      #expect(dpo.heldOut != nil)

      var best = BestOfNRun.Configuration()
      best.policy = files.path("base")
      best.prompts = [files.path("texts.jsonl")]
      best.promptWords = 2
      best.reward.model = [files.path("reward")]
      best.reward.gold = files.path("reward")
      best.training.rounds = 2
      best.training.promptsPerRound = 3
      best.training.answers = 4
      best.training.sampling.maximumLength = 5
      let kept = try BestOfNRun(best).run(context(files.url("best")), observer: .silent)
      #expect(try files.records(of: "best").count == 2 && kept.curve.count == 3)
      #expect(kept.curve.allSatisfy { $0.gold == $0.score })
      // The page of the run finds them in its folder.
      #expect(try RunFolder(opening: files.url("best")).readBestAnswers() == kept.curve)
      // What was kept is data to learn from.
      var learning = files.supervised
      learning.train = [kept.answers.path]
      learning.training.epochs = 1
      _ = try SupervisedRun(learning).run(context(files.url("sft")), observer: .silent)
    }
  }

  @Test func `writes over no model, and over one that is to be replaced only at its end`() throws {
    try withTemporaryFolder { folder in
      let files = try Files(folder)
      let before = try Data(contentsOf: ModelFolder(files.url("base")).weightsURL)
      var configuration = files.policy()
      configuration.output = files.path("base")
      #expect {
        try PolicyRun(configuration).run(context(files.url("refused")), observer: .silent)
      } throws: { error in
        guard case .configuration(key: "output", reason: _)? = error as? TrainingError else {
          return false
        }
        return true
      }
      #expect(!FileManager.default.fileExists(atPath: files.path("refused")))
      var replacing = context(files.url("run"))
      replacing.existing = .overwrite
      let result = try PolicyRun(configuration).run(replacing, observer: stopping(after: 2))
      #expect(result.model.path.hasSuffix("run/model"))
      #expect(try Data(contentsOf: ModelFolder(files.url("base")).weightsURL) == before)
      let finished = try PolicyRun(configuration).run(replacing, observer: .silent)
      #expect(finished.model.path == files.path("base"))
      #expect(try Data(contentsOf: ModelFolder(files.url("base")).weightsURL) != before)
    }
  }

  @Test(arguments: [("stored_type", DataType.int64), ("stored_type", .float64)])
  func `refuses types that hold no weights before it trains`(key: String, type: DataType) throws {
    try withTemporaryFolder { folder in
      let files = try Files(folder)
      var configuration = files.supervised
      configuration.storedType = type
      #expect {
        try SupervisedRun(configuration).run(context(files.url("run")), observer: .silent)
      } throws: { error in
        guard case .configuration(key: let named, reason: _)? = error as? TrainingError else {
          return false
        }
        return named == key
      }
    }
  }

  // The word is only counted: the reward is that of a run without it.
  @Test func `with a word and no hole is rewarded as without the word`() throws {
    try withTemporaryFolder { folder in
      let files = try Files(folder)
      let scores = try [nil, "comedy"].map { word in
        var configuration = files.policy()
        configuration.reward.word = word
        let result = try PolicyRun(configuration).run(
          context(files.url("run-\(word ?? "none")")), observer: .silent)
        return try #require(result.lastReport?[.scores])
      }
      #expect(scores[0] == scores[1])
    }
  }

  @Test func `stops where it is asked to, with the model saved`() throws {
    try withTemporaryFolder { folder in
      let files = try Files(folder)
      let result = try PolicyRun(files.policy()).run(
        context(files.url("ppo")), observer: stopping(after: 2))
      guard case .stopped(afterSteps: 2) = result.ending else {
        Issue.record("\(result.ending)")
        return
      }
      #expect(try files.records(of: "ppo").count == 2)
      _ = try ModelFolder(result.model).languageModel()

      let supervised = try SupervisedRun(files.supervised).run(
        context(files.url("sft")), observer: stopping(after: 1))
      let reward = try RewardRun(files.reward).run(
        context(files.url("rewards")), observer: stopping(after: 1))
      guard case .stopped(afterSteps: 1) = supervised.ending,
        case .stopped(afterSteps: 1) = reward.ending
      else {
        Issue.record("\(supervised.ending), \(reward.ending)")
        return
      }
      _ = try ModelFolder(supervised.model).languageModel()
      _ = try ModelFolder(reward.model).rewardModel()
    }
  }

  @Test func `that breaks leaves the last good model behind`() throws {
    try withTemporaryFolder { folder in
      let files = try Files(folder)
      var configuration = files.policy()
      configuration.training.optimizer.learningRate = 1e30
      configuration.training.epochs = 1
      #expect(throws: TrainingError.self) {
        try PolicyRun(configuration).run(context(files.url("ppo")), observer: .silent)
      }
      _ = try ModelFolder(files.url("ppo/model")).languageModel()
      #expect(try files.records(of: "ppo").count >= 1)
    }
  }

  @Test func `is refused where a run is already, and touches nothing`() throws {
    try withTemporaryFolder { folder in
      let files = try Files(folder)
      _ = try PolicyRun(files.policy()).run(context(files.url("ppo")), observer: .silent)
      let events = try Data(contentsOf: files.url("ppo/events.jsonl"))
      #expect(throws: RunRecordsError.folderNotEmpty(files.url("ppo").path)) {
        try PolicyRun(files.policy()).run(context(files.url("ppo")), observer: .silent)
      }
      #expect(try Data(contentsOf: files.url("ppo/events.jsonl")) == events)
    }
  }
}
