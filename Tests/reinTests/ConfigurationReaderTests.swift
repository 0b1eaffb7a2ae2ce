import Experiments
import Foundation
import LanguageModels
import NeuralNetworks
import Rewards
import TensorTestSupport
import Testing
import Torch
import Training
import Yams

@testable import rein

@Suite struct `A configuration` {
  typealias Supervised = SupervisedRun.Configuration
  typealias Policy = PolicyRun.Configuration

  private func read<Configuration: RunConfiguration>(
    _ type: Configuration.Type, _ words: String...
  ) throws -> Configuration {
    try ConfigurationReader.read(type, from: words).configuration
  }

  // Reads a file with a text, and perhaps flags behind it; gives back the file's path too, for messages.
  private func read<Configuration: RunConfiguration>(
    _ type: Configuration.Type, file text: String, _ words: String...
  ) throws -> Configuration {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "run.yaml")
      try text.write(to: file, atomically: true, encoding: .utf8)
      return try ConfigurationReader.read(type, from: [file.path] + words).configuration
    }
  }

  // The message without the folder.
  private func complaint<Configuration: RunConfiguration>(
    _ type: Configuration.Type, file text: String? = nil, _ words: String...
  ) throws -> String {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "run.yaml")
      try (text ?? "").write(to: file, atomically: true, encoding: .utf8)
      do {
        _ = try ConfigurationReader.read(type, from: (text == nil ? [] : [file.path]) + words)
      } catch let error as ConfigurationProblem {
        return "\(error)".replacingOccurrences(of: folder.path + "/", with: "")
      }
      return "none"
    }
  }

  @Test func `is the defaults where nothing is given`() throws {
    #expect(try read(Supervised.self) == Supervised())
    #expect(try read(RewardRun.Configuration.self) == RewardRun.Configuration())
    #expect(try read(Policy.self) == Policy(.init(preset: .ppoKL)))
    #expect(try read(HoneypotConfiguration.self) == HoneypotConfiguration())
    #expect(try read(Supervised.self, file: "") == Supervised())
    #expect(try read(Supervised.self, file: "# nothing\n") == Supervised())
  }

  @Test func `is a file, and flags win over it`() throws {
    let found = try read(
      Supervised.self,
      file: """
        train: [a.jsonl, b.jsonl]
        model:
          layers: 3
        training:
          optimizer: {learning_rate: 0.5}
        seed: 9
        """, "--seed", "11", "--width=32", "--training.epochs", "7", "--stored-type", "bfloat16")
    #expect(found.train == ["a.jsonl", "b.jsonl"] && found.seed == 11)
    #expect(found.model.layers == 3 && found.model.width == 32 && found.model.heads == 6)
    #expect(found.training.epochs == 7 && found.training.optimizer.learningRate == 0.5)
    #expect(found.training.optimizer.beta2 == 0.95 && found.storedType == .bfloat16)
  }

  @Test func `takes one file for a list of one`() throws {
    #expect(try read(Supervised.self, "--train", "a.jsonl").train == ["a.jsonl"])
    #expect(try read(Supervised.self, "--train", "[a.jsonl, b.jsonl]").train.count == 2)
    #expect(try read(Supervised.self, file: "train: a.jsonl").train == ["a.jsonl"])
  }

  @Test(arguments: ["none", "null", "~"]) func `knows no value from a value called none`(
    word: String
  ) throws {
    let flags = [
      "--critic.clip-range", word, "--max-grad-norm", word, "--output", word, "--target", word,
      "--greedy-awareness", word,
    ]
    let found = try ConfigurationReader.read(Policy.self, from: flags).configuration
    #expect(found.training.method.critic.clipRange == nil)
    #expect(found.training.optimizer.maximumGradientNorm == nil && found.output == nil)
    #expect(found.training.method.objective.clipRange == 0.2)
    let kept = try read(Policy.self, "--placement", "none", "--whitening", "none")
    #expect(kept.training.method.reference.placement == .none)
    #expect(kept.training.method.advantage.whitening == .none)
  }

  @Test func `of a preset has its choices, which can be changed one by one`() throws {
    for preset in Method.Preset.allCases {
      #expect(try read(Policy.self, "--preset", preset.rawValue) == Policy(.init(preset: preset)))
    }
    let found = try read(Policy.self, file: "preset: actde", "--advantage.lambda", "0.5")
    #expect(found.training.method.advantage.estimator == .actde)
    #expect(found.training.method.advantage.lambda == 0.5)
    #expect(
      try complaint(Policy.self, "--preset", "dpo")
        == "--preset: there is no method 'dpo'; there are reinforce, vpg, a2c, ppo, ppo-penalty, ppo-kl, trpo, actde, gaa, gaa-code, gaa-text, gaa-per-token, rloo, grpo"
    )
  }

  @Test func `in a file may name sections with dots, as flags do`() throws {
    let found = try read(
      Policy.self,
      file: "training.steps: 7\ntraining:\n  epochs: 2\n  method.advantage: {lambda: 0.5}\n")
    #expect(found.training.steps == 7 && found.training.epochs == 2)
    #expect(found.training.method.advantage.lambda == 0.5)
    #expect(
      try complaint(Policy.self, file: "seed: 1\ntraining.stepz: 7\n").contains(
        "line 2: unknown key 'training.stepz'; did you mean 'training.steps'?"))
    #expect(try complaint(Policy.self, file: "training.steps: abc\n").contains("line 1"))
  }

  @Test func `read again from its own text is itself, absent values too`() throws {
    let resolved = try ConfigurationReader.read(
      Policy.self,
      from: [
        "--critic.clip-range", "none", "--max-grad-norm", "none", "--preset", "gaa-text",
        "--prompts", "[a, 'b: c']", "--learning-rate", "0.00003",
      ])
    #expect(try read(Policy.self, file: resolved.text) == resolved.configuration)
    #expect(resolved.configuration.training.method.critic.clipRange == nil)
    for key in Policy.keys {
      let tree = try #require(try Yams.compose(yaml: resolved.text)?.mapping)
      #expect(ConfigurationTree.value(at: key, in: tree) != nil, "\(key)")
    }
    #expect(!resolved.text.contains("e-1") && resolved.text.contains("coefficient: 0.05"))
  }

  @Test func `names an unknown key with file, line and the nearest one`() throws {
    #expect(
      try complaint(Supervised.self, file: "seed: 1\nmodel:\n  widht: 3\n")
        == "run.yaml, line 3: unknown key 'model.widht'; did you mean 'model.width'?")
    // In the wrong section.
    #expect(
      try complaint(Supervised.self, file: "learning_rat: 3\n")
        == "run.yaml, line 1: unknown key 'learning_rat'; did you mean 'training.optimizer.learning_rate'?"
    )
    #expect(
      try complaint(Supervised.self, "--zzzzzzzzz", "1") == "--zzzzzzzzz: unknown key 'zzzzzzzzz'")
    #expect(
      try complaint(Supervised.self, "--sed", "1")
        == "--sed: unknown key 'sed'; did you mean 'seed'?")
  }

  @Test func `names the keys of a section that stands as a flag`() throws {
    #expect(
      try complaint(Supervised.self, "--optimizer", "1").hasPrefix(
        "--optimizer names a section; a flag names one of its keys: --training.optimizer."))
  }

  @Test func `names a flag that could be two`() throws {
    #expect(
      try complaint(Policy.self, "--lambda", "1")
        == "--lambda could be --training.method.advantage.lambda or --training.method.critic.lambda"
    )
  }

  @Test func `takes one reward model or several, and the ends of names that were there before`()
    throws
  {
    let one = try withTemporaryFolder { folder in
      let file = folder.appending(path: "run.yaml")
      try "reward: {model: a, judge: {url: u}}\n".write(
        to: file, atomically: true, encoding: .utf8)
      return try ConfigurationReader.read(Policy.self, from: [file.path]).configuration.reward
    }
    #expect(one.model == ["a"] && one.judge.url == "u" && one.length == LengthChoice())
    let words = [
      "--model", "[a, b]", "--scale", "probability", "--temperature", "0.5", "--gold", "g",
      "--combine", "worst", "--low", "2", "--expressions", "^a", "--cache", "c.jsonl",
    ]
    #expect(throws: ConfigurationProblem.self) {
      try ConfigurationReader.read(Policy.self, from: words)
    }
    let fitting = words.map { $0 == "--low" ? "--length.low" : $0 }
    let configuration = try ConfigurationReader.read(Policy.self, from: fitting).configuration
    let reward = configuration.reward
    #expect(reward.model == ["a", "b"] && reward.scale == .probability && reward.gold == "g")
    #expect(reward.combine == .worst && reward.length.low == 2 && reward.judge.cache == "c.jsonl")
    #expect(reward.pattern.expressions == ["^a"] && reward.judge.temperature == 0)
    #expect(configuration.training.sampling.temperature == 0.5)
  }

  @Test func `names a wrong value with file and line, or flag`() throws {
    let inFile = try complaint(Supervised.self, file: "seed: 1\nmodel:\n  width: wide\n")
    #expect(inFile.hasPrefix("run.yaml, line 3: key 'model.width': "), "\(inFile)")
    let flag = try complaint(Supervised.self, "--width", "wide")
    #expect(flag.hasPrefix("--model.width: ") && !flag.contains("key"), "\(flag)")
    let list = try complaint(Supervised.self, file: "seed: 1\ntrain:\n  - a\n  - [b]\n")
    #expect(list.hasPrefix("run.yaml, line 2: key 'train': "), "\(list)")
    let name = try complaint(Policy.self, file: "reward:\n  hole: deep\n")
    #expect(name.hasPrefix("run.yaml, line 2: key 'reward.hole': "), "\(name)")
    let section = try complaint(Supervised.self, file: "model: 5\n")
    #expect(section.hasPrefix("run.yaml, line 1: key 'model"), "\(section)")
  }

  @Test func `names the line that is not YAML`() throws {
    let open = try complaint(Supervised.self, file: "seed: 1\ntrain: [a\nbase: b\n")
    #expect(open.hasPrefix("run.yaml, line 3: not valid YAML"), "\(open)")
    #expect(
      try complaint(Supervised.self, file: "just words\n")
        == "run.yaml, line 1: a configuration is 'key: value' lines")
    let twice = try complaint(Supervised.self, file: "seed: 1\nbase: b\nseed: 2\n")
    #expect(twice.contains("the key 'seed' stands twice"), "\(twice)")
    #expect(
      try complaint(Supervised.self, "there.yaml")
        == "there.yaml: cannot be read: there is no such file")
  }

  @Test func `names words that are no flags`() throws {
    #expect(try complaint(Supervised.self, "--seed") == "--seed needs a value")
    #expect(
      try complaint(Supervised.self, "--seed", "1", "run.yaml")
        == "'run.yaml' is neither a flag nor the configuration file, which stands first")
  }
}

@Suite struct `Keys of configurations` {
  // Every key has a meaning, and every meaning is of a key that can be set.
  private func check<Configuration: RunConfiguration>(_ type: Configuration.Type) throws {
    let resolved = try ConfigurationReader.read(type, from: [])
    let tree = try #require(try Yams.compose(yaml: resolved.text)?.mapping)
    let encoded = ConfigurationTree.leaves(of: tree).map(\.path)
    #expect(Set(encoded).subtracting(type.keys) == [])
    #expect(Set(type.keys).count == type.keys.count && type.keys.count == encoded.count)
    for key in type.keys {
      var tree = tree
      // A number no key of which is a section takes: what is not decoded passes in silence.
      ConfigurationTree.set(
        .sequence([["not", "this"], ["nor", "that"]]), at: key.split(separator: "."), in: &tree)
      #expect(throws: DecodingError.self, "\(key) is not read") {
        try YAMLDecoder().decode(type, from: .mapping(tree))
      }
    }
  }

  @Test func `have a meaning each, and are read each`() throws {
    try check(SupervisedRun.Configuration.self)
    try check(RewardRun.Configuration.self)
    try check(PolicyRun.Configuration.self)
    try check(PreferenceRun.Configuration.self)
    try check(BestOfNRun.Configuration.self)
    try check(HoneypotConfiguration.self)
    try check(ControlRun.Configuration.self)
    try check(DilemmaConfiguration.self)
    try check(ClassicControlConfiguration.self)
  }

  @Test func `stand in the help with defaults as people write them`() {
    let help = SupervisedRun.Configuration.helpText()
    #expect(help.contains("--model.dropout (default: 0.1)"))
    #expect(help.contains("--training.optimizer.learning_rate (default: 0.002)"))
    #expect(help.contains("--tokenizer (default: none)") && help.contains("--train (default: [])"))
    for key in PolicyRun.Configuration.keys {
      #expect(PolicyRun.Configuration.helpText().contains("--\(key) (default: "))
    }
  }
}

@Suite struct `Names that are nearly right` {
  @Test(arguments: [
    ("", "", 0), ("abc", "", 3), ("", "ab", 2), ("kitten", "sitting", 3), ("seed", "seed", 0),
    ("lambda", "lamdba", 2), ("ab", "ba", 2), ("flaw", "lawn", 2),
  ])
  func `are as far away as the edits between them`(first: String, second: String, distance: Int) {
    #expect(editDistance(first, second) == distance)
    #expect(editDistance(second, first) == distance)
  }

  @Test func `are offered only where near enough`() {
    #expect(nearestName(to: "epoch", among: ["steps", "epochs"]) == "epochs")
    #expect(nearestName(to: "temperature", among: ["steps", "epochs"]) == nil)
    #expect(nearestName(to: "x", among: []) == nil)
  }
}
