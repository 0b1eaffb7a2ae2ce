import ArgumentParser
import Foundation
import LanguageModels
import RunRecords
import Torch

extension BenchmarkCommand {
  struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "generate", abstract: "Sampling with a key-value cache.")

    @OptionGroup var shape: Shape
    @OptionGroup var output: Output

    func run() throws {
      let model = try shape.model(seed: 0)
      let sampler = Sampler(model, Sampling(maximumLength: shape.new), stopTokens: [])
      let generator = Generator(seed: 0)
      let prompts = shape.prompts(shape.batch, of: model.configuration)
      // The best of three, as the peer's script measures.
      let seconds =
        (0..<3).map { _ in
          let start = Date()
          _ = sampler.rollout(prompts, using: generator)
          return -start.timeIntervalSinceNow
        }.min() ?? .nan
      try output.show(
        title: "Rein generate", seconds: seconds, tokens: shape.batch * shape.new,
        of: .sampling(
          model, rows: shape.batch, prompt: shape.prompt, new: shape.new, seconds: seconds),
        shape)
    }
  }

  /// How a rate is shown.
  struct Output: ParsableArguments {
    @Flag(help: "Measure the machine's limits too and say which share of them was reached.")
    var limits = false
    @Flag(help: "Print one JSON object.") var json = false

    func show(
      title: String, seconds: Double, tokens: Int, of rate: WorkRate, _ shape: Shape
    ) throws {
      let peak = ProcessMemory.peak
      let limits =
        try self.limits
        ? MachineLimits(
          on: shape.place(),
          shape.precision == .bfloat16 ? .bfloat16 : ModelOptions.dataType(shape.dtype))
        : nil
      let tokenRate = Double(tokens) / seconds
      if json {
        let own: [String: Any] = [
          "tokens_per_second": tokenRate, "seconds": seconds, "peak_memory_bytes": peak,
        ]
        try Console.printJSON(own.merging(limits.map(rate.fields) ?? [:]) { $1 })
      } else {
        let share = limits.map { "\n\(rate.described(beside: $0))" } ?? ""
        Console.print(
          String(format: "%@: %.0f tok/s  %d MiB%@", title, tokenRate, peak >> 20, share))
      }
    }
  }
}
