import LanguageModels
import NeuralNetworks
import PretendCUDA
import RunRecords
import TensorTestSupport
import Testing
import Torch
import Training

/// Training where models live on a device that calls itself CUDA, computes on the processor and refuses tensors of both: what a
/// GPU computes is not shown by it, but that programs keep the two apart and meet where they should.
@Suite struct `Training on another device` {
  @Test func `by reinforcement is what it is on the processor`() async {
    await #expect(processExitsWith: .success) {
      let device = pretended()
      let presets: [(Method.Preset, Method.CriticChoice.Kind?)] = [
        (.ppo, nil), (.ppoKL, .valueModel), (.actde, nil), (.gaaText, nil), (.grpo, nil),
        (.rloo, nil), (.trpo, nil), (.ppoPenalty, nil),
      ]
      for (preset, critic) in presets {
        let scenes = try [Device.cpu, device].map { place in
          let scene = try Scene(preset, shape: endless(), device: place) {
            if let critic { $0.method.critic.kind = critic }
            $0.optimizer.epsilon = 1e-2
          }
          return (scene, try scene.steps(2))
        }
        precondition(scenes[1].0.policy.outputWeight.device == device)
        for (report, other) in zip(scenes[0].1, scenes[1].1) {
          precondition(report.metrics.count == other.metrics.count && report.metrics.count > 10)
          for (metric, value) in report.metrics where !clock.contains(metric) {
            let found = other[metric] ?? .infinity
            // Conjugate gradients make more of rounding than one pass does.
            let bound = preset == .trpo ? 0.05 : 1e-4
            precondition(
              abs(found - value) <= bound * max(1, abs(value)) || value.isNaN && found.isNaN,
              "\(preset) \(metric): \(found), not \(value)")
          }
        }
        let (own, other) = (scenes[0].0.policy.parameters, scenes[1].0.policy.parameters)
        requireSame(other, own, "\(preset)", within: preset == .trpo ? 1e-3 : 1e-5)
      }
    }
  }

  @Test func `on texts is what it is on the processor`() async {
    await #expect(processExitsWith: .success) {
      let device = pretended()
      let examples: [SupervisedTrainer.Example] = [
        [3, 4, 5, 6, 0], [7, 0], [10, 11, 12, 13, 14, 9, 8, 0], [15, 3, 16, 0],
      ].map { .init(prompt: [0], completion: $0, byteCount: 1) }
      for recomputes in [false, true] {
        var shape = Tiny.shape()
        shape.computation.recomputesBlocks = recomputes
        var configuration = SupervisedTrainer.Configuration()
        configuration.epochs = 4
        configuration.microBatches = recomputes ? 2 : 1
        configuration.averaging = 0.5
        configuration.optimizer.epsilon = 1e-2
        let outcomes = try [Device.cpu, device].map { place in
          let model = try Tiny.language(shape, device: place)
          let trainer = try SupervisedTrainer(
            model, examples: examples, configuration: configuration, seed: 3)
          while trainer.stepsTaken < trainer.stepCount { _ = try trainer.step() }
          let loss = trainer.evaluate(examples).loss
          trainer.finish()
          return (model, loss)
        }
        precondition(abs(outcomes[0].1 - outcomes[1].1) < 1e-5)
        requireSame(outcomes[1].0.parameters, outcomes[0].0.parameters, "\(recomputes)")
      }
    }
  }

  @Test func `on preferences is what it is on the processor`() async {
    await #expect(processExitsWith: .success) {
      let device = pretended()
      let texts = [[0, 3, 4, 5, 0], [0, 7, 0], [0, 10, 11, 12, 13, 0], [0, 15, 3, 0]]
        .enumerated().map { RewardTrainer.RatedText(tokens: $1, ratings: [$0, 2]) }
      for (parts, weight) in [(1, 0), (1, 0.5), (2, 0), (2, 0.5)] {
        var configuration = RewardTrainer.Configuration()
        configuration.epochs = 3
        configuration.microBatches = parts
        configuration.languageModelWeight = weight
        configuration.averaging = 0.5
        configuration.optimizer.epsilon = 1e-2
        let outcomes = try [Device.cpu, device].map { place in
          let model = try Tiny.reward(device: place)
          let trainer = try RewardTrainer(
            model, preferences: .rated(texts), configuration: configuration, seed: 3)
          while trainer.stepsTaken < trainer.stepCount { _ = try trainer.step() }
          trainer.finish(normalizingOn: texts.map(\.tokens))
          return (model, trainer.scores(texts.map(\.tokens)))
        }
        for (score, right) in zip(outcomes[1].1, outcomes[0].1) {
          precondition(abs(score - right) < 1e-3, "\(score), not \(right)")
        }
        requireSame(outcomes[1].0.parameters, outcomes[0].0.parameters, "\(parts), \(weight)")
      }
    }
  }

  @Test func `of an adapter is what it is on the processor`() async {
    await #expect(processExitsWith: .success) {
      let device = pretended()
      let outcomes = try [Device.cpu, device].map { place in
        var lora = LoRA()
        lora.rank = 2
        let base = try Tiny.language(endless(), device: place)
        let policy = try base.adapted(by: lora, using: Generator(seed: 4))
        var configuration = PolicyConfiguration(.ppoKL)
        configuration.method.critic.kind = .valueModel
        configuration.steps = 2
        configuration.episodesPerStep = 4
        configuration.sampling = Sampling(maximumLength: 6)
        configuration.optimizer.epsilon = 1e-2
        let trainer = try PolicyTrainer(
          configuration,
          .init(
            policy: policy, reference: policy.base, reward: EachReward.varied,
            prompts: Scene.prompts, decode: { _ in "" }), seed: 0)
        for _ in 0..<2 { _ = try trainer.step() }
        return policy.trainedParameters
      }
      requireSame(outcomes[1], outcomes[0], "adapter")
    }
  }

  @Test func `draws the tokens that are drawn on the processor`() async {
    await #expect(processExitsWith: .success) {
      let device = pretended()
      var sampling = Sampling(maximumLength: 12)
      sampling.topK = 8
      sampling.topP = 0.9
      sampling.minimumP = 0.01
      sampling.repetitionPenalty = 1.2
      for choice in [
        sampling, Sampling(maximumLength: 12), Sampling(temperature: 0, maximumLength: 6),
      ] {
        let rollouts = try [Device.cpu, device].map { place in
          let model = try Tiny.language(device: place)
          return Sampler(model, choice, stopTokens: [0])
            .rollout([[3], [5, 6, 7], [3], [9, 2]], drawing: .seeds([5, 6, 7, 8]))
        }
        precondition(
          rollouts[0].completions.map(\.tokens) == rollouts[1].completions.map(\.tokens),
          "\(rollouts[1].completions.map(\.tokens)), not \(rollouts[0].completions.map(\.tokens))")
        let pairs = zip(rollouts[0].logProbabilities.doubles, rollouts[1].logProbabilities.doubles)
        precondition(pairs.allSatisfy { abs($0 - $1) < 1e-5 })
      }
    }
  }

  @Test func `stops where the two are mixed`() async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let device = pretended()
      _ = Tensor([1.0, 2]).on(device) + Tensor([1.0, 2])
    }
    let message = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(message.contains("cuda:0 and cpu"))
  }

  @Test func `is refused where the policy's reference lives elsewhere`() async {
    await #expect(processExitsWith: .success) {
      let device = pretended()
      do {
        _ = try LanguageAgent(
          PolicyConfiguration(.ppo),
          .init(
            policy: Tiny.language(device: device), reference: Tiny.language(),
            reward: EachReward.varied, prompts: Scene.prompts, decode: { _ in "" }), seed: 0)
        preconditionFailure("it was taken")
      } catch TrainingError.configuration(let key, let reason) {
        precondition(key == "device" && reason.contains("cuda:0") && reason.contains("cpu"))
      }
    }
  }
}

private let clock: Set<Metric> = [
  .episodesPerSecond, .rolloutSeconds, .rewardSeconds, .estimateSeconds, .updateSeconds,
]

private func pretended() -> Device {
  Device.threadCount = 1
  precondition(pretend_cuda_install() == 1, "CUDA itself is loaded")
  return Device(kind: .cuda, index: 0)
}

// Rows that have ended are let go at once on the processor and some steps later on a device, whose tokens the host does not wait
// for: draws from one generator stay the same only where no row ends.
private func endless() -> DecoderConfiguration {
  var shape = Tiny.shape()
  shape.endOfTextToken = nil
  return shape
}

private func requireSame(
  _ found: Parameters, _ right: Parameters, _ what: String, within bound: Double = 1e-5
) {
  precondition(found.names == right.names)
  let before = pretend_cuda_operator_count()
  for (name, (tensor, other)) in zip(found.names, zip(found.tensors, right.tensors)) {
    precondition(tensor.device != other.device)
    let gap =
      zip(tensor.detached().doubles, other.detached().doubles).map { abs($0 - $1) }.max() ?? 0
    precondition(gap < bound, "\(what), \(name): \(gap) apart")
  }
  precondition(before > 100, "nothing was computed there")
}
