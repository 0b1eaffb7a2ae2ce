import Feedback
import Files
import Foundation
import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Rewards
import RunRecords
import TensorTestSupport
import Testing
import Tokenization
import Training

@Suite struct `A run whose input is wrong` {
  private func context(_ folder: URL) -> RunContext {
    RunContext(
      folder: folder.appending(path: "run"), configurationText: "", commandLine: [], versions: [:],
      existing: .refuse)
  }

  // The key that is named, or nil where another error or none is thrown.
  private func key(_ body: () throws -> Void) -> String? {
    do {
      try body()
    } catch TrainingError.configuration(let key, _) {
      return key
    } catch {
      Issue.record("\(error)")
    }
    return nil
  }

  private func files(_ body: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try Tiny.saveLanguage(in: folder.appending(path: "base"))
      try Tiny.saveReward(in: folder.appending(path: "reward"))
      try Tiny.write(Tiny.texts.map { ["text": $0] }, to: folder.appending(path: "texts.jsonl"))
      try body(folder)
    }
  }

  @Test func `names the setting that is missing`() throws {
    try withTemporaryFolder { folder in
      let context = context(folder)
      #expect(
        key { _ = try SupervisedRun(.init()).run(context, observer: .silent) } == "tokenizer")
      #expect(key { _ = try RewardRun(.init()).run(context, observer: .silent) } == "base")
      var configuration = PolicyRun.Configuration()
      #expect(key { _ = try PolicyRun(configuration).run(context, observer: .silent) } == "policy")
      configuration.policy = "there"
      #expect(
        key { _ = try PolicyRun(configuration).run(context, observer: .silent) } == "reward.model")
      #expect(!FileManager.default.fileExists(atPath: context.folder.path))
    }
  }

  @Test func `names a policy setting that does not fit`() throws {
    try files { folder in
      let path = { (name: String) in folder.appending(path: name).path }
      var right = PolicyRun.Configuration()
      right.policy = path("base")
      right.reward.model = [path("reward")]
      right.prompts = [path("texts.jsonl")]
      // A reward model with another vocabulary, one that is too short, a hole without a word.
      let other = try Tiny.reward(Tiny.shape(vocabulary: 40, positions: 48))
      try ModelFolder(folder.appending(path: "other")).save(other)
      var shape = try Tiny.textShape()
      shape.positionCount = 20
      try ModelFolder(folder.appending(path: "short")).save(Tiny.reward(shape))
      let changes: [(String, (inout PolicyRun.Configuration) -> Void)] = [
        ("reward.model", { $0.reward.model = [path("other")] }),
        ("reward.gold", { $0.reward.gold = path("other") }),
        ("training.sampling.max_new_tokens", { $0.reward.model = [path("short")] }),
        ("training.sampling.max_new_tokens", { $0.training.sampling.maximumLength = 48 }),
        ("reward.word", { $0.reward.hole = .capped }),
      ]
      for (expected, change) in changes {
        var configuration = right
        change(&configuration)
        let found = key {
          _ = try PolicyRun(configuration).run(context(folder), observer: .silent)
        }
        #expect(found == expected)
      }
    }
  }

  // A completion that is cut is read with an end-of-text token more: prompt + 40 + 1 must fit 48 positions.
  @Test func `leaves out prompts for which the reward model has no room`() throws {
    try files { folder in
      let path = { (name: String) in folder.appending(path: name).path }
      let tokenizer = try Tiny.tokenizer()
      let long = try #require(
        Tiny.texts.max { tokenizer.encode($0).count < tokenizer.encode($1).count })
      let words = long.split(separator: " ").map(String.init)
      let room = (1...words.count).map { count in
        1 + tokenizer.encode(words.prefix(count).joined(separator: " ")).count
      }
      var configuration = PolicyRun.Configuration()
      configuration.policy = path("base")
      configuration.reward.model = [path("reward")]
      configuration.prompts = [path("texts.jsonl")]
      configuration.promptWords = 2
      configuration.training.steps = 1
      configuration.training.episodesPerStep = 16
      // The policy has room for the longest prompt, the reward model with its token has not.
      configuration.training.sampling.maximumLength = 48 - room[1]
      _ = try PolicyRun(configuration).run(context(folder), observer: .silent)
    }
  }

  @Test func `names file, line and key of a row without ratings`() throws {
    try files { folder in
      let file = folder.appending(path: "rated.jsonl")
      try Tiny.write(
        [["text": "a", "ratings": [1]], ["text": "b", "ratings": [Int]()]], to: file)
      var configuration = RewardRun.Configuration()
      configuration.base = folder.appending(path: "base").path
      configuration.train = [file.path]
      #expect(
        throws: FileError.wrongValue(
          file: file.path, line: 2, key: "ratings", reason: "must hold at least one rating")
      ) { try RewardRun(configuration).run(context(folder), observer: .silent) }
    }
  }

  @Test func `names the files where there is nothing to compare, or two kinds at once`() throws {
    try files { folder in
      let (rated, one) = (folder.appending(path: "rated.jsonl"), folder.appending(path: "1.jsonl"))
      try Tiny.write([["text": "a", "ratings": [1]], ["text": "b", "ratings": [2]]], to: rated)
      try Tiny.write([["text": "a", "ratings": [1]]], to: one)
      var configuration = RewardRun.Configuration()
      configuration.base = folder.appending(path: "base").path
      configuration.train = [rated.path]
      configuration.heldOut = [one.path]
      #expect(
        key { _ = try RewardRun(configuration).run(context(folder), observer: .silent) }
          == "held_out")
      try Tiny.write([["chosen": "a", "rejected": "b"]], to: one)
      configuration.heldOut = []
      configuration.train = [rated.path, one.path]
      #expect(
        key { _ = try RewardRun(configuration).run(context(folder), observer: .silent) } == "train")
      configuration.dropout = 1
      #expect(
        key { _ = try RewardRun(configuration).run(context(folder), observer: .silent) } == "base")
    }
  }

  @Test func `names a tokenizer with more tokens than the model`() throws {
    try files { folder in
      let small = folder.appending(path: "small")
      try ModelFolder(small).save(
        Tiny.language(), tokenizer: folder.appending(path: "base/tokenizer.json"))
      var configuration = SupervisedRun.Configuration()
      configuration.base = small.path
      configuration.train = [folder.appending(path: "texts.jsonl").path]
      #expect(
        key { _ = try SupervisedRun(configuration).run(context(folder), observer: .silent) }
          == "base")
    }
  }
}
