import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Rewards
import RunRecords
import TensorTestSupport
import Testing
import Torch
import Training

@Suite struct `A policy on a budget` {
  private static let token = 4

  private func scene(
    _ budget: KLBudget, reward: any Reward = EachReward.token(token),
    _ change: (inout PolicyConfiguration) -> Void = { _ in }
  ) throws -> Scene {
    try Scene(.ppo, reward: reward) {
      $0.method.reference.placement = .budget
      $0.method.reference.budget = budget
      $0.steps = 30
      $0.episodesPerStep = 32
      $0.epochs = 4
      $0.optimizer.learningRate = 3e-3
      change(&$0)
    }
  }

  private func share(_ completions: [Completion]) -> Double {
    mean(completions.map { $0.tokens.contains(Self.token) ? 1 : 0 })
  }

  private func spending(_ scene: Scene, step: Int) throws -> (spent: [Double], kl: [Double]) {
    let rollout = try scene.trainer.agent.episodes(step: step).record.rollout
    let spending = try #require(rollout.spending)
    var start = 0
    return rollout.completions.reduce(into: ([], [])) { sums, completion in
      let places = start..<start + completion.tokens.count
      start = places.upperBound
      sums.0.append(spending.costs.doubles[places].reduce(0, +))
      sums.1.append(spending.divergences.doubles[places].reduce(0, +))
    }
  }

  // The more nats, the more of what is rewarded; and no completion passes its budget, however much it would earn.
  @Test(arguments: [KLBudget.Accounting.analytic, .noRefund])
  func `earns what it can afford, and no completion passes it`(accounting: KLBudget.Accounting)
    throws
  {
    let shares = try [0, 0.1, 0.5, 10].map { nats in
      let scene = try scene(KLBudget(nats: nats, accounting: accounting))
      try scene.steps(30)
      let (spent, divergences) = try spending(scene, step: 31)
      #expect(spent.allSatisfy { $0 <= nats + 1e-9 }, "\(spent)")
      if accounting == .analytic { #expect(divergences.allSatisfy { $0 <= nats }) }
      return share(scene.trainer.agent.lastCompletions)
    }
    #expect(shares[3] > 0.8 && shares[0] < 0.4, "\(shares)")
    #expect(shares[0] < shares[2] && shares[2] < shares[3], "\(shares)")
  }

  @Test func `with nothing to spend answers as the reference for ever`() throws {
    let held = try scene(KLBudget(nats: 0))
    let idle = try scene(KLBudget(nats: 0)) { $0.optimizer.learningRate = 0 }
    for _ in 0..<5 {
      let reports = try [held, idle].map { try $0.trainer.step() }
      expectEqual(try #require(reports[0][.kl]), 0, tolerance: 1e-5)
      #expect(reports[0][.budgetSpent] == 0)
      #expect(held.trainer.agent.lastCompletions == idle.trainer.agent.lastCompletions)
    }
  }

  // What was drawn on the budget is what the first update of every step sees, however far the policy has gone.
  @Test(arguments: KLBudget.Accounting.allCases)
  func `has ratio 1 before each step's update`(accounting: KLBudget.Accounting) throws {
    let scene = try scene(KLBudget(nats: 0.3, accounting: accounting)) {
      $0.epochs = 1
      $0.minibatches = 1
      $0.sampling.temperature = 0.8
      $0.optimizer.learningRate = 2e-2
    }
    let reports = try scene.steps(8)
    for report in reports {
      expectEqual(try #require(report[.ratio]), 1, tolerance: 1e-4)
      #expect(try #require(report[.approximateKL]) < 1e-7)
    }
    // The policy wants more than it can afford by then.
    #expect(try #require(reports.last?[.budgetWeight]) < 0.9)
  }

  @Test func `learns to propose, and is told what is left`() throws {
    let scene = try scene(KLBudget(nats: 1))
    let head = try #require(scene.trainer.agent.budgetHead)
    let before = Tiny.bytes(head.parameters)
    let reports = try scene.steps(12)
    for (name, pair) in zip(head.parameters.names, zip(before, Tiny.bytes(head.parameters))) {
      #expect(pair.0 != pair.1, "\(name) did not move")
    }
    expectEqual(try #require(reports[0][.budgetShare]), 1.0 / 17, tolerance: 1e-6)
    #expect(abs(try #require(reports.last?[.budgetShare]) - 1.0 / 17) > 1e-3)
  }

  @Test func `gets its budget along a ramp`() throws {
    let scene = try scene(KLBudget(nats: 6, rampSteps: 3))
    let budgets = try (1...5).map { step in
      let rollout = try scene.trainer.agent.episodes(step: step).record.rollout
      return try #require(rollout.spending).left.maximum(along: 0).item
    }
    #expect(budgets == [0, 2, 4, 6, 6])
  }

  @Test func `is refused where it would mean nothing, by its key`() throws {
    let changes: [(String, (inout PolicyConfiguration) -> Void)] = [
      ("method.reference.budget", { $0.method.reference.budget.nats = -1 }),
      ("method.reference.budget", { $0.method.reference.budget.nats = .nan }),
      ("method.reference.target", { $0.method.reference.target = 3 }),
      ("method.critic.kind", { $0.method.critic.kind = .valueModel }),
      ("completions.truncated", { $0.completions.truncated = .bootstrap }),
      (
        "objective.greedy_awareness",
        {
          $0.method.objective.greedyAwareness = .code
          $0.method.advantage.whitening = .centered
        }
      ),
      (
        "advantage.estimator",
        {
          $0.method.critic.kind = .actionValueHeads
          $0.method.advantage.estimator = .actionValue
        }
      ),
      (
        "method.reference.budget",
        {
          $0.method.reference.placement = .none
          $0.method.reference.budget.nats = 3
        }
      ),
    ]
    for (key, change) in changes {
      #expect("\(key)") {
        _ = try scene(KLBudget(nats: 1), change)
      } throws: { error in
        guard case TrainingError.configuration(let found, _)? = error as? TrainingError else {
          return false
        }
        return key.hasSuffix(found)
      }
    }
    for preset in [Method.Preset.trpo, .reinforce] {
      var held = Method(preset)
      if preset == .reinforce {
        held.advantage.baseline = .minimumVariance
        held.objective.averaging = .sum
      }
      try held.validate()
      held.reference.placement = .budget
      #expect(throws: TrainingError.self) { try held.validate() }
    }
    var world = EnvironmentConfiguration()
    try world.validate()
    world.method.reference.placement = .budget
    #expect(throws: TrainingError.self) { try world.validate() }
  }
}
