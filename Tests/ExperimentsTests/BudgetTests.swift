import Foundation
import LanguageModels
import NeuralNetworks
import Pessimism
import PolicyOptimization
import Synchronization
import TensorTestSupport
import Testing
import Torch
import Training

@testable import Experiments

@Suite struct `The world of KL budgets` {
  private static let world = Result { try BudgetWorld(seed: 0) }

  private func world() throws -> BudgetWorld { try Self.world.get() }

  private func mean(_ probabilities: [Double], _ values: [Double]) -> Double {
    zip(probabilities, values).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private func optimum(_ utilities: [Double], _ base: [Double], nats: Double) throws -> Double {
    try #require(
      BudgetedOptimum.withinDivergence(nats, of: utilities, from: base.map { log($0) })
    ).value
  }

  @Test func `holds every episode once, with a probability`() throws {
    #expect(BudgetWorld.episodes.count == 4096 && Set(BudgetWorld.episodes).count == 4096)
    #expect(abs(try world().probabilities.reduce(0, +) - 1) < 1e-5)
    #expect(BudgetWorld.episodes[1] == [0, 0, 0, 0, 0, 1])
  }

  // As the chain says: 0.05 after talk, 0.6 after silence.
  @Test func `falls silent seldom, and stays silent`() throws {
    let probabilities = try world().probabilities
    let chance = { (holds: ([Int]) -> Bool) in
      zip(BudgetWorld.episodes, probabilities).reduce(0) { $0 + (holds($1.0) ? $1.1 : 0) }
    }
    let silent = { (index: Int) in { (tokens: [Int]) in tokens[index] == BudgetWorld.silence } }
    #expect(abs(chance(silent(0)) - 0.05) < 0.015)
    let both = chance { silent(2)($0) && silent(3)($0) }
    #expect(abs(both / chance(silent(2)) - 0.6) < 0.08)
  }

  @Test func `pays for silent tokens, or for a word`() {
    #expect(BudgetReward.silence.utility([3, 0, 3, 1, 2, 3]) == 0.5)
    #expect(BudgetReward.word.utility([0, 2, 1, 2, 0, 0]) == 1)
    #expect(BudgetReward.word.utility([0, 0, 0, 2, 1, 2]) == 1)
    #expect(BudgetReward.word.utility([2, 1, 1, 2, 1, 0]) == 0)
  }

  // One token: the plan is the tilt.
  @Test func `has a best plan that is the tilt where there is one token`() throws {
    let (base, utilities) = ([0.1, 0.2, 0.3, 0.4], [1, 0, 0.5, 0.2])
    let plan = BudgetPlan(base: base, utilities: utilities, grain: 0.1, count: 12)
    for (grains, value) in plan.values.enumerated() {
      #expect(abs(value - (try optimum(utilities, base, nats: Double(grains) * 0.1))) < 1e-12)
    }
  }

  // Two tokens that know nothing of each other, paid each for itself: both halves of the budget buy the same, and a plan loses nothing.
  @Test func `has a best plan that halves the budget between equals`() throws {
    let (token, pay) = ([0.1, 0.2, 0.3, 0.4], [1, 0, 0.5, 0.2])
    let base = token.flatMap { first in token.map { first * $0 } }
    let utilities = pay.flatMap { first in pay.map { first + $0 } }
    let plan = BudgetPlan(base: base, utilities: utilities, grain: 0.05, count: 20)
    #expect(abs(plan.values[20] - 2 * (try optimum(pay, token, nats: 0.5))) < 1e-9)
    #expect(abs(plan.values[20] - (try optimum(utilities, base, nats: 1))) < 1e-9)
  }

  // One event that pays: the optimum spends where the event is near and saves where it has passed; a plan may not exceed on any path.
  @Test(arguments: BudgetReward.allCases)
  func `has a best plan between the base policy and the optimum`(reward: BudgetReward) throws {
    let world = try world()
    let utilities = BudgetWorld.utilities(reward)
    let base = mean(world.probabilities, utilities)
    let plan = BudgetPlan(base: world.probabilities, utilities: utilities, grain: 0.5, count: 2)
    #expect(abs(plan.values[0] - base) < 1e-6)
    for (grains, value) in plan.values.enumerated() {
      #expect(value <= world.optimum(reward, nats: Double(grains) * 0.5).value + 1e-6)
      if grains > 0 { #expect(value > plan.values[grains - 1]) }
    }
  }

  @Test func `bounds what may be e^nats times as probable by the best episodes`() throws {
    let world = try world()
    let base = mean(world.probabilities, BudgetWorld.utilities(.word))
    // All that pays becomes e^nats times as probable, while it is less than everything.
    let mass = world.probabilities.reduce(0, +)
    expectEqual(
      world.boundedRatioOptimum(.word, nats: 0.5), min(1, base * exp(0.5)), tolerance: 1e-9)
    expectEqual(world.boundedRatioOptimum(.word, nats: 20), 1, tolerance: 1e-9)
    expectEqual(world.boundedRatioOptimum(.word, nats: 0), base / max(mass, 1), tolerance: 1e-5)
  }

  // Whatever the policy wants, 0 nats play the base policy, and no episode takes more than there is.
  @Test(arguments: [0, 0.4]) func `shows what a policy plays on a budget`(nats: Double) throws {
    let world = try world()
    let policy = try LanguageModel(
      world.base.configuration, ParameterBuilder(generator: Generator(seed: 9)))
    let head = try BudgetHead(
      width: policy.configuration.width, ParameterBuilder(generator: Generator(seed: 3)))
    let free = EnumeratedPolicy(policy)
    let held = EnumeratedPolicy(
      policy, .init(head: head, budget: KLBudget(nats: nats), base: world.base))
    let cost = { (policy: EnumeratedPolicy) in
      zip(policy.logProbabilities, world.logProbabilities).reduce(0) {
        $0 + exp($1.0) * ($1.0 - $1.1)
      }
    }
    #expect(cost(free) > 0.5 && free.divergences.allSatisfy { $0 == 0 })
    #expect(abs(held.logProbabilities.reduce(0) { $0 + exp($1) } - 1) < 1e-5)
    #expect(held.divergences.allSatisfy { $0 <= nats })
    // KL of the whole is the mean of what its episodes are charged.
    let charged = zip(held.logProbabilities, held.divergences).reduce(0) { $0 + exp($1.0) * $1.1 }
    #expect(abs(cost(held) - charged) < 1e-5)
    #expect(nats == 0 ? charged == 0 : charged > 0.05)
  }
}

@Suite(.serialized) struct `The experiment on KL budgets` {
  private func runs(_ configuration: BudgetConfiguration) throws -> [BudgetRun] {
    try withTemporaryFolder { folder in
      let experiment = BudgetExperiment(configuration, folder: folder)
      let again = Mutex(0)
      let outcome = try experiment.run(observer: .silent) { _ in }
      let kept = try experiment.run(observer: .silent) { _ in again.withLock { $0 += 1 } }
      #expect(outcome.isComplete && outcome.failures.isEmpty)
      #expect(kept.runs == outcome.runs && again.withLock { $0 } == outcome.runs.count)
      return outcome.runs
    }
  }

  // Silence pays late for what is spent early: a policy that does not know what spending costs gets half of it.
  @Test
  func
    `finds that a hard budget is kept, spent where it counts, and half the right price is not enough`()
    throws
  {
    var configuration = BudgetConfiguration()
    configuration.rewards = [.silence]
    configuration.budgets = [1]
    configuration.forms = [.optimum, .halfPrice, .analytic]
    configuration.seeds = 1
    configuration.workers = 1
    configuration.steps = 40
    let runs = try runs(configuration)
    let found = Dictionary(uniqueKeysWithValues: runs.map { ($0.form, $0) })
    let hard = try #require(found[.analytic])
    #expect(hard.share > 0.85 && hard.share < 1)
    #expect(try #require(hard.last.largestSpent) <= 1 && #require(hard.last.kl) <= 1)
    // The control.
    #expect(try #require(found[.halfPrice]?.last.kl) > 2)
    #expect(found[.optimum]?.share == 1)
  }

  @Test func `says what cannot be`() {
    let changes: [(String, (inout BudgetConfiguration) -> Void)] = [
      ("budgets", { $0.budgets = [1, 0] }), ("budgets", { $0.budgets = [] }),
      ("budgets", { $0.budgets = [.nan] }), ("seeds", { $0.seeds = 0 }),
      ("grains", { $0.grains = 0 }), ("workers", { $0.workers = -1 }),
      ("forms", { $0.forms = [] }),
    ]
    for (key, change) in changes {
      var configuration = BudgetConfiguration()
      change(&configuration)
      #expect {
        try configuration.validate()
      } throws: {
        guard case .configuration(key, _) = $0 as? TrainingError else { return false }
        return true
      }
    }
  }
}
