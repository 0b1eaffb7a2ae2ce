public import ArgumentParser
import Foundation
import LanguageModels
import NeuralNetworks
import Rewards
import RunRecords
import Torch
public import Training

extension BenchmarkCommand {
  struct SFT: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "sft",
      abstract: "Steps of supervised training: forward, backward, clipping, AdamW.",
      discussion: "A row has --prompt and --new tokens; all but the first are predicted.")

    @OptionGroup var shape: Shape
    @Option(help: "Steps that are measured, after one that is not.") var steps = 5
    @Option(help: "Parts that a batch is computed in.") var microBatches = 1
    @OptionGroup var output: Output

    func run() throws {
      let model = try shape.model(seed: 0)
      let time = shape.prompt + shape.new
      let examples = shape.texts(
        shape.batch * (steps + 1), length: time, of: model.configuration
      ).map {
        SupervisedTrainer.Example(prompt: [$0[0]], completion: Array($0.dropFirst()), byteCount: 1)
      }
      var configuration = SupervisedTrainer.Configuration()
      configuration.epochs = 1
      configuration.batchTokens = shape.batch * time
      configuration.microBatches = microBatches
      let trainer = try SupervisedTrainer(
        model, examples: examples, configuration: configuration, seed: 0)
      let seconds = try Self.seconds(of: trainer, steps: steps)
      try output.show(
        title: "Rein sft", seconds: seconds, tokens: shape.batch * time * steps,
        of: .training(
          model, rows: shape.batch, time: time, seconds: seconds / Double(steps)),
        shape)
    }

    // The first step takes memory that later ones find.
    private static func seconds(of trainer: SupervisedTrainer, steps: Int) throws -> Double {
      _ = try trainer.step()
      let start = ContinuousClock.now
      for _ in 0..<steps { _ = try trainer.step() }
      trainer.model.outputWeight.device.synchronize()
      return (ContinuousClock.now - start) / .seconds(1)
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
      let judge = try RewardModel(policy.configuration, shape.builder(seed: 2))
      let trainer = try PolicyTrainer(
        configuration,
        .init(
          policy: policy, reference: policy.copy(), reward: ModelReward(judge, endOfText: 2),
          prompts: shape.prompts(shape.batch * 64, of: policy.configuration), decode: { _ in "" }),
        seed: 0)
      let start = Date()
      while trainer.stepsTaken < steps { _ = try trainer.step() }
      let seconds = -start.timeIntervalSinceNow
      let episodes = Double(steps * shape.batch)
      if json {
        try Console.printJSON([
          "episodes_per_second": episodes / seconds, "seconds": seconds,
          "peak_memory_bytes": ProcessMemory.peak,
        ])
      } else {
        Console.print(
          String(
            format: "Rein %@ (%@): %.0f episodes %.2f s  %.2f ep/s  %.0f response tok/s  %d MiB",
            preset.rawValue, configuration.method.critic.kind.rawValue, episodes, seconds,
            episodes / seconds, episodes * Double(shape.new) / seconds, ProcessMemory.peak >> 20))
      }
    }
  }
}

extension Method.CriticChoice.Kind: ExpressibleByArgument {}
extension Method.Preset: ExpressibleByArgument {}
