import Foundation
import LanguageModels
import PolicyOptimization
import RunRecords
import Training

/// One way of holding to one budget in one world: what it earned, and what it cost, all of it exact.
public struct BudgetRun: Codable, Equatable, Sendable {
  /// What episodes were paid for.
  public var reward: BudgetReward
  /// The way.
  public var form: BudgetForm
  /// The budget in nats per episode.
  public var nats: Double
  /// The world.
  public var seed: Int
  /// The mean reward of the base policy.
  public var base: Double
  /// The most that the budget can buy in expected KL.
  public var optimum: Double
  /// What was earned.
  public var last: Point
  /// What was earned on the way, every tenth step; empty where nothing was learned.
  public var curve: [Point]

  /// A policy, looked at through all its episodes.
  public struct Point: Codable, Equatable, Sendable {
    /// Steps so far.
    public var step: Int
    /// E_π[r].
    public var value: Double
    /// KL(π ‖ β) per episode in nats; nil where a plan has only a value.
    public var kl: Double?
    /// max over episodes of log π/β, in nats; nil where a plan has only a value.
    public var largestRatio: Double?
    /// max over episodes of Σ KL of the distributions along it, where the policy is on a budget.
    public var largestSpent: Double?

    enum CodingKeys: String, CodingKey {
      case step, value, kl
      case largestRatio = "largest_ratio"
      case largestSpent = "largest_spent"
    }
  }

  /// The share of what the budget can buy that was earned: 0 is the base policy, 1 the exact optimum.
  public var share: Double { (last.value - base) / (optimum - base) }
}

/// A run to be made.
struct BudgetJob: SweepJob {
  typealias Run = BudgetRun

  let reward: BudgetReward
  let form: BudgetForm
  let nats: Double
  let seed: Int

  var name: String { "\(reward.rawValue)-\(form.rawValue)-\(nats)-\(seed)" }

  /// Works it out, or learns.
  ///
  /// - Parameters:
  ///   - world: The world of the seed.
  ///   - configuration: The settings.
  ///   - step: Told after every step; false stops the run.
  /// - Returns: The result, or nil if it was stopped.
  /// - Throws: What stops training.
  func run(in world: BudgetWorld, _ configuration: BudgetConfiguration, step: (Int) -> Bool) throws
    -> BudgetRun?
  {
    let utilities = BudgetWorld.utilities(reward)
    let best = world.optimum(reward, nats: nats)
    var run = BudgetRun(
      reward: reward, form: form, nats: nats, seed: seed,
      base: zip(world.probabilities, utilities).reduce(0) { $0 + $1.0 * $1.1 },
      optimum: best.value, last: .init(step: 0, value: best.value), curve: [])
    switch form {
    case .optimum: run.last.kl = nats
    case .plan:
      run.last.value =
        BudgetPlan(
          base: world.probabilities, utilities: utilities,
          grain: nats / Double(configuration.grains), count: configuration.grains
        ).values[configuration.grains]
    case .boundedRatio: run.last.value = world.boundedRatioOptimum(reward, nats: nats)
    default:
      guard
        let curve = try learned(
          in: world, configuration.training(form, nats: nats, price: best.price), step: step),
        let last = curve.last
      else { return nil }
      (run.curve, run.last) = (curve, last)
    }
    return run
  }

  private func learned(
    in world: BudgetWorld, _ training: PolicyConfiguration, step: (Int) -> Bool
  ) throws -> [BudgetRun.Point]? {
    let policy = try world.base.copy()
    let trainer = try PolicyTrainer(
      training,
      .init(
        policy: policy, reference: world.base, reward: reward, prompts: [BudgetWorld.prompt],
        decode: { $0.map(String.init).joined(separator: " ") }), seed: UInt64(seed))
    var curve: [BudgetRun.Point] = []
    while trainer.stepsTaken < trainer.stepCount {
      _ = try trainer.step()
      if trainer.stepsTaken % 10 == 0 || trainer.stepsTaken == trainer.stepCount {
        let restrained = trainer.agent.budgetHead.map {
          EnumeratedPolicy.Restrained(
            head: $0, budget: training.method.reference.budget, base: world.base)
        }
        curve.append(
          point(EnumeratedPolicy(policy, restrained), in: world, step: trainer.stepsTaken))
      }
      guard step(trainer.stepsTaken) else { return nil }
    }
    return curve
  }

  private func point(_ policy: EnumeratedPolicy, in world: BudgetWorld, step: Int)
    -> BudgetRun.Point
  {
    let utilities = BudgetWorld.utilities(reward)
    let ratios = zip(policy.logProbabilities, world.logProbabilities).map { $0 - $1 }
    let mean = { (values: [Double]) in
      zip(policy.logProbabilities, values).reduce(0) { $0 + exp($1.0) * $1.1 }
    }
    return BudgetRun.Point(
      step: step, value: mean(utilities), kl: mean(ratios), largestRatio: ratios.max(),
      largestSpent: form.accounting == nil ? nil : policy.divergences.max())
  }
}
