import Foundation
import LanguageModels
import NeuralNetworks
import TensorTestSupport
import Testing
import Tokenization
import Torch

@Suite(.serialized) struct `The program` {
  // A language model, a reward model and texts in a folder.
  private func withFiles(_ body: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try Tiny.saveLanguage(in: folder.appending(path: "base"))
      try Tiny.saveReward(in: folder.appending(path: "reward"))
      try Tiny.write(Tiny.texts.map { ["text": $0] }, to: folder.appending(path: "texts.jsonl"))
      try body(folder)
    }
  }

  // The program says what is wrong in one line, and whose mistake it is.
  private func expectFailure(
    _ code: Int32, _ parts: [String], _ arguments: [String], input: String = "", in folder: URL,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try Program.run(arguments, input: input, in: folder)
    #expect(outcome.code == code, "\(outcome.errors)", sourceLocation: sourceLocation)
    for part in parts {
      #expect(
        outcome.errors.contains(part), "'\(part)' in: \(outcome.errors)",
        sourceLocation: sourceLocation)
    }
    #expect(!outcome.errors.contains("Fatal error"), sourceLocation: sourceLocation)
  }

  @Test func `explains itself and ends with 0`() throws {
    for arguments in [
      ["--help"], ["ppo", "--help"],
    ] {
      let outcome = try Program.run(arguments)
      #expect(outcome.code == 0 && outcome.output.contains("USAGE: rein"), "\(arguments)")
    }
    #expect(try Program.run(["--version"]).output == "0.1.0\n")
  }

  @Test func `ends with 2 where the input is wrong`() throws {
    try withFiles { folder in
      let sft = ["sft", "--tokenizer", "base/tokenizer.json"]
      try expectFailure(
        2, ["unknown key 'widht'", "model.width"], ["sft", "--widht", "3"], in: folder)
      try expectFailure(2, [], ["nonsense"], in: folder)
      try expectFailure(2, ["nowhere/"], ["generate", "--model", "nowhere", "a"], in: folder)
      try expectFailure(
        2, ["nothing to train on"], sft, in: folder)
      try Data().write(to: folder.appending(path: "empty.jsonl"))
      try expectFailure(
        2, ["empty.jsonl: holds no records"], sft + ["--train", "empty.jsonl"], in: folder)
      try "{\"text\": \"a\"}\n{\"text\": 5}\n".write(
        to: folder.appending(path: "bad.jsonl"), atomically: true, encoding: .utf8)
      try expectFailure(2, ["bad.jsonl:2", "'text'"], sft + ["--train", "bad.jsonl"], in: folder)
      try "seed: 1\n  model: [\n".write(
        to: folder.appending(path: "bad.yaml"), atomically: true, encoding: .utf8)
      try expectFailure(2, ["bad.yaml, line 2: not valid YAML"], ["sft", "bad.yaml"], in: folder)
    }
  }

  @Test func `ends with 2 where a checkpoint is broken or of another shape`() throws {
    try withFiles { folder in
      let weights = folder.appending(path: "base/model.safetensors")
      let whole = try Data(contentsOf: weights)
      let generate = ["generate", "--model", "base", "a"]
      try whole.prefix(whole.count / 2).write(to: weights)
      try expectFailure(
        2, ["base/model.safetensors", "not a sound safetensors"], generate, in: folder)
      let other = try Tiny.language(Tiny.shape(positions: 48))
      try SafeTensors.write(other.parameters, to: weights)
      try expectFailure(
        2, ["transformer.wte.weight", "weights and config.json disagree"], generate, in: folder)
      try FileManager.default.removeItem(at: weights)
      try expectFailure(2, ["model.safetensors: cannot be read"], generate, in: folder)
    }
  }

  @Test func `ends with 2 where a number makes no sense`() throws {
    try withFiles { folder in
      try expectFailure(
        2, ["prompt_words: -1 is below 1"],
        [
          "ppo", "--policy", "base", "--reward.model", "reward", "--prompts", "texts.jsonl",
          "--prompt_words", "-1",
        ], in: folder)
      for arguments in [["--heads", "0"], ["--threads", "0"], ["--width", "7"]] {
        try expectFailure(2, [], ["benchmark", "generate"] + arguments, in: folder)
      }
      for kind in ["dpo", "reward"] {
        try expectFailure(
          2, ["--steps 0 is below 1"], ["benchmark", kind, "--steps", "0"], in: folder)
        try expectFailure(
          2, ["none.jsonl: cannot be read"], ["benchmark", kind, "--pairs", "none.jsonl"],
          in: folder)
      }
      try expectFailure(
        2, ["--prompt 999 and --new 32 are more than the", "places of the model"],
        ["benchmark", "sft", "--config", "base", "--prompt", "999"], in: folder)
      let file = folder.appending(path: "base/config.json")
      let text = try String(contentsOf: file, encoding: .utf8)
      try text.replacingOccurrences(of: "\"eos_token_id\" : 0", with: "\"eos_token_id\" : 9999")
        .write(to: file, atomically: true, encoding: .utf8)
      try expectFailure(
        2, ["eos_token_id 9999 is no token"], ["generate", "--model", "base", "a"], in: folder)
    }
  }

  @Test func `ends with 2 without a reward, and with 1 where one breaks`() throws {
    try withFiles { folder in
      let ppo = ["ppo", "--policy", "base", "--prompts", "texts.jsonl"]
      try expectFailure(2, ["reward.model: ", "give another reward a weight"], ppo, in: folder)
      try expectFailure(
        2, ["reward.pattern.expressions: '(' is no regular expression"],
        ppo + ["--pattern.weight", "1", "--expressions", "'('"], in: folder)
      let small = ["--episodes_per_step", "4", "--max_new_tokens", "3", "--prompt_words", "2"]
      try expectFailure(
        1, ["the reward's part 'program' at completion 0: ", "'false' ended with exit status 1"],
        ppo + small + ["--program.weight", "1", "--command", "'false'"], in: folder)
    }
  }

  @Test func `ends with 1 where it cannot write`() throws {
    try withFiles { folder in
      try Data().write(to: folder.appending(path: "file"))
      try expectFailure(
        1, ["file", "cannot be"],
        [
          "sft", "--train", "texts.jsonl", "--tokenizer", "base/tokenizer.json", "--run",
          "file/run",
        ], in: folder)
      for arguments in [
        ["generate", "--model", "base", "--max-new-tokens", "2", "a"], ["--help"],
      ] {
        let full = try Program.run(arguments, in: folder, output: "/dev/full")
        #expect(full.code == 1)
        #expect(full.errors.contains("standard output cannot be written"), "\(full.errors)")
      }
    }
  }

  @Test func `trains into a folder, and refuses to write over it`() throws {
    try withFiles { folder in
      let arguments = [
        "sft", "--base", "base", "--train", "texts.jsonl", "--epochs", "1", "--run", "run",
        "--dropout", "0", "--json",
      ]
      let outcome = try Program.run(arguments, in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      let result = try #require(
        JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
      #expect(
        Set(result.keys) == ["model", "parameters", "trained_parameters", "peak_memory_bytes"])
      // What was asked for can be asked for again, from the file that the run left.
      let again = try Program.run(
        ["sft", "run/configuration.yaml", "--run", "again"], in: folder)
      #expect(again.code == 0, "\(again.errors)")
      let weights = { (run: String) in
        try Data(contentsOf: folder.appending(path: "\(run)/model/model.safetensors"))
      }
      #expect(try weights("run") == weights("again"))
      try expectFailure(2, ["run: exists and is not empty"], arguments, in: folder)
    }
  }

  @Test func `scores tokens and texts as the model does`() throws {
    try withFiles { folder in
      let model = try ModelFolder(folder.appending(path: "base")).languageModel()
      let tokens = [[0, 70, 80, 90], [0, 100, 0]]
      let text = "a slow film"
      let input =
        tokens.map { "{\"tokens\": \($0)}\n" }.joined() + "\n{\"text\": \"\(text)\"}\n"
      let outcome = try Program.run(
        ["score", "--model", "base", "--temperature", "0.7"], input: input, in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      let expected = tokens + [try [0] + Tiny.tokenizer().encode(text) + [0]]
      try #require(outcome.lines.count == 3)
      for (line, tokens) in zip(outcome.lines, expected) {
        let fields = try #require(
          JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        let layout = ResponseLayout([
          Completion(prompt: [tokens[0]], tokens: Array(tokens[1...]), finish: .length)
        ])
        let statistics = model.statistics(layout, temperature: 0.7).statistics
        #expect(fields["tokens"] as? [Int] == tokens)
        for (key, numbers) in [
          ("log_probabilities", statistics.logProbabilities.doubles),
          ("entropies", statistics.entropies.doubles),
        ] {
          let found = try #require(fields[key] as? [Double])
          try #require(found.count == numbers.count)
          for (left, right) in zip(found, numbers) { expectEqual(left, right, tolerance: 1e-5) }
        }
      }
      let reward = try ModelFolder(folder.appending(path: "reward")).rewardModel()
      let scored = try Program.run(
        ["score", "--model", "reward"], input: "{\"tokens\": [0, 70, 0]}\n", in: folder)
      let fields = try #require(
        JSONSerialization.jsonObject(with: Data(scored.output.utf8)) as? [String: Any])
      expectEqual(
        try #require(fields["reward"] as? Double), reward.scores([[0, 70, 0]])[0], tolerance: 1e-5)
    }
  }

  @Test func `scores lines that end as on Windows`() throws {
    try withFiles { folder in
      let outcome = try Program.run(
        ["score", "--model", "base", "--json"],
        input: "{\"tokens\": [0, 1]}\r\n{\"tokens\": [0, 2]}\r\n", in: folder)
      #expect(outcome.code == 0 && outcome.lines.count == 2, "\(outcome.errors)")
    }
  }

  @Test func `names the line it cannot score, when those before are answered`() throws {
    try withFiles { folder in
      let good = "{\"tokens\": [0, 1]}\n"
      for (line, complaint) in [
        ("{\"tokens\": [0, 1.5]}", "`tokens` is not a list of whole numbers"),
        ("nonsense", "not a JSON object"),
        ("{\"tokens\": [0, 5000]}", "the model has no token 5000"),
      ] {
        let outcome = try Program.run(
          ["score", "--model", "base"], input: good + good + line + "\n" + good, in: folder)
        #expect(outcome.code == 2 && outcome.lines.count == 2, "\(line): \(outcome)")
        #expect(outcome.errors.contains("standard input, line 3: "), "\(outcome.errors)")
        #expect(outcome.errors.contains(complaint), "\(outcome.errors)")
      }
      try expectFailure(2, ["holds no lines"], ["score", "--model", "base"], in: folder)
    }
  }

  @Test func `generates the same with one seed, other things with another`() throws {
    try withFiles { folder in
      let outputs = try ["5", "5", "6"].map { seed in
        try Program.run(
          [
            "generate", "--model", "base", "--seed", seed, "--samples", "2", "--json", "a film",
            "the",
          ], in: folder
        ).lines
      }
      #expect(outputs[0].count == 4 && outputs[0] == outputs[1] && outputs[0] != outputs[2])
      let first = try #require(
        JSONSerialization.jsonObject(with: Data(outputs[0][0].utf8)) as? [String: Any])
      #expect(Set(first.keys) == ["prompt", "completion", "tokens", "finish", "seed"])
      #expect(first["prompt"] as? String == "a film")
      try expectFailure(
        2, ["max_new_tokens 0 is below 1"],
        ["generate", "--model", "base", "--max-new-tokens", "0", "a"], in: folder)
      try expectFailure(
        2, ["tokens: with 48 new ones the model takes 1"],
        ["generate", "--model", "base", "--max-new-tokens", "48", "a"], in: folder)
    }
  }
}
