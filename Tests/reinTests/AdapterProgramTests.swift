import Foundation
import LanguageModels
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

@Suite(.serialized) struct `The program with adapters` {
  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  /// A base, and an adapter on it that changes what it says.
  private func withFiles(_ body: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let base = try Tiny.saveLanguage(in: folder.appending(path: "base"))
      let model = try base.adapted(by: LoRA(), using: Generator(seed: 1))
      let generator = Generator(seed: 2)
      for tensor in model.trainedParameters.tensors {
        tensor.assign(generator.normal(tensor.shape, standardDeviation: 0.3))
      }
      try AdapterFolder(folder.appending(path: "adapter")).save(model, base: "base")
      try Tiny.write(Tiny.texts.map { ["text": $0] }, to: folder.appending(path: "texts.jsonl"))
      try body(folder)
    }
  }

  private func expectOutput(_ arguments: [String], input: String = "", in folder: URL) throws
    -> String
  {
    let outcome = try Program.run(arguments, input: input, in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    return outcome.output
  }

  @Test func `merges, and says the same of a text with the adapter on, named or merged`() throws {
    try withFiles { folder in
      let merged = try json(
        expectOutput(
          ["merge", "--adapter", "adapter", "--output", "whole", "--json"], in: folder))
      #expect(merged["model"] as? String == "whole" && merged["rank"] as? Int == 8)
      #expect(merged["adapter_parameters"] as? Int == 2 * 8 * (16 + 48))
      let score = { (arguments: [String]) in
        let fields = try self.json(
          self.expectOutput(
            ["score"] + arguments, input: "{\"tokens\": [1, 2, 3, 4, 5]}\n", in: folder))
        return try #require(fields["log_probabilities"] as? [Double])
      }
      let whole = try score(["--model", "whole"])
      let ways = try [
        score(["--model", "adapter"]), score(["--model", "base", "--adapter", "adapter"]),
      ]
      for way in ways {
        for (left, right) in zip(way, whole) { expectEqual(left, right, tolerance: 1e-5) }
      }
      #expect(try score(["--model", "base"]) != whole)
      let generate = ["generate", "--temperature", "0", "--max-new-tokens", "8", "the film"]
      #expect(
        try expectOutput(generate + ["--model", "whole"], in: folder)
          == expectOutput(generate + ["--model", "base", "--adapter", "adapter"], in: folder))
    }
  }

  @Test func `merges over no model, and no adapter into another`() throws {
    try withFiles { folder in
      let merge = ["merge", "--adapter", "adapter", "--output"]
      for (arguments, part) in [
        (merge + ["base"], "--output base holds a model already"),
        (merge + ["adapter"], "--output adapter holds a model already"),
        (merge + ["new", "--model", "adapter"], "is itself an adapter; merge that first"),
        (merge + ["new", "--stored-type", "int64"], "--stored-type int64 is none of"),
        (["merge", "--adapter", "base", "--output", "new"], "adapter_config.json: cannot be read"),
        (
          ["generate", "--model", "adapter", "--adapter", "adapter", "a"],
          "is itself an adapter; merge that first"
        ),
      ] {
        let outcome = try Program.run(arguments, in: folder)
        #expect(outcome.code == 2 && outcome.errors.contains(part), "\(outcome.errors)")
      }
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "new").path))
    }
  }

  @Test func `trains an adapter by flags, and counts what was trained`() throws {
    try withFiles { folder in
      let result = try json(
        expectOutput(
          [
            "sft", "--base", "base", "--train", "texts.jsonl", "--lora.rank", "2",
            "--lora.targets", "[c_attn, mlp.c_fc]", "--epochs", "1", "--json", "--run", "run",
          ], in: folder))
      // In two layers A of 2 × 16, and B of 48 × 2 or 64 × 2.
      #expect(result["trained_parameters"] as? Int == 2 * (2 * 16 + 48 * 2 + 2 * 16 + 64 * 2))
      let file = try json(
        String(
          contentsOf: folder.appending(path: "run/model/adapter_config.json"), encoding: .utf8))
      #expect(file["base_model_name_or_path"] as? String == "base")
      #expect(file["target_modules"] as? [String] == ["c_attn", "mlp.c_fc"])
      let wrong = try Program.run(
        ["sft", "--base", "base", "--train", "texts.jsonl", "--lora.rank", "0"], in: folder)
      #expect(wrong.code == 2 && wrong.errors.contains("lora.rank: is 0: it must be at least 1"))
    }
  }
}
