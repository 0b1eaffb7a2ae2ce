import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Rewards
import RunRecords
import TensorTestSupport
import Testing
import Torch
import Training

@Suite struct `Policy optimization` {
  private static let token = 4

  private func share(_ completions: [Completion]) -> Double {
    mean(completions.map { $0.tokens.contains(Self.token) ? 1 : 0 })
  }

  // The share of completions with the token: of the first step, and over the last five.
  private func shares(
    _ preset: Method.Preset, reward: EachReward, steps: Int = 30,
    _ change: (inout PolicyConfiguration) -> Void = { _ in }
  ) throws -> (first: Double, last: Double, reports: [StepReport]) {
    let scene = try Scene(preset, reward: reward) {
      $0.steps = steps
      $0.episodesPerStep = 32
      $0.epochs = 4
      $0.optimizer.learningRate = 3e-3
      change(&$0)
    }
    var shares: [Double] = []
    var reports: [StepReport] = []
    for _ in 0..<steps {
      reports.append(try scene.trainer.step())
      shares.append(share(scene.trainer.agent.lastCompletions))
    }
    return (mean(shares.prefix(3)), mean(shares.suffix(5)), reports)
  }

  @Test(arguments: [Method.Preset.ppo, .gaaText, .gaaPerToken])
  func `finds the token that is rewarded`(preset: Method.Preset) throws {
    let (first, last, _) = try shares(preset, reward: .token(Self.token))
    #expect(last > first + 0.4, "\(first) → \(last)")
  }

  // λ = 0 hands rewards back one token a step, so the episodes are one token long; every third token is rewarded.
  @Test func `by action-conditioned errors finds rewarded tokens, and learns their values`() throws
  {
    let reports = try shares(.actde, reward: EachReward { $0.tokens[0] % 3 == 1 ? 1 : 0 }) {
      $0.sampling.maximumLength = 1
      $0.method.critic.learningRateFactor = 10
      $0.method.critic.actionValueWeight = 0.5
    }.reports
    let values = { (metric: Metric) in reports.map { $0[metric] ?? .nan } }
    let (scores, losses) = (values(.scores), values(.actionValueLoss))
    // As Q learns, advantages fade: the policy need not become certain.
    #expect(scores[0] < 0.45 && mean(scores.suffix(5)) > 0.6, "\(scores)")
    #expect(mean(losses.suffix(5)) < 0.5 * mean(losses.prefix(2)), "\(losses)")
  }

  @Test func `finds nothing where every completion is worth the same`() throws {
    let (first, last, _) = try shares(.ppo, reward: EachReward { _ in 1 })
    #expect(abs(last - first) < 0.25, "\(first) → \(last)")
  }

  @Test func `stays near the reference under a large KL penalty`() throws {
    let free = try shares(.ppo, reward: .token(Self.token), steps: 20)
    let held = try shares(.ppoKL, reward: .token(Self.token), steps: 20) {
      $0.method.reference.coefficient = 3
    }
    let divergence = { (reports: [StepReport]) in mean(reports.suffix(5).map { $0[.kl] ?? .nan }) }
    #expect(abs(divergence(held.reports)) < 0.2 * divergence(free.reports))
    #expect(held.last < free.last)
  }

  @Test func `steers β towards a target`() throws {
    let reports = try shares(.ppoKL, reward: .token(Self.token), steps: 8) {
      $0.method.reference.coefficient = 0.2
      $0.method.reference.target = 1000
      $0.method.reference.horizon = 100
    }.reports
    let coefficients = reports.map { $0[.klCoefficient] ?? .nan }
    // Far below the target the error is −0.2: β shrinks by 0.2 · 32 / 100 a step.
    for (index, coefficient) in coefficients.enumerated() {
      var expected = 0.2
      for _ in 0..<index { expected *= 1 - 0.2 * 0.32 }
      expectEqual(coefficient, expected, tolerance: 1e-9)
    }
  }

  // s = 0: a = 1, b = 0.
  @Test(arguments: [Method.Preset.gaaCode, .gaaText, .gaaPerToken])
  func `that is greedy-aware is plain PPO where σ counts for nothing`(preset: Method.Preset) throws
  {
    let scenes = try [Method.Preset.ppo, preset].map { preset in
      let scene = try Scene(preset) {
        $0.epochs = 2
        $0.method.objective.sigmaScale = 1e-12
      }
      try scene.steps(1)
      return scene
    }
    for (plain, aware) in zip(
      scenes[0].policy.parameters.tensors, scenes[1].policy.parameters.tensors)
    {
      expectEqual(aware.detached(), plain.detached(), tolerance: 1e-5)
    }
  }

  @Test(arguments: [Method.Preset.gaaCode, .gaaText, .gaaPerToken])
  func `that is greedy-aware reports its weights, and differs from PPO`(preset: Method.Preset)
    throws
  {
    let plain = try Scene(.ppo) { $0.epochs = 2 }
    let aware = try Scene(preset) {
      $0.epochs = 2
      $0.method.objective.sigmaScale = 3
    }
    // Where the greedy tokens are no better, both are the same: one step of several is enough to part them.
    try plain.steps(4)
    let report = try #require(try aware.steps(4).last)
    let names: [Metric] = [
      .greedyAwareGap, .greedyAwareProbability, .greedyAwareSampledWeight, .greedyAwareGreedyWeight,
    ]
    for name in names { #expect(try #require(report[name]).isFinite) }
    #expect(try #require(report[.greedyAwareGreedyWeight]) <= 0)
    #expect(try #require(report[.greedyAwareSampledWeight]) > 0)
    #expect(Tiny.bytes(plain.policy.parameters) != Tiny.bytes(aware.policy.parameters))
  }
}
