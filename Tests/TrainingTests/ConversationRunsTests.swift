import Feedback
import Foundation
import LanguageModels
import NeuralNetworks
import RunRecords
import TensorTestSupport
import Testing
import Tokenization
import Training

@Suite struct `A run on conversations` {
  private static let template = """
    {% for message in messages %}<{{ message.role }}>{{ message.content }}{% endfor %}\
    {% if add_generation_prompt %}<assistant>{% endif %}
    """

  private func files(_ body: (URL, RunContext) throws -> Void) throws {
    try withTemporaryFolder { folder in
      for name in ["base", "reward"] {
        let model = folder.appending(path: name)
        if name == "base" {
          try Tiny.saveLanguage(in: model)
        } else {
          try Tiny.saveReward(in: model)
        }
        try Data(Self.template.utf8).write(to: model.appending(path: "chat_template.jinja"))
      }
      let context = RunContext(
        folder: folder.appending(path: "run"), configurationText: "", commandLine: [],
        versions: [:], existing: .refuse)
      try body(folder, context)
    }
  }

  private func message(_ role: String, _ words: String) -> [String: Any] {
    ["role": role, "content": words]
  }

  @Test func `learns what the assistant says, and leaves the template beside the model`() throws {
    try files { folder, context in
      let rows = ["slow", "warm", "dull", "best"].map { word -> [String: Any] in
        [
          "messages": [
            message("user", "the film"), message("assistant", word), message("user", "why"),
            message("assistant", "the plot"),
          ]
        ]
      }
      let file = folder.appending(path: "messages.jsonl")
      try Tiny.write(rows, to: file)
      var configuration = SupervisedRun.Configuration()
      configuration.base = folder.appending(path: "base").path
      configuration.train = [file.path]
      configuration.heldOut = [file.path]
      configuration.training.epochs = 60
      configuration.training.optimizer.learningRate = 1e-2
      let result = try SupervisedRun(configuration).run(context, observer: .silent)
      // The word is one of four; after it everything is known: ln 4 for each text, over its tokens.
      let tokenizer = try Tiny.tokenizer()
      let learned = ["slow", "warm", "dull", "best"]
        .map { tokenizer.encode($0).count + tokenizer.encode("the plot").count }.reduce(0, +)
      let floor = 4 * log(4) / Double(learned)
      let loss = try #require(result.heldOutLoss)
      #expect(loss > floor * 0.9 && loss < floor + 0.25, "\(loss), \(floor)")
      #expect(
        try String(
          contentsOf: result.model.appending(path: "chat_template.jinja"), encoding: .utf8)
          == Self.template)
    }
  }

  @Test func `prefers and optimizes what is said`() throws {
    try files { folder, context in
      let pairs = folder.appending(path: "pairs.jsonl")
      try Tiny.write(
        ["the film", "the plot", "a comedy", "the story"].map {
          [
            "prompt": [message("user", $0)], "chosen": [message("assistant", "lovely")],
            "rejected": [message("assistant", "dull")],
          ]
        }, to: pairs)
      var reward = RewardRun.Configuration()
      reward.base = folder.appending(path: "base").path
      reward.train = [pairs.path]
      reward.training.batchTexts = 4
      reward.output = folder.appending(path: "judge").path
      _ = try RewardRun(reward).run(context, observer: .silent)
      #expect(
        FileManager.default.fileExists(
          atPath: folder.appending(path: "judge/chat_template.jinja").path))

      var policy = PolicyRun.Configuration()
      policy.policy = folder.appending(path: "base").path
      policy.reward.model = [folder.appending(path: "judge").path]
      policy.prompts = [pairs.path]
      policy.training.steps = 1
      policy.training.episodesPerStep = 4
      policy.training.sampling.maximumLength = 4
      var other = context
      other.folder = folder.appending(path: "policy-run")
      let result = try PolicyRun(policy).run(other, observer: .silent)
      #expect(result.lastReport?.step == 1)
    }
  }
}
