import ArgumentParser
import Files
import Foundation
import LanguageModels
import NeuralNetworks
import RunRecords
import Torch
import Training

extension BenchmarkCommand {
  struct DPO: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "dpo",
      abstract: "Steps of direct preference optimization on random pairs.",
      discussion: """
        --batch pairs a step, two answers each. The reference is asked about a pair when the pair comes up for the first time: \
        steps of the first pass over the pairs are measured with that, steps of the second without.
        """)

    @OptionGroup var shape: Shape
    @OptionGroup var pairs: Pairs

    func run() throws {
      let policy = try shape.model(seed: 0)
      let examples = try pairs.examples(shape, policy.configuration)
      var configuration = PreferenceTrainer.Configuration()
      configuration.epochs = 2
      configuration.batchPairs = shape.batch
      configuration.microBatches = pairs.microBatches
      let trainer = try PreferenceTrainer(
        policy, reference: policy.copy(), examples: examples, configuration: configuration, seed: 0)
      let first = try pairs.rate(of: trainer, shape)
      let second = try pairs.rate(of: trainer, shape)
      try pairs.show(
        "dpo", shape.batch,
        [
          .init(label: " asking the reference", pairsPerSecond: first),
          .init(label: " later", key: "later_", pairsPerSecond: second),
        ])
    }
  }

  struct Reward: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "reward",
      abstract: "Steps of a reward model's training on random pairs.",
      discussion: "--batch pairs a step, two texts each: the prompt with either answer.")

    @OptionGroup var shape: Shape
    @OptionGroup var pairs: Pairs

    func run() throws {
      let model = try RewardModel(shape.configuration(), shape.builder(seed: 0))
      let examples = try pairs.examples(shape, shape.configuration())
      var configuration = RewardTrainer.Configuration()
      configuration.epochs = 1
      configuration.batchTexts = shape.batch
      configuration.microBatches = pairs.microBatches
      let trainer = try RewardTrainer(
        model,
        preferences: .pairs(
          texts: examples.flatMap { [$0.prompt + $0.chosen, $0.prompt + $0.rejected] },
          pairs: examples.indices.map {
            .init(first: 2 * $0, second: 2 * $0 + 1, probability: examples[$0].probability)
          }), configuration: configuration, seed: 0)
      try pairs.show("reward", shape.batch, [.init(pairsPerSecond: pairs.rate(of: trainer, shape))])
    }
  }

  /// Random pairs, and how fast a trainer goes through them.
  struct Pairs: ParsableArguments {
    @Option(
      help: """
        A JSON Lines file of tokens: prompt, chosen, rejected, as Benchmarks/peers/random_pairs.py writes it; else random pairs of \
        --prompt and --new tokens.
        """) var pairs: String?
    @Option(help: "Steps of a pass that are measured, after two that are not.") var steps = 5
    @Option(help: "Parts that a batch is computed in.") var microBatches = 1
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
      for (name, value) in [("steps", steps), ("micro-batches", microBatches)] where value < 1 {
        throw ValidationError("--\(name) \(value) is below 1")
      }
    }

    /// As many pairs as the steps take.
    func examples(
      _ shape: Shape, _ configuration: DecoderConfiguration
    ) throws -> [PreferenceExample] {
      let count = shape.batch * (steps + 2)
      guard let pairs else { return random(count, shape, configuration) }
      let rows = try JSONLines.read(Row.self, from: URL(fileURLWithPath: pairs))
      guard rows.count == count else {
        throw InputProblem(
          "\(pairs): \(rows.count) pairs, but --batch \(shape.batch) and --steps \(steps) with two more take \(count)"
        )
      }
      for (index, row) in rows.enumerated() {
        if let problem = row.problem(configuration) {
          throw InputProblem("\(pairs): line \(index + 1): \(problem)")
        }
      }
      return rows.map { .init(prompt: $0.prompt, chosen: $0.chosen, rejected: $0.rejected) }
    }

    private func random(
      _ count: Int, _ shape: Shape, _ configuration: DecoderConfiguration
    ) -> [PreferenceExample] {
      shape.texts(count, length: shape.prompt + 2 * shape.new, of: configuration).map {
        let (answers, prompt) = ($0.dropFirst(shape.prompt), Array($0.prefix(shape.prompt)))
        return .init(
          prompt: prompt, chosen: Array(answers.prefix(shape.new)),
          rejected: Array(answers.suffix(shape.new)))
      }
    }

    /// Pairs per second in one pass, whose first two steps do not count.
    func rate(of trainer: any Trainer, _ shape: Shape) throws -> Double {
      for _ in 0..<2 { _ = try trainer.step() }
      let start = ContinuousClock.now
      for _ in 0..<steps { _ = try trainer.step() }
      try shape.place().synchronize()
      return Double(shape.batch * steps) / ((ContinuousClock.now - start) / .seconds(1))
    }

    /// Prints rates: each with what it is the rate of and what its keys begin with in JSON.
    func show(_ title: String, _ batch: Int, _ rates: [Rate]) throws {
      let peak = ProcessMemory.peak
      if json {
        var fields: [String: Any] = ["peak_memory_bytes": peak]
        for rate in rates {
          fields["\(rate.key)pairs_per_second"] = rate.pairsPerSecond
          fields["\(rate.key)step_seconds"] = Double(batch) / rate.pairsPerSecond
        }
        try Console.printJSON(fields)
      } else {
        let shown = rates.map {
          String(
            format: "%.2f pairs/s%@, %.1f ms a step  ", $0.pairsPerSecond, $0.label,
            1000 * Double(batch) / $0.pairsPerSecond)
        }
        Console.print("Rein \(title): \(shown.joined())\(peak >> 20) MiB")
      }
    }

    /// How fast one pass was.
    struct Rate {
      var label = ""
      var key = ""
      var pairsPerSecond: Double
    }

    private struct Row: Decodable {
      var prompt: [Int]
      var chosen: [Int]
      var rejected: [Int]

      func problem(_ configuration: DecoderConfiguration) -> String? {
        if [prompt, chosen, rejected].contains(where: \.isEmpty) {
          return "prompt, chosen and rejected take at least one token each"
        }
        let tokens = 0..<configuration.vocabularyCount
        if let other = (prompt + chosen + rejected).first(where: { !tokens.contains($0) }) {
          return "token \(other) is none of the model's \(configuration.vocabularyCount)"
        }
        let length = prompt.count + max(chosen.count, rejected.count)
        guard length > configuration.positionCount else { return nil }
        return
          "\(length) tokens are more than the \(configuration.positionCount) places of the model"
      }
    }
  }
}
