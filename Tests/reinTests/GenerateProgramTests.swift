import Foundation
import TensorTestSupport
import Testing
import Tokenization

@Suite(.serialized) struct `The program's completions` {
  private struct Row: Decodable {
    var completion: String
    var tokens: [Int]
    var finish: String
    var seed: UInt64
    var log_probabilities: [Double]?
    var kl: [Double]?
    var spent: Double?
    var budget: Double?
  }

  private func withModel(_ body: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try Tiny.saveLanguage(in: folder.appending(path: "base"))
      try body(folder)
    }
  }

  private func rows(_ arguments: [String], input: String = "", in folder: URL) throws -> [Row] {
    let outcome = try Program.run(
      ["generate", "--model", "base"] + arguments, input: input, in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    return try outcome.lines.map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
  }

  @Test func `depend on prompt and seed, not on what else is asked`() throws {
    try withModel { folder in
      let lines = """
        {"prompt": "a film"}
        {"prompt": "the plot", "seed": 9}

        {"prompt": [0, 66, 70, 71]}
        """
      let asked = ["--input", "-", "--seed", "4", "--samples", "2", "--max-new-tokens", "9"]
      let many = try rows(asked, input: lines, in: folder)
      #expect(many.map(\.seed) == [4, 5, 9, 10, 4, 5])
      let few = try rows(asked + ["--batch", "1"], input: lines, in: folder)
      #expect(few.map(\.tokens) == many.map(\.tokens))
      let one = try rows(
        ["--json", "--seed", "10", "--max-new-tokens", "9", "the plot"], in: folder)
      #expect(one[0].tokens == many[3].tokens && one[0].completion == many[3].completion)
      #expect(Set(many.map(\.tokens)).count == 6)
    }
  }

  @Test func `on a budget show what they spent, never more than there is`() throws {
    try withModel { folder in
      try Tiny.saveLanguage(in: folder.appending(path: "other"), seed: 8)
      let asked = [
        "--json", "--samples", "6", "--temperature", "1", "--max-new-tokens", "8",
        "--log-probabilities", "a film",
      ]
      let held = ["--kl-base", "other"]
      // The tiny models are all but uniform: what they differ by is worth so little.
      for accounting in ["analytic", "no-refund"] {
        let some = try rows(
          ["--kl-budget", "2e-4", "--kl-accounting", accounting] + held + asked, in: folder)
        for row in some {
          let (kl, spent) = (try #require(row.kl), try #require(row.spent))
          #expect(row.budget == 2e-4 && spent <= 2e-4 && kl.count == row.tokens.count)
          #expect(kl.allSatisfy { $0 >= 0 } && kl.reduce(0, +) <= 2e-4)
          if accounting == "analytic" { #expect(abs(spent - kl.reduce(0, +)) < 1e-12) }
        }
        #expect(some.contains { $0.spent ?? 0 > 1e-5 })
      }
      let nothing = try rows(["--kl-budget", "0"] + held + asked, in: folder)
      let base = try rows(["--model", "other"] + asked, in: folder)
      #expect(nothing.map(\.tokens) == base.map(\.tokens))
      #expect(nothing.map(\.log_probabilities) == base.map(\.log_probabilities))
      #expect(nothing.allSatisfy { $0.spent == 0 })
    }
  }

  @Test func `on what is no budget are refused before any is drawn`() throws {
    try withModel { folder in
      try Tiny.saveLanguage(in: folder.appending(path: "other"), seed: 8)
      // As many tokens, but other ones.
      try TokenizerTrainer(
        vocabularyCount: 300, specialTokens: ["<|endoftext|>", "<|pad|>"],
        startToken: "<|endoftext|>"
      ).train(on: Tiny.texts.map { String($0.reversed()) })
        .save(to: folder.appending(path: "other/tokenizer.json"))
      let base = ["--kl-base", "base"]
      for (words, message) in [
        (["--kl-budget", "-1"] + base, "below 0"), (["--kl-budget", "nan"] + base, "not a number"),
        (["--kl-budget", "1"], "--kl-base"), (base, "--kl-budget"),
        (["--kl-budget", "1", "--kl-share", "0"] + base, "--kl-share"),
        (["--kl-budget", "1", "--top-k", "5"] + base, "--top-k"),
        (["--kl-budget", "1", "--kl-base", "nowhere"], "nowhere"),
        (["--kl-budget", "1", "--kl-base", "other"], "another tokenizer"),
        (["--kl-budget", "1", "--kl-accounting", "loose"] + base, "analytic"),
      ] {
        let outcome = try Program.run(["generate", "--model", "base"] + words, in: folder)
        #expect(outcome.code == 2 && outcome.output == "", "\(words)")
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
      }
    }
  }

  @Test func `show the log-probabilities they were drawn with`() throws {
    try withModel { folder in
      let drawn = try rows(
        ["--log-probabilities", "--temperature", "1", "--samples", "3", "a film"], in: folder)
      for row in drawn {
        let logs = try #require(row.log_probabilities)
        #expect(logs.count == row.tokens.count && logs.allSatisfy { $0 < 0 })
      }
      let certain = try rows(
        ["--log-probabilities", "--top-k", "1", "--max-new-tokens", "4", "a film"], in: folder)
      #expect(try #require(certain[0].log_probabilities).allSatisfy { $0 == 0 })
    }
  }

  @Test func `end before a stop string`() throws {
    try withModel { folder in
      let arguments = ["--json", "--seed", "2", "--max-new-tokens", "20", "a film"]
      let whole = try rows(arguments, in: folder)[0]
      let middle = whole.completion.dropFirst(whole.completion.count / 2)
      let stop = String(try #require(middle.first))
      let cut = try rows(arguments + ["--stop", stop], in: folder)[0]
      let end = try #require(whole.completion.range(of: stop))
      #expect(cut.completion == whole.completion[..<end.lowerBound])
      #expect(cut.finish == "stop_string" && whole.tokens.starts(with: cut.tokens))
      #expect(cut.tokens.count < whole.tokens.count)
    }
  }

  // The file that says how a hub model is drawn from; flags win over it.
  @Test func `follow generation_config.json`() throws {
    try withModel { folder in
      let file = folder.appending(path: "base/generation_config.json")
      let free = try rows(
        ["--json", "--temperature", "0", "--max-new-tokens", "12", "the"], in: folder)[0]
      let stop = try #require(free.tokens.dropFirst(2).first)
      let end = try #require(free.tokens.firstIndex(of: stop))
      try Data(#"{"eos_token_id": [0, \#(stop)], "do_sample": true, "top_k": 1}"#.utf8).write(
        to: file)
      let bounded = try rows(["--json", "--max-new-tokens", "12", "the"], in: folder)[0]
      #expect(bounded.tokens == Array(free.tokens[...end]) && bounded.finish == "stop_token")
      let wide = try (0..<6).map {
        try rows(
          ["--json", "--top-k", "0", "--temperature", "3", "--seed", "\($0)", "the"], in: folder)[0]
          .tokens
      }
      #expect(Set(wide).count > 1)
      for (text, complaint) in [
        (#"{"eos_token_id": 99999}"#, "eos_token_id 99999 is not one of"),
        (#"{"eos_token_id": "end"}"#, "key 'eos_token_id'"), ("{", "is not JSON"),
      ] {
        try Data(text.utf8).write(to: file)
        let outcome = try Program.run(["generate", "--model", "base", "a"], in: folder)
        #expect(outcome.code == 2 && outcome.errors.contains("generation_config.json"))
        #expect(outcome.errors.contains(complaint), "\(outcome.errors)")
      }
    }
  }

  @Test(arguments: [
    ("{\"prompt\": \"a\"}\nplain", "standard input, line 2: not a JSON object"),
    ("{\"text\": \"a\"}", "line 1: has neither `prompt` nor"),
    ("{\"prompt\": 3}", "line 1: `prompt` is neither"),
    ("{\"prompt\": []}", "line 1: `prompt` is neither"),
    ("{\"prompt\": [1, -4]}", "the model has no token -4"),
    ("{\"prompt\": [1, 4000]}", "the model has no token 4000"),
    ("{\"prompt\": \"a\", \"seed\": -1}", "line 1: `seed` is not a whole number"),
    (" \n", "holds no prompts"),
  ])
  func `are refused for a wrong line, which is named`(input: String, complaint: String) throws {
    try withModel { folder in
      let outcome = try Program.run(
        ["generate", "--model", "base", "--input", "-"], input: input, in: folder)
      #expect(outcome.code == 2 && outcome.output.isEmpty)
      #expect(outcome.errors.contains(complaint), "\(outcome.errors)")
    }
  }

  @Test(arguments: [
    (["--dtype", "int8"], "--dtype int8 is none of float32, bfloat16, float64"),
    (["--batch", "0"], "--batch 0 is below 1"), (["--samples", "0"], "--samples 0 is below 1"),
    (["--min-p", "2"], "min_p 2.0 is outside [0, 1]"), (["--stop", ""], "would end every answer"),
    (["--repetition-penalty", "0"], "repetition_penalty 0.0 is not above 0"),
    (["--device", "cuda"], "cuda"),
    (["--input", "nowhere.jsonl"], "nowhere.jsonl: cannot be read"),
  ])
  func `are refused for a wrong flag`(flags: [String], complaint: String) throws {
    try withModel { folder in
      let outcome = try Program.run(["generate", "--model", "base", "a"] + flags, in: folder)
      #expect([1, 2].contains(outcome.code) && outcome.output.isEmpty)
      #expect(outcome.errors.contains(complaint), "\(outcome.errors)")
      #expect(!outcome.errors.contains("Fatal error"))
    }
  }

  @Test func `come in bfloat16 too`() throws {
    try withModel { folder in
      let drawn = try rows(
        ["--json", "--dtype", "bfloat16", "--max-new-tokens", "5", "a film"], in: folder)
      #expect(drawn[0].tokens.count == 5 || drawn[0].finish == "stop_token")
    }
  }
}
