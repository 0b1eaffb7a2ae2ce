import Foundation
import TensorTestSupport
import Testing

@Suite struct `The program on marked tokens` {
  private static let row = #"{"prompt": "what a", "completion": " dull film", "marks": MARKS}"#

  private func withFiles(_ body: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try Tiny.saveLanguage(in: folder.appending(path: "base"))
      try body(folder)
    }
  }

  private func write(_ marks: [String], to file: String, in folder: URL) throws {
    let rows = marks.map { Self.row.replacingOccurrences(of: "MARKS", with: $0) + "\n" }
    try Data(rows.joined().utf8).write(to: folder.appending(path: file))
  }

  private let arguments = [
    "tokens", "--policy", "base", "--train", "marks.jsonl", "--run", "run", "--epochs", "40",
    "--training.optimizer.learning_rate", "0.003",
  ]

  @Test func `trains, saves and says what became of the marks`() throws {
    try withFiles { folder in
      try write(
        [#"[{"start": 1, "end": 5, "mark": -1}]"#, #"[{"start": 6, "end": 10, "mark": 1}]"#],
        to: "marks.jsonl", in: folder)
      let outcome = try Program.run(
        arguments + ["--held-out", "marks.jsonl", "--json"], in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      let fields = try #require(
        try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
      let trained = try #require(fields["trained"] as? [String: Double])
      let bad = try #require(trained["bad_probability"])
      let good = try #require(trained["good_probability"])
      #expect(bad < 0.01 && good > 0.1, "\(trained)")
      #expect((fields["held_out"] as? [String: Double])?["bad_probability"] == bad)
      let model = folder.appending(path: "run/model/model.safetensors")
      #expect(FileManager.default.fileExists(atPath: model.path))
    }
  }

  @Test func `makes a reward model that pays for single tokens`() throws {
    try withFiles { folder in
      try write(
        [#"[{"start": 1, "end": 5, "mark": -1}]"#, #"[{"start": 6, "end": 10, "mark": 1}]"#],
        to: "marks.jsonl", in: folder)
      let reward = try Program.run(
        [
          "reward", "--base", "base", "--train", "marks.jsonl", "--held-out", "marks.jsonl",
          "--epochs", "60", "--training.optimizer.learning_rate", "0.003", "--dropout", "0",
          "--run", "reward", "--json",
        ], in: folder)
      #expect(reward.code == 0, "\(reward.errors)")
      let fields =
        try JSONSerialization.jsonObject(with: Data(reward.output.utf8)) as? [String: Any]
      #expect((fields?["accuracy"] as? [String: Double])?["marks"] == 1)
      let score = try Program.run(
        ["score", "--model", "reward/model"], input: #"{"text": "a dull film"}"#, in: folder)
      #expect(score.code == 2 && score.errors.contains("single tokens"), "\(score.errors)")
      for (key, value) in [("--reward.gold", "reward/model"), ("--reward.hole", "capped")] {
        let wrong = try Program.run(
          [
            "ppo", "--policy", "base", "--prompts", "marks.jsonl", "--reward.model",
            "reward/model", "--reward.word", "film", key, value,
          ], in: folder)
        #expect(wrong.code == 2 && wrong.errors.contains("single tokens"), "\(wrong.errors)")
      }
      let ppo = try Program.run(
        [
          "ppo", "--policy", "base", "--prompts", "marks.jsonl", "--reward.model", "reward/model",
          "--advantage.discount", "0", "--training.steps", "2", "--max_new_tokens", "4",
          "--episodes_per_step", "4", "--run", "ppo", "--json",
        ], in: folder)
      #expect(ppo.code == 0, "\(ppo.errors)")
    }
  }

  @Test(arguments: [
    (#"[{"start": 6, "end": 11, "mark": -1}]"#, "marks[0]"),
    (#"[{"start": -3, "end": 2, "mark": -1}]"#, "marks[0]"),
    (#"[{"start": 2, "end": 4, "mark": -1}]"#, "marks[0]"),
    (#"[{"token": 99, "mark": 1}]"#, "marks[0]"),
    (#"[{"start": 1, "end": 5, "mark": 2}]"#, "marks[0]"),
    (#"[{"start": 1, "end": 5, "mark": 1}, {"start": 1, "end": 5, "mark": -1}]"#, "marks[1]"),
  ]) func `refuses marks that are not on the completion, by line and key`(
    marks: String, key: String
  ) throws {
    try withFiles { folder in
      try write(["[]", marks], to: "marks.jsonl", in: folder)
      let outcome = try Program.run(arguments, in: folder)
      #expect(outcome.code == 2 && outcome.output == "")
      #expect(
        outcome.errors.contains("marks.jsonl") && outcome.errors.contains("2")
          && outcome.errors.contains(key), "\(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "run").path))
    }
  }

  @Test func `needs a mark, and corrections where tokens are compared with them`() throws {
    try withFiles { folder in
      try write(["[]"], to: "marks.jsonl", in: folder)
      let none = try Program.run(arguments, in: folder)
      #expect(none.code == 2 && none.errors.contains("marks"), "\(none.errors)")
      try write([#"[{"start": 1, "end": 5, "mark": -1}]"#], to: "marks.jsonl", in: folder)
      let plain = try Program.run(arguments + ["--kind", "pairwise"], in: folder)
      #expect(plain.code == 2 && plain.errors.contains("instead"), "\(plain.errors)")
    }
  }
}
