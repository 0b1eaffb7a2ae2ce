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
}
