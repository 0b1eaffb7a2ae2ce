import Foundation
import LanguageModels
import TensorTestSupport
import Testing
import Tokenization

@Suite(.serialized) struct `The program's doctor` {
  private func withFiles(_ body: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try Tiny.saveLanguage(in: folder.appending(path: "base"))
      try Tiny.saveReward(in: folder.appending(path: "reward"))
      try Tiny.write(Tiny.texts.map { ["text": $0] }, to: folder.appending(path: "texts.jsonl"))
      try body(folder)
    }
  }

  private let arguments = [
    "doctor", "--policy", "base", "--prompts", "texts.jsonl", "--prompt_words", "3",
    "--reward.model", "reward", "--max-new-tokens", "6",
  ]

  // The tiny models hardly ever stop and have raw scores: warnings, with which a run goes.
  @Test func `ends with 0 where nothing failed, writes nothing, and says the same as JSON`() throws
  {
    try withFiles { folder in
      let outcome = try Program.run(arguments, in: folder)
      #expect(outcome.code == 0 && outcome.errors == "", "\(outcome.errors)")
      #expect(outcome.output.contains("✓ sampler and trainer agree"))
      #expect(outcome.output.contains("! completions fit"))
      #expect(outcome.output.contains("→ raw scores have no known size"))
      #expect(outcome.lines.last?.contains("0 failed") == true)
      let json = try Program.run(arguments + ["--json"], in: folder)
      let fields =
        try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any] ?? [:]
      let findings = fields["findings"] as? [[String: String]] ?? []
      #expect(findings.count == 19 && fields["failed"] as? Int == 0)
      #expect(
        fields["warnings"] as? Int == findings.count { $0["status"] == "warning" }
          && findings.allSatisfy { ($0["advice"] != nil) == ($0["status"] == "warning") })
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(names.sorted() == ["base", "reward", "texts.jsonl"])
    }
  }

  @Test func `ends with 2 where something failed`() throws {
    try withFiles { folder in
      // As many tokens, but other ones.
      try TokenizerTrainer(
        vocabularyCount: 300, specialTokens: ["<|endoftext|>", "<|pad|>"],
        startToken: "<|endoftext|>"
      ).train(on: Tiny.texts.map { String($0.reversed()) })
        .save(to: folder.appending(path: "reward/tokenizer.json"))
      let outcome = try Program.run(arguments, in: folder)
      #expect(outcome.code == 2)
      #expect(outcome.output.contains("✗ tokenizer and models match"), "\(outcome.output)")
      #expect(outcome.output.contains("reward.model would read other words"))
    }
  }

  @Test func `refuses what a run would refuse, in its words`() throws {
    try withFiles { folder in
      for (key, value, message) in [
        ("--rewrad.model", "x", "unknown key"), ("--policy", "nowhere", "nowhere/"),
        ("--prompts", "empty.jsonl", "empty.jsonl"),
      ] {
        let outcome = try Program.run(arguments + [key, value], in: folder)
        #expect(outcome.code == 2 && outcome.errors.contains(message), "\(outcome.errors)")
      }
      let help = try Program.run(["doctor", "--help"])
      #expect(help.code == 0 && help.output.contains("trains nothing"))
    }
  }

  @Test func `asks the best of n answers what it asks of ppo`() throws {
    try withFiles { folder in
      let own = ["--training.rounds", "2", "--training.answers", "4"]
      let best = try Program.run(arguments + own + ["--json"], in: folder)
      let ppo = try Program.run(arguments + ["--preset", "reinforce", "--json"], in: folder)
      #expect(best.code == 0 && best.errors == "", "\(best.errors)")
      #expect(best.output == ppo.output && best.output.contains("rewards"))
      let wrong = try Program.run(arguments + ["--training.answers", "0"], in: folder)
      #expect(wrong.code == 2 && wrong.errors.contains("answers"), "\(wrong.errors)")
    }
  }

  private func findings(_ words: [String], in folder: URL) throws -> (
    code: Int32, statuses: [String: String], errors: String
  ) {
    let outcome = try Program.run(["doctor"] + words + ["--json"], in: folder)
    let fields =
      try? JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    let rows = fields?["findings"] as? [[String: String]] ?? []
    let pairs = rows.map { ($0["check"] ?? "", $0["status"] ?? "") }
    return (outcome.code, Dictionary(uniqueKeysWithValues: pairs), outcome.errors)
  }

  // Texts of the training rows that are held out, too, are what fails.
  @Test func `asks runs on rows, whose kind their keys or a flag say`() throws {
    try withFiles { folder in
      let texts = Array(Tiny.texts.dropLast(2)) + ["a dull film", "never funny"]
      try Tiny.write(texts.map { ["text": $0] }, to: folder.appending(path: "rows.jsonl"))
      try Tiny.write([["text": "loss"]], to: folder.appending(path: "new.jsonl"))
      let order = texts.indices.sorted { texts[$0].count < texts[$1].count }
      let pairs = order.indices.map { index in
        let pair = [texts[order[index]], texts[order[(index + 3) % texts.count]]]
        let sides = index % 2 == 0 ? pair : pair.reversed()
        return ["prompt": "what", "chosen": " " + sides[0], "rejected": " " + sides[1]]
      }
      try Tiny.write(pairs, to: folder.appending(path: "pairs.jsonl"))
      // The first word of each is marked, every other time as good.
      let marks = texts.enumerated().map { index, text in
        "{\"prompt\": \"what\", \"completion\": \" \(text)\", \"marks\": [{\"token\": 0, \"mark\": \(index % 2 == 0 ? 1 : -1)}]}"
      }
      try Data((marks.joined(separator: "\n") + "\n").utf8)
        .write(to: folder.appending(path: "marks.jsonl"))
      let cases: [(words: [String], count: Int)] = [
        (["--base", "base", "--train", "rows.jsonl", "--batch-tokens", "64"], 13),
        (["--kind", "sft", "--base", "base", "--train", "rows.jsonl"], 13),
        (["--kind", "reward", "--base", "base", "--train", "pairs.jsonl"], 15),
        (["--policy", "base", "--train", "pairs.jsonl"], 16),
        (["--policy", "base", "--train", "marks.jsonl"], 15),
        (["--kind", "reward", "--base", "base", "--train", "marks.jsonl"], 15),
      ]
      for (words, count) in cases {
        let found = try findings(words, in: folder)
        #expect(found.code == 0 && found.statuses.count == count, "\(words) \(found)")
        #expect(!found.statuses.values.contains("failed"))
      }
      let leak = try findings(cases[0].words + ["--held-out", "rows.jsonl"], in: folder)
      #expect(leak.code == 2 && leak.statuses["held-out rows are new"] == "failed")
      let new = try findings(cases[0].words + ["--held-out", "new.jsonl"], in: folder)
      #expect(new.code == 0 && new.statuses["held-out rows are new"] == "passed")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(
        names == [
          "base", "marks.jsonl", "new.jsonl", "pairs.jsonl", "reward", "rows.jsonl", "texts.jsonl",
        ])
    }
  }

  @Test func `asks for the kind where keys leave it open`() throws {
    try withFiles { folder in
      let both = try findings(["--base", "base", "--train", "texts.jsonl"], in: folder)
      #expect(both.code == 2 && both.errors.contains("sft, reward"), "\(both.errors)")
      #expect(both.errors.contains("--kind sft"))
      let typo = try findings(
        ["--base", "base", "--train", "texts.jsonl", "--batch-tokns", "64", "--kind", "sft"],
        in: folder)
      #expect(typo.code == 2 && typo.errors.contains("batch_tokens"), "\(typo.errors)")
    }
  }
}
