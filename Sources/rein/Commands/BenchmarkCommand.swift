public import ArgumentParser
import Foundation
import LanguageModels
import NeuralNetworks
import Rewards
import Torch
public import Training

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Measure training and sampling on random weights, and encoding.",
    discussion: """
      A figure counts only beside another of the same machine and minute: Benchmarks/run sets these beside TRL, transformers \
      and tokenizers doing the same work.
      """, subcommands: [PPO.self, Generate.self, Encode.self])

  /// The shape of a random model.
  struct Shape: ParsableArguments {
    @Option(help: "Blocks.") var layers = 2
    @Option(help: "Width of hidden states.") var width = 128
    @Option(help: "Attention heads.") var heads = 4
    @Option(help: "Tokens in the vocabulary.") var vocabulary = 1000
    @Option(help: "Rows at a time.") var batch = 32
    @Option(help: "Tokens of a prompt.") var prompt = 16
    @Option(name: .customLong("new"), help: "Tokens of a completion.") var new = 32
    @Option(help: "Threads of an operator.") var threads = 2

    func validate() throws {
      let least = [
        ("layers", layers, 1), ("width", width, 1), ("heads", heads, 1), ("batch", batch, 1),
        ("vocabulary", vocabulary, 4), ("prompt", prompt, 1), ("new", new, 1),
        ("threads", threads, 1),
      ]
      for (name, value, bound) in least where value < bound {
        throw ValidationError("--\(name) \(value) is below \(bound)")
      }
      if let problem = configuration.problem { throw ValidationError(problem) }
    }

    func model(seed: UInt64) throws -> LanguageModel {
      Device.threadCount = threads
      return try LanguageModel(
        configuration, ParameterBuilder(generator: Generator(seed: seed)))
    }

    var configuration: DecoderConfiguration {
      DecoderConfiguration(
        vocabularyCount: vocabulary, positionCount: max(256, prompt + new + 1), width: width,
        layerCount: layers, headCount: heads)
    }

    func prompts(_ count: Int) -> [[Int]] {
      let draws = Generator(seed: 1)
      return (0..<count).map { _ in
        (0..<prompt).map { _ in 3 + draws.integer(below: vocabulary - 3) }
      }
    }
  }

  struct PPO: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "ppo",
      abstract: "Whole PPO steps: sampling, reward model, reference, four epochs of updates.")

    @OptionGroup var shape: Shape
    @Option(help: "Steps.") var steps = 8
    @Option(help: "value-head, detached-value-head, value-model or action-value-heads.")
    var critic = Method.CriticChoice.Kind.valueHead
    @Option(help: "A method by name.") var preset = Method.Preset.ppoKL
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
      let policy = try shape.model(seed: 0)
      var configuration = PolicyConfiguration(preset)
      if configuration.method.critic.kind == .valueHead {
        configuration.method.critic.kind = critic
      }
      configuration.sampling = Sampling(maximumLength: shape.new)
      configuration.steps = steps
      configuration.episodesPerStep = shape.batch
      let judge = try RewardModel(
        shape.configuration, ParameterBuilder(generator: Generator(seed: 2)))
      let trainer = try PolicyTrainer(
        configuration,
        .init(
          policy: policy, reference: policy.copy(), reward: ModelReward(judge, endOfText: 2),
          prompts: shape.prompts(shape.batch * 64), decode: { _ in "" }), seed: 0)
      let start = Date()
      while trainer.stepsTaken < steps { _ = try trainer.step() }
      let seconds = -start.timeIntervalSinceNow
      let episodes = Double(steps * shape.batch)
      if json {
        try Console.printJSON(["episodes_per_second": episodes / seconds, "seconds": seconds])
      } else {
        Console.print(
          String(
            format: "Rein %@ (%@): %.0f episodes %.2f s  %.2f ep/s  %.0f response tok/s",
            preset.rawValue, configuration.method.critic.kind.rawValue, episodes, seconds,
            episodes / seconds, episodes * Double(shape.new) / seconds))
      }
    }
  }

  struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "generate", abstract: "Sampling with a key-value cache.")

    @OptionGroup var shape: Shape
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
      let sampler = Sampler(
        try shape.model(seed: 0), Sampling(maximumLength: shape.new), stopTokens: [])
      let generator = Generator(seed: 0)
      let prompts = shape.prompts(shape.batch)
      // The best of three, as the peer's script measures.
      let seconds =
        (0..<3).map { _ in
          let start = Date()
          _ = sampler.rollout(prompts, using: generator)
          return -start.timeIntervalSinceNow
        }.min() ?? .nan
      let rate = Double(shape.batch * shape.new) / seconds
      if json {
        try Console.printJSON(["tokens_per_second": rate])
      } else {
        Console.print(String(format: "Rein generate: %.0f tok/s", rate))
      }
    }
  }
}

extension Method.CriticChoice.Kind: ExpressibleByArgument {}
extension Method.Preset: ExpressibleByArgument {}
