import Environments
import Foundation
import NeuralNetworks
import PolicyOptimization
import RunRecords
import TensorTestSupport
import Testing
import Torch

@testable import Training

/// A world that pays 1 at every step and ends, or is cut, after some.
private struct Payday: Environment {
  var isCut: Bool
  var length = 8
  private var time = 0

  init(isCut: Bool) { self.isCut = isCut }

  var observationCount: Int { 1 }
  var actionCount: Int { 2 }

  mutating func reset(using generator: inout some RandomNumberGenerator) -> [Double] {
    time = 0
    return [1]
  }

  mutating func step(_ action: Int) -> Step {
    time += 1
    return Step(
      observation: [1], reward: 1, ending: time < length ? nil : isCut ? .truncated : .terminated)
  }
}

private func trainer(
  _ preset: Method.Preset, _ environment: any Environment, seed: UInt64 = 0, steps: Int = 10,
  _ change: (inout EnvironmentConfiguration) -> Void = { _ in }
) throws -> PolicyTrainer<EnvironmentAgent> {
  var configuration = EnvironmentConfiguration(preset)
  configuration.steps = steps
  configuration.widths = [16]
  if configuration.rolloutLength != nil { configuration.rolloutLength = 16 }
  change(&configuration)
  return try PolicyTrainer(configuration, environment, seed: seed)
}

@Suite struct `Agents in environments` {
  @Test(arguments: Method.Preset.allCases)
  func `begin at ratio 1 with finite numbers, by every method`(preset: Method.Preset) throws {
    let trainer = try trainer(preset, Catch(rows: 5, columns: 5)) {
      ($0.epochs, $0.minibatches) = (1, 1)
    }
    let report = try trainer.step()
    expectEqual(try #require(report[.ratio]), 1, tolerance: 1e-5)
    #expect(report[.policyClipFraction] == 0)
    for (metric, value) in report.metrics where metric != .explainedVariance {
      #expect(value.isFinite, "\(metric.name)")
    }
    let before = Tiny.bytes(trainer.agent.policyParameters)
    for _ in 0..<2 { _ = try trainer.step() }
    #expect(before != Tiny.bytes(trainer.agent.policyParameters))
  }

  @Test func `with one seed give the same bits, with another others`() throws {
    let runs = try [UInt64(1), 1, 2].map { seed in
      let trainer = try trainer(.ppo, CartPole.v1(), seed: seed)
      for _ in 0..<3 { _ = try trainer.step() }
      return Tiny.bytes(trainer.agent.policyParameters + trainer.agent.criticParameters)
    }
    #expect(runs[0] == runs[1] && runs[0] != runs[2])
  }

  // 1 + γ + γ² + … = 1/(1 − γ) where the time limit only cuts; less where the world ends.
  @Test(arguments: [(true, 5.0), (false, 2.9)])
  func `go on valuing what a time limit cuts, and not what has ended`(isCut: Bool, value: Double)
    throws
  {
    let trainer = try trainer(.ppo, Payday(isCut: isCut), steps: 200) {
      $0.widths = []
      $0.method.advantage.discount = 0.8
      $0.method.critic.weight = 1
      $0.optimizer.learningRate = 0.05
      $0.optimizer.maximumGradientNorm = nil
    }
    for _ in 0..<200 { _ = try trainer.step() }
    let found = trainer.agent.values(Tensor([1.0], shape: [1, 1])).values.item
    // Ended after eight: the mean over the eight states of (1 − 0.8ⁿ)/0.2, which one number must stand for.
    #expect(abs(found - value) < 0.4, "\(found)")
  }

  @Test func `report returns and lengths of whole episodes`() throws {
    let trainer = try trainer(.ppo, Payday(isCut: false)) { $0.environments = 3 }
    let report = try trainer.step()
    #expect(report[.episodeReturn] == 8 && report[.episodeLength] == 8)
    #expect(report[.environmentSteps] == 48)
  }

  @Test func `play whole episodes where returns are asked for`() throws {
    let trainer = try trainer(.reinforce, Payday(isCut: false)) { $0.environments = 5 }
    let episodes = try trainer.agent.episodes(step: 1)
    #expect(episodes.lengths == Array(repeating: 8, count: 5))
    #expect(episodes.record.isCut.doubles == [0, 0, 0, 0, 0])
    let limited = try EnvironmentAgent(
      {
        var configuration = EnvironmentConfiguration(.reinforce)
        (configuration.environments, configuration.episodeLimit) = (2, 3)
        return configuration
      }(), Payday(isCut: false), seed: 0)
    let cut = try limited.episodes(step: 1)
    #expect(cut.lengths == [3, 3] && cut.record.isCut.doubles == [1, 1])
  }

  // Three actions of four are drawn by a policy that is at 3 : 1, and all four by the most probable ones.
  @Test func `are judged by drawn and by most probable actions`() throws {
    var configuration = EnvironmentConfiguration(.reinforce)
    configuration.widths = []
    let agent = try EnvironmentAgent(
      configuration, Bandit(rewards: [1, 0]), seed: 0,
      initialLogits: Tensor([Float(log(3.0)), 0], shape: [1, 2]))
    var chance = SeededGenerator(seed: 1)
    let mean = { (choice: EnvironmentAgent.Choice) in
      try (0..<2000).reduce(0) { sum, _ in
        try sum
          + agent.episodeReturn(
            in: Bandit(rewards: [1, 0]), by: choice, using: &chance, limit: 1)
      } / 2000
    }
    // The deviation of a mean of 2,000 is .0097.
    #expect(abs(try mean(.sampled) - 0.75) < 0.04)
    #expect(try mean(.mostProbable) == 1)
  }

  @Test func `split a walk where episodes end`() throws {
    let agent = try trainer(.ppo, Payday(isCut: false)) { $0.environments = 2 }.agent
    let episodes = try agent.episodes(step: 1)
    #expect(episodes.lengths == [8, 8, 8, 8])
    #expect(episodes.record.isCut.doubles == [0, 0, 0, 0])
    let next = try trainer(.ppo, Payday(isCut: false)) {
      $0.environments = 1
      $0.rolloutLength = 11
    }.agent.episodes(step: 1)
    #expect(next.lengths == [8, 3] && next.record.isCut.doubles == [0, 1])
  }

  @Test func `let the episodes of a group begin alike`() throws {
    let agent = try trainer(.grpo, CartPole.v1()) { $0.environments = 16 }.agent
    let episodes = try agent.episodes(step: 1)
    var starts: [[Double]] = []
    var place = 0
    for length in episodes.lengths {
      starts.append(episodes.record.observations.select(0, place).doubles)
      place += length
    }
    #expect(Set(starts[..<8]).count == 1 && Set(starts[8...]).count == 1)
    #expect(starts[0] != starts[8])
  }

  @Test func `try greedy actions in copies of their worlds`() throws {
    // Reward is the action's; the greedy one is 1 from the start.
    let agent = try trainer(.gaaText, Bandit(rewards: [3, 7])) {
      $0.widths = []
      $0.environments = 16
      $0.rolloutLength = 4
    }.agent
    agent.policyParameters.tensors[0].assign(Tensor([0, 0.5] as [Float], shape: [1, 2]))
    let episodes = try agent.episodes(step: 1)
    let outcomes = try agent.greedyOutcomes(episodes, step: 1)
    #expect(outcomes.rewards.doubles.allSatisfy { $0 == 7 })
    #expect(outcomes.values.doubles.allSatisfy { $0 == 0 })
    #expect(Set(episodes.rewards.doubles) == [3, 7])
  }
}

@Suite struct `A trust region in the loop` {
  private func report(_ change: (inout EnvironmentConfiguration) -> Void) throws -> (
    StepReport, PolicyTrainer<EnvironmentAgent>
  ) {
    let trainer = try trainer(.trpo, Catch(rows: 5, columns: 3)) {
      $0.environments = 32
      change(&$0)
    }
    return (try trainer.step(), trainer)
  }

  @Test(arguments: [0.001, 0.01, 0.05]) func `moves as far as it may and is better`(
    bound: Double
  ) throws {
    let (report, _) = try report { $0.method.objective.trustRegion.maximumDivergence = bound }
    #expect(report[.trustRegionAccepted] == 1)
    let divergence = try #require(report[.trustRegionDivergence])
    #expect(divergence <= bound && divergence > bound / 10)
    #expect(try #require(report[.trustRegionImprovement]) > 0)
    #expect(try #require(report[.trustRegionResidual]) < 1)
  }

  @Test func `moves nothing where no step is allowed`() throws {
    let trainer = try trainer(.trpo, Bandit(rewards: [1, 1])) {
      $0.widths = []
      $0.method.critic.kind = .valueModel
    }
    let before = Tiny.bytes(trainer.agent.policyParameters)
    // All actions are worth the same and the critic says zero: whitened advantages have no spread.
    let report = try trainer.step()
    #expect(before == Tiny.bytes(trainer.agent.policyParameters))
    #expect(report[.trustRegionAccepted] == 0)
  }

  // H = E[diag(p) − ppᵀ] for a table: the natural gradient of a bandit by hand.
  @Test func `takes the natural gradient of a table`() throws {
    let trainer = try trainer(.trpo, Bandit(rewards: [1, 3, 0])) {
      $0.widths = []
      $0.environments = 64
      $0.method.advantage.whitening = .none
      $0.method.objective.trustRegion.damping = 0.01
      $0.method.objective.trustRegion.iterations = 20
    }
    let agent = trainer.agent
    let before = agent.policyParameters.tensors[0].detached().copy()
    let report = try trainer.step()
    // KL has a third order, too: the full step may be a little too far.
    let shrunk = pow(0.8, try #require(report[.trustRegionBacktracks]))
    try #require(shrunk > 0.5)
    let step = (agent.policyParameters.tensors[0].detached() - before).doubles
    // Uniform π: Fz = z/3 for Σz = 0, so F⁻¹g ∝ g, and a softmax's g is centered. Without damping, rounding grows along the
    // direction that F does not see, all logits at once.
    #expect(abs(step.reduce(0, +)) < 1e-3)
    #expect(step[1] > step[0] && step[0] > step[2])
    let square = step.reduce(0) { $0 + $1 * $1 }
    // ½Δᵀ(F + damping)Δ = δ for the full step.
    expectEqual(square * (1.0 / 3 + 0.01) / 2, 0.01 * shrunk * shrunk, tolerance: 1e-5)
  }
}

@Suite struct `Every way to an advantage` {
  // Three arms: the share of the best at the end. Control: all arms alike.
  private func share(
    _ preset: Method.Preset, rewards: [Double], _ change: (inout EnvironmentConfiguration) -> Void
  )
    throws -> Double
  {
    let trainer = try trainer(preset, Bandit(rewards: rewards), seed: 3, steps: 40) {
      $0.widths = []
      $0.environments = 32
      if $0.rolloutLength != nil { $0.rolloutLength = 4 }
      $0.optimizer.learningRate = 0.1
      change(&$0)
    }
    for _ in 0..<40 { _ = try trainer.step() }
    return trainer.agent.policy(Tensor([1.0], shape: [1, 1])).doubles[1]
  }

  typealias Change = @Sendable (inout EnvironmentConfiguration) -> Void
  static let ways: [(String, Method.Preset, Change)] = [
    ("total return", .reinforce, { _ in }),
    ("reward to go", .reinforce, { $0.method.advantage.estimator = .rewardToGo }),
    ("constant", .reinforce, { $0.method.advantage.baseline = .constant }),
    (
      "time", .reinforce,
      {
        $0.method.advantage.estimator = .rewardToGo; $0.method.advantage.baseline = .time
      }
    ),
    (
      "least variance", .reinforce,
      {
        $0.method.advantage.baseline = .minimumVariance
        $0.method.objective.averaging = .sum
      }
    ),
    ("vpg", .vpg, { _ in }), ("a2c", .a2c, { _ in }), ("ppo", .ppo, { _ in }),
    ("ppo-penalty", .ppoPenalty, { _ in }), ("trpo", .trpo, { _ in }),
    ("Q − V", .actde, { $0.method.advantage.estimator = .actionValue }),
    ("max Q − V", .actde, { $0.method.advantage.estimator = .maximalActionValue }),
    ("rloo", .rloo, { $0.method.reference.placement = .none }),
    ("grpo", .grpo, { $0.method.reference.coefficient = 0 }),
    ("gaa", .gaaText, { _ in }),
  ]

  @Test(arguments: ways) func `finds the best arm`(
    name: String, preset: Method.Preset, change: Change
  ) throws {
    let found = try share(preset, rewards: [0, 1, 0.2], change)
    #expect(found > 0.6, "\(name): \(found)")
  }

  @Test(arguments: ways) func `finds nothing where all arms pay the same`(
    name: String, preset: Method.Preset, change: Change
  ) throws {
    let found = try share(preset, rewards: [0, 0, 0], change)
    #expect(abs(found - 1.0 / 3) < 0.05, "\(name): \(found)")
  }
}

@Suite struct `The optimum under a KL penalty` {
  // p₀·exp(r/β)/Z by sampling, with the penalty in the reward and in the loss.
  @Test(arguments: [Method.Reference.Placement.reward, .loss])
  func `is the tilted reference`(placement: Method.Reference.Placement) throws {
    let (rewards, beta) = ([1.0, 0.5, 0], 0.5)
    var configuration = EnvironmentConfiguration(.ppo)
    configuration.widths = []
    configuration.environments = 256
    configuration.rolloutLength = 1
    configuration.steps = 300
    configuration.minibatches = 1
    configuration.optimizer.learningRate = 0.05
    configuration.schedule = LearningRateSchedule(decay: .linear)
    configuration.method.advantage.whitening = .none
    configuration.method.reference.placement = placement
    configuration.method.reference.coefficient = beta
    let start = [0.2, 0.3, 0.5]
    let agent = try EnvironmentAgent(
      configuration, Bandit(rewards: rewards), seed: 1,
      initialLogits: Tensor(start.map { Float(log($0)) }, shape: [1, 3]))
    let trainer = try PolicyTrainer(
      configuration.method, configuration.update, steps: 300, agent: agent, seed: 1)
    for _ in 0..<300 { _ = try trainer.step() }
    let tilted = zip(start, rewards).map { $0 * exp($1 / beta) }
    let total = tilted.reduce(0, +)
    let found = agent.policy(Tensor([1.0], shape: [1, 1])).doubles
    let distance = zip(found, tilted).reduce(0) { $0 + abs($1.0 - $1.1 / total) } / 2
    #expect(distance < 0.02, "\(found), expected \(tilted.map { $0 / total })")
  }
}
