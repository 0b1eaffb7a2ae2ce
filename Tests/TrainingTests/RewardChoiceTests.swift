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
import Training

@Suite struct `What a run is rewarded for` {
  typealias Change = @Sendable (inout RewardChoice) -> Void

  // A choice of everything, in which each part is sound.
  static var everything: RewardChoice {
    var choice = RewardChoice()
    choice.model = ["one", "two"]
    choice.length.weight = 1
    (choice.pattern.weight, choice.pattern.expressions) = (1, ["a+"])
    (choice.words.weight, choice.words.list) = (1, ["good"])
    (choice.lexicon.weight, choice.lexicon.file) = (1, "words.tsv")
    (choice.program.weight, choice.program.command) = (1, "true")
    (choice.judge.weight, choice.judge.url) = (1, "http://localhost/v1")
    (choice.judge.servedModel, choice.judge.rubric) = ("m", "r")
    return choice
  }

  @Test func `may be everything at once, or any one part`() throws {
    try Self.everything.validate()
    var length = RewardChoice()
    length.length.weight = -1
    try length.validate()
    var model = RewardChoice()
    model.model = ["one"]
    try model.validate()
  }

  static let mistakes: [(key: String, change: Change)] = [
    ("model", { $0 = RewardChoice() }), ("model", { $0.model = [""] }),
    ("model", { $0.model = ["one", ""] }), ("model_weight", { $0.modelWeight = 0 }),
    ("model_weight", { $0.modelWeight = .nan }), ("penalty", { $0.penalty = -1 }),
    ("word", { $0.word = "two words" }), ("word", { $0.hole = .capped }),
    (
      "hole",
      {
        $0.model = []
        ($0.hole, $0.word) = (.capped, "good")
      }
    ),
    ("length.weight", { $0.length.weight = .infinity }),
    (
      "length.weight",
      {
        $0.length = LengthChoice()
        $0.length.low = 3
      }
    ),
    ("length.slope", { $0.length.slope = 0 }), ("length.cap", { $0.length.cap = 0 }),
    ("length.high", { ($0.length.low, $0.length.high) = (3, 2) }),
    ("length.low", { $0.length.low = -1 }),
    ("length.slope", { ($0.length.low, $0.length.slope) = (3, -1) }),
    ("pattern.expressions", { $0.pattern.expressions = [] }),
    ("pattern.expressions", { $0.pattern.expressions = ["a", "("] }),
    ("pattern.limit", { $0.pattern.limit = 0 }), ("words.list", { $0.words.list = [] }),
    ("words.list", { $0.words.list = ["a-b"] }), ("words.limit", { $0.words.limit = 0 }),
    ("lexicon.file", { $0.lexicon.file = "" }), ("program.command", { $0.program.command = " " }),
    ("program.workers", { $0.program.workers = 0 }),
    ("program.timeout", { $0.program.timeout = 0 }),
    ("program.weight", { $0.program.weight = 0 }), ("judge.url", { $0.judge.url = "" }),
    ("judge.served_model", { $0.judge.servedModel = "" }),
    ("judge.rubric", { $0.judge.rubric = "" }), ("judge.rubric", { $0.judge.rubricFile = "r.txt" }),
    ("judge.high", { $0.judge.high = 0 }), ("judge.timeout", { $0.judge.timeout = .nan }),
    ("judge.judge_temperature", { $0.judge.temperature = -1 }),
    ("judge.retries", { $0.judge.retries = -1 }),
    ("judge.requests_per_second", { $0.judge.requestsPerSecond = 0 }),
    ("judge.concurrency", { $0.judge.concurrency = 0 }),
    ("judge.key_variable", { $0.judge.keyVariable = "REIN_NO_SUCH_VARIABLE" }),
  ]

  @Test(arguments: mistakes.indices) func `is refused by its key where it cannot be`(index: Int) {
    let (key, change) = Self.mistakes[index]
    var choice = Self.everything
    change(&choice)
    #expect {
      try choice.validate()
    } throws: { error in
      guard case .configuration(let named, _)? = error as? TrainingError else { return false }
      return named == "reward.\(key)"
    }
  }
}

@Suite struct `A run with many rewards` {
  private func files(_ body: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try Tiny.saveLanguage(in: folder.appending(path: "base"))
      try Tiny.saveReward(in: folder.appending(path: "reward"))
      try Tiny.saveReward(in: folder.appending(path: "second"), seed: 3)
      try Tiny.write(Tiny.texts.map { ["text": $0] }, to: folder.appending(path: "texts.jsonl"))
      try body(folder)
    }
  }

  private func run(
    _ folder: URL, _ name: String, _ reward: RewardChoice
  ) throws -> (report: StepReport, samples: [Sample], weights: Data) {
    var configuration = PolicyRun.Configuration(.init(preset: .ppoKL))
    configuration.policy = folder.appending(path: "base").path
    configuration.prompts = [folder.appending(path: "texts.jsonl").path]
    configuration.promptWords = 2
    configuration.reward = reward
    configuration.training.steps = 2
    configuration.training.episodesPerStep = 8
    configuration.training.sampling.maximumLength = 5
    let context = RunContext(
      folder: folder.appending(path: name), configurationText: "", commandLine: [], versions: [:],
      existing: .refuse)
    let result = try PolicyRun(configuration).run(context, observer: .silent)
    let samples = try JSONLines.read(
      Sample.self, from: folder.appending(path: "\(name)/samples.jsonl"))
    let weights = try Data(contentsOf: ModelFolder(result.model).weightsURL)
    return (try #require(result.lastReport), samples, weights)
  }

  @Test func `adds them all up`() throws {
    try files { folder in
      let path = { (name: String) in folder.appending(path: name).path }
      try "film\t1\nthe\t-0.5\na\t0.5\n".write(
        to: folder.appending(path: "words.tsv"), atomically: true, encoding: .utf8)
      let program = """
        import json, sys
        for line in sys.stdin:
            request = json.loads(line)
            print(json.dumps({"id": request["id"], "scores": [t % 2 for t in request["tokens"]]}), flush=True)
        """
      try program.write(
        to: folder.appending(path: "reward.py"), atomically: true, encoding: .utf8)
      var reward = RewardChoice()
      reward.model = [path("reward"), path("second")]
      (reward.modelWeight, reward.combine) = (0.5, .meanMinusDeviation)
      (reward.length.weight, reward.length.high) = (2, 3)
      (reward.pattern.weight, reward.pattern.expressions) = (1, ["[aeiou]"])
      (reward.words.weight, reward.words.list) = (1, ["film", "the", "a"])
      (reward.lexicon.weight, reward.lexicon.file) = (1, path("words.tsv"))
      (reward.program.weight, reward.program.command) = (0.25, "python3 '\(path("reward.py"))'")
      (reward.program.workers, reward.gold) = (2, path("reward"))
      let (report, samples, _) = try run(folder, "all", reward)
      let names = ["model", "length", "pattern", "words", "lexicon", "program"]
      let parts = try names.map { try #require(report[.rewardPart($0)]) }
      expectEqual(try #require(report[.scores]), parts.reduce(0, +), tolerance: 1e-9)
      #expect(try #require(report[.rewardPart("model_disagreement")]) > 0)
      #expect(try #require(report[.rewardMean("program")]) > 0)
      let first = try #require(samples.first)
      #expect(Set(first.rewards.keys) == Set(names + ["score"]))
      expectEqual(
        try #require(first.rewards["score"]),
        names.reduce(0) { $0 + (first.rewards[$1] ?? .nan) }, tolerance: 1e-9)
    }
  }

  @Test func `needs no reward model, and stops where a program does`() throws {
    try files { folder in
      var reward = RewardChoice()
      (reward.length.weight, reward.length.unit) = (1, .tokens)
      let (report, _, _) = try run(folder, "length", reward)
      #expect(report[.rewardPart("length")] == report[.scores])
      (reward.program.weight, reward.program.command) = (1, "false")
      let error = #expect(throws: RewardFailure.self) { try run(folder, "program", reward) }
      #expect(error?.part == "program" && error?.completion == 0)
      #expect("\(try #require(error))".contains("'false' ended with exit status 1"))
    }
  }

  @Test func `asks a judge with a cache nothing twice, and learns the same from it`() throws {
    try files { folder in
      let server = try JudgeServer()
      var reward = RewardChoice()
      (reward.judge.weight, reward.judge.url, reward.judge.servedModel) = (3, server.url, "good")
      let rubric = folder.appending(path: "rubric.txt")
      try "Be brief.".write(to: rubric, atomically: true, encoding: .utf8)
      reward.judge.rubricFile = rubric.path
      reward.judge.cache = folder.appending(path: "judge.jsonl").path
      let first = try run(folder, "first", reward)
      let state = try server.state()
      #expect((8...16).contains(state.requests))
      #expect(state.questions.allSatisfy { $0.messages[0].content.hasPrefix("Be brief.") })
      let second = try run(folder, "second-run", reward)
      #expect(try server.state().requests == state.requests)
      #expect(second.weights == first.weights)
      #expect(first.report[.rewardPart("judge")] == first.report[.scores])
    }
  }

  @Test func `refuses a lexicon by file and line`() throws {
    try files { folder in
      let file = folder.appending(path: "words.tsv")
      try "good\t1\nbad\n".write(to: file, atomically: true, encoding: .utf8)
      var reward = RewardChoice()
      (reward.lexicon.weight, reward.lexicon.file) = (1, file.path)
      #expect(
        throws: FileError.malformed(
          file: file.path, line: 2, reason: "must be a word, a tab and a finite number")
      ) { try run(folder, "run", reward) }
    }
  }
}
