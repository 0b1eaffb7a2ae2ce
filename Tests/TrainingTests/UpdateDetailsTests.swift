import Foundation
import LanguageModels
import NeuralNetworks
import PolicyOptimization
import RunRecords
import TensorTestSupport
import Testing
import Torch

@testable import Training

/// A language agent that remembers which answers were looked at again.
private final class WatchedAgent: Agent {
  private let agent: LanguageAgent
  private(set) var rows: [[Int]] = []

  init(_ agent: LanguageAgent) { self.agent = agent }

  var policyParameters: Parameters { agent.policyParameters }
  var criticParameters: Parameters { agent.criticParameters }
  var minibatchUnit: MinibatchUnit { agent.minibatchUnit }

  func episodes(step: Int) throws -> Episodes<LanguageAgent.Record> {
    try agent.episodes(step: step)
  }
  func estimates(_ episodes: Episodes<LanguageAgent.Record>) -> Estimates {
    agent.estimates(episodes)
  }
  func reference(_ episodes: inout Episodes<LanguageAgent.Record>) -> ReferenceView? {
    agent.reference(&episodes)
  }
  func greedyOutcomes(_ episodes: Episodes<LanguageAgent.Record>, step: Int) throws
    -> GreedyOutcomes
  { try agent.greedyOutcomes(episodes, step: step) }
  func judge(_ record: LanguageAgent.Record, _ minibatch: Minibatch, _ questions: Questions)
    -> Judgement
  {
    rows.append(minibatch.rows ?? [])
    return agent.judge(record, minibatch, questions)
  }
  func distributions(_ record: LanguageAgent.Record, _ minibatch: Minibatch) -> Tensor {
    agent.distributions(record, minibatch)
  }
  func actions(_ record: LanguageAgent.Record, _ minibatch: Minibatch) -> Tensor {
    agent.actions(record, minibatch)
  }
  func describe(_ episodes: Episodes<LanguageAgent.Record>, step: Int) -> (
    metrics: [(Metric, Double)], samples: [Sample]
  ) { agent.describe(episodes, step: step) }
}

@Suite struct `Details of updates` {
  private func entropy(_ log: [Double]) -> Double { -log.reduce(0) { $0 + exp($1) * $1 } }

  @Test func `what is reported of an update are means over the answers' tokens alone`() throws {
    let drawn = try Drawn(.ppo)
    let experience = try drawn.experience()
    Drawn.shake(drawn.policy.parameters, by: 0.03)
    let now = drawn.distributions(drawn.policy, of: drawn.completions)
    let old = drawn.logProbabilities(drawn.drawing, of: drawn.completions)
    let shifts = zip(zip(now, drawn.tokens), old).map { $0.0[$0.1] - $1 }
    let advantages = experience.advantages.doubles
    let pairs = Array(zip(shifts.map { exp($0) }, advantages))
    let expected: [(Metric, Double)] = [
      (.ratio, mean(pairs.map { $0.0 })),
      (.approximateKL, mean(shifts.map { $0 * $0 / 2 })), (.policyEntropy, mean(now.map(entropy))),
      (
        .policyClipFraction,
        mean(pairs.map { $1 > 0 && $0 > 1.2 || $1 < 0 && $0 < 0.8 ? 1 : 0 })
      ),
      (.policyLoss, mean(pairs.map { -min($0 * $1, min(max($0, 0.8), 1.2) * $1) })),
    ]
    let metrics = drawn.loss(experience).policyOutcome(experience.whole).metrics
    for (metric, value) in expected {
      let found = try #require(metrics.first { $0.0 == metric }?.1)
      expectEqual(mean(found.doubles), value, tolerance: 1e-4)
    }
    #expect(expected[3].1 > 0 && expected[3].1 < 1)
  }

  @Test func `divergences are of answers from the reference, ratios to the policy that drew`()
    throws
  {
    let drawn = try Drawn(.ppoKL)
    let trainer = try PolicyTrainer(
      drawn.configuration.method, drawn.configuration.update, steps: 10, agent: drawn.agent,
      seed: 0)
    let report = try trainer.step()
    let completions = drawn.agent.lastCompletions
    let count = Double(completions.count)
    let own = drawn.distributions(drawn.drawing, of: completions)
    let chosen = drawn.logProbabilities(drawn.drawing, of: completions)
    let trusted = drawn.logProbabilities(drawn.reference, of: completions)
    let ratios = zip(chosen, trusted).map { $0 - $1 }
    let divergence = ratios.reduce(0, +) / count
    let expected: [(Metric, Double)] = [
      (.kl, divergence), (.klK1, mean(ratios)), (.klK2, mean(ratios.map { $0 * $0 / 2 })),
      (.klK3, mean(ratios.map { exp(-$0) - 1 + $0 })), (.nonScoreReward, -0.05 * divergence),
      (.rlhfReward, try #require(report[.scores]) - 0.05 * divergence),
      (.objectiveEntropy, -chosen.reduce(0, +) / count), (.policyEntropy, mean(own.map(entropy))),
      (.ratio, 1), (.approximateKL, 0),
    ]
    for (metric, value) in expected {
      let found = try #require(report[metric])
      #expect(abs(found - value) < 1e-4 * max(1, abs(value)), "\(metric.name): \(found), \(value)")
    }
    #expect(divergence > 0.1 && expected[3].1 > 0.1)
  }

  @Test(arguments: [nil, 0] as [Double?])
  func `the learning rate falls in a straight line, to a tenth or to what is asked for`(
    end: Double?
  ) throws {
    let scene = try Scene {
      $0.steps = 4
      if let end { $0.schedule.finalFactor = end }
    }
    for (index, report) in try scene.steps(4).enumerated() {
      let expected = 1e-3 * (1 - (1 - (end ?? 0.1)) * Double(index) / 4)
      expectEqual(try #require(report[.learningRate]), expected, tolerance: 1e-12)
    }
  }

  @Test func `the gradient's norm is reported before it is cut to 1, or to what is asked for`()
    throws
  {
    #expect(PolicyConfiguration().optimizer.maximumGradientNorm == 1)
    let outcomes = try [nil, 1e-3].map { limit in
      let scene = try Scene {
        $0.optimizer.maximumGradientNorm = limit
        $0.optimizer.epsilon = 1e-2
      }
      let report = try scene.trainer.step()
      return (try #require(report[.policyGradientNorm]), Tiny.bytes(scene.policy.parameters))
    }
    #expect(outcomes[0].0 == outcomes[1].0 && outcomes[0].0 > 1e-2)
    #expect(outcomes[0].1 != outcomes[1].1)
  }

  @Test func `an epoch's minibatches hold every answer once, in another order each time`() throws {
    let drawn = try Drawn(.ppo) {
      $0.epochs = 4
      $0.minibatches = 3
    }
    let agent = WatchedAgent(drawn.agent)
    _ = try PolicyTrainer(
      drawn.configuration.method, drawn.configuration.update, steps: 1, agent: agent, seed: 0
    ).step()
    #expect(agent.rows.map(\.count) == Array(repeating: [5, 5, 6], count: 4).flatMap { $0 })
    let epochs = (0..<4).map { agent.rows[3 * $0..<3 * $0 + 3].flatMap { $0 } }
    #expect(epochs.allSatisfy { $0.sorted() == Array(0..<16) })
    #expect(Set(epochs).count == 4)
  }

  @Test func `each purpose has a generator of its own, so that more updates ask no other prompts`()
    throws
  {
    let prompts = try [1, 4].map { epochs in
      let scene = try Scene {
        $0.epochs = epochs
        $0.minibatches = epochs
        $0.optimizer.learningRate = 1e-2
      }
      return try (0..<4).map { _ in
        try scene.steps(1)
        return scene.trainer.agent.lastCompletions
      }
    }
    #expect(prompts[0].map { $0.map(\.prompt) } == prompts[1].map { $0.map(\.prompt) })
    #expect(prompts[0][0] == prompts[1][0] && prompts[0][3] != prompts[1][3])
  }

  @Test func `a run that says nothing has γ 1, λ 0.95, clips of 0.2, ε 1e-5 and four epochs`() {
    let configuration = PolicyConfiguration()
    let method = configuration.method
    #expect(method.advantage.discount == 1 && method.advantage.lambda == 0.95)
    #expect(method.critic.lambda == 0.95 && method.critic.clipRange == 0.2)
    #expect(method.objective.clipRange == 0.2 && method.objective.dualClip == nil)
    #expect(configuration.optimizer.epsilon == 1e-5 && configuration.epochs == 4)
  }
}
