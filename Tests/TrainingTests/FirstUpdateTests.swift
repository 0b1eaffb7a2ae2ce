import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Rewards
import RunRecords
import TensorTestSupport
import Testing
import Torch
import Training

@Suite struct `A first update` {
  // With one epoch of one minibatch the updated policy is the sampling policy when the loss is formed.
  @Test(arguments: Method.Preset.allCases)
  func `has ratio 1, no divergence and nothing clipped`(preset: Method.Preset) throws {
    let report = try Scene(preset) { $0.sampling.temperature = 0.8 }.trainer.step()
    expectEqual(try #require(report[.ratio]), 1, tolerance: 1e-5)
    #expect(try #require(report[.approximateKL]) < 1e-9)
    #expect(report[.policyClipFraction] == 0 && report[.valueClipFraction] ?? 0 == 0)
    for metric in [Metric.kl, .klK1, .klK2, .klK3, .nonScoreReward] {
      expectEqual(try #require(report[metric]), 0, tolerance: 1e-5)
    }
    expectEqual(
      try #require(report[.rlhfReward]), try #require(report[.scores]), tolerance: 1e-6)
  }

  @Test(arguments: Method.CriticChoice.Kind.allCases.filter { $0 != .none })
  func `and a second reach every trained tensor and no weight of the reference`(
    kind: Method.CriticChoice.Kind
  ) throws {
    let scene = try Scene { $0.method.critic.kind = kind }
    let all = scene.policy.parameters + scene.trainer.agent.critic.parameters
    let (before, reference) = (Tiny.bytes(all), Tiny.bytes(scene.reference.parameters))
    try scene.steps(2)
    for (name, pair) in zip(all.names, zip(before, Tiny.bytes(all))) {
      #expect(pair.0 != pair.1, "\(name) did not move")
    }
    #expect(Tiny.bytes(scene.reference.parameters) == reference)
    let heads = scene.trainer.agent.critic.parameters.count
    #expect(
      heads == (kind == .valueModel ? scene.policy.parameters.count + 2 : heads)
        && heads >= (kind.hasActionValues ? 4 : 2))
  }

  // The head is zero at first, so the value loss can shape the trunk from the second epoch on; advantages stay those of the step.
  @Test(arguments: [
    (Method.CriticChoice.Kind.detachedValueHead, false), (.valueModel, false), (.valueHead, true),
  ])
  func `lets the value loss shape the trunk only where the head is not detached`(
    kind: Method.CriticChoice.Kind, shapes: Bool
  ) throws {
    let weights = try [0, 1].map { weight in
      let scene = try Scene {
        $0.method.critic.kind = kind
        $0.method.critic.weight = weight
        $0.epochs = 3
        $0.optimizer.maximumGradientNorm = nil
      }
      try scene.steps(1)
      return Tiny.bytes(scene.policy.parameters)
    }
    #expect((weights[0] != weights[1]) == shapes)
  }

  @Test func `uses all minibatches asked for, every completion once`() throws {
    // Five completions in four parts: 1, 1, 1, 2.
    let report = try Scene {
      $0.episodesPerStep = 5
      $0.minibatches = 4
    }.trainer.step()
    // The first of four updates has ratio 1, later ones move: there is a variance.
    #expect(try #require(report[.ratioVariance]) > 0)
    #expect(report[.episode] == 5 && report.step == 1)
  }

  // One prompt, so that its order cannot tell the seeds apart.
  @Test func `draws its completions by the seed`() throws {
    let drawn = try [UInt64(3), 3, 4].map { seed in
      let scene = try Scene(seed: seed, prompts: [[0, 3]])
      try scene.steps(1)
      return scene.trainer.agent.lastCompletions
    }
    #expect(drawn[0] == drawn[1] && drawn[0] != drawn[2])
  }

  @Test func `reports what the completions were`() throws {
    let scene = try Scene(.ppoKL, reward: EachReward.token(4), seed: 1)
    let report = try scene.trainer.step()
    let completions = scene.trainer.agent.lastCompletions
    let stopped = completions.count { $0.finish == .stopToken }
    #expect(report[.stopTokenCount] == Double(stopped))
    #expect(report[.terminatedShare] == Double(stopped) / 8)
    #expect(report[.meanCompletionLength] == mean(completions.map { Double($0.tokens.count) }))
    #expect(report[.scores] == mean(completions.map { $0.tokens.contains(4) ? 1 : 0 }))
    #expect(report[.klCoefficient] == 0.05)
    #expect(report.samples.count == 4)
    #expect(report.samples.first?.prompt.hasPrefix("0") == true)
    #expect(completions.allSatisfy { Scene.prompts.contains($0.prompt) })
  }
}

@Suite struct `Runs of policy optimization` {
  @Test(arguments: [Method.Preset.ppoKL, .actde, .gaaPerToken])
  func `with one seed give the same bits, with another others`(preset: Method.Preset) throws {
    let runs = try [UInt64(3), 3, 4].map { seed in
      let scene = try Scene(preset, seed: seed) { $0.minibatches = 2 }
      try scene.steps(3)
      return Tiny.bytes(scene.policy.parameters + scene.trainer.agent.critic.parameters)
    }
    #expect(runs[0] == runs[1])
    #expect(runs[0] != runs[2])
  }

  @Test func `keep no tensors from step to step`() async {
    await #expect(processExitsWith: .success) {
      Device.threadCount = 1
      let cases: [(Method.Preset, Method.CriticChoice.Kind, Method.Reference.Placement)] = [
        (.ppo, .valueHead, .loss), (.actde, .actionValueHeads, .reward),
        (.gaaPerToken, .valueModel, .none),
      ]
      for (preset, kind, placement) in cases {
        let scene = try Scene(preset) {
          $0.method.critic.kind = kind
          $0.method.reference.placement = placement
          $0.minibatches = 2
        }
        try scene.steps(2)
        let count = Tensor.liveCount
        for _ in 0..<3 {
          try scene.steps(1)
          precondition(Tensor.liveCount == count, "\(Tensor.liveCount) tensors, not \(count)")
        }
      }
    }
  }

  @Test(arguments: [0.01, 1e-4]) func `of TRPO stays in its region and is better, in a transformer`(
    region: Double
  ) throws {
    let scene = try Scene(.trpo) {
      $0.method.objective.trustRegion.maximumDivergence = region
      $0.method.objective.trustRegion.iterations = 60
      $0.method.critic.epochs = 1
    }
    let before = Tiny.bytes(scene.policy.parameters)
    let report = try scene.trainer.step()
    #expect(report[.trustRegionAccepted] == 1)
    let divergence = try #require(report[.trustRegionDivergence])
    // The quadratic model is near, so the step goes most of the way.
    #expect(divergence <= region && divergence > region / 4)
    #expect(try #require(report[.trustRegionImprovement]) > 0)
    #expect(try #require(report[.trustRegionResidual]) < 0.02)
    #expect(Tiny.bytes(scene.policy.parameters) != before)
  }
}
