public import Environments
import Foundation
import NeuralNetworks
import PolicyOptimization
import RunRecords
import Torch

/// The one loop: draw, estimate, improve.
///
/// The method is four choices; what the trajectories are made of is the agent's.
public final class PolicyTrainer<World: Agent>: Trainer {
  /// Steps so far.
  public private(set) var stepsTaken = 0
  /// Steps of the whole run.
  public let stepCount: Int
  /// The policy with its critic, at work.
  public let agent: World

  private let method: Method
  private let settings: UpdateSettings
  private let improver: PolicyImprover<World>
  private var controller: DivergenceController
  private var penalty: AdaptivePenalty
  private var trajectories = 0
  private var started = Date()

  /// A trainer at step zero.
  ///
  /// - Parameters:
  ///   - method: The four choices.
  ///   - settings: How a step's samples are used.
  ///   - steps: Steps of the whole run.
  ///   - agent: What is trained, in place.
  ///   - seed: Decides minibatches.
  /// - Throws: `TrainingError`.
  public init(
    _ method: Method, _ settings: UpdateSettings, steps: Int, agent: World, seed: UInt64
  ) throws {
    try method.validate()
    try settings.validate(method)
    guard steps >= 1 else {
      throw TrainingError.configuration(key: "steps", reason: "\(steps) is below 1")
    }
    self.method = method
    self.settings = settings
    self.agent = agent
    stepCount = steps
    improver = PolicyImprover(
      method, settings, agent: agent, order: Generator(seed: seed, purpose: "minibatches"),
      shuffles: Generator(seed: seed, purpose: "shuffles"))
    let reference = method.reference
    controller = DivergenceController(
      coefficient: reference.coefficient, target: reference.target, steering: reference.steering,
      horizon: reference.horizon, dualRate: reference.dualRate)
    penalty = AdaptivePenalty(
      coefficient: method.objective.penaltyCoefficient, target: method.objective.penaltyTarget)
  }

  /// Draw, estimate, improve, report.
  public func step() throws -> StepReport {
    let clock = ContinuousClock()
    let episodes = try agent.episodes(step: stepsTaken + 1)
    let drawn = clock.now
    let maker = ExperienceMaker(
      method: method, agent: agent, coefficient: controller.coefficient, step: stepsTaken + 1)
    let experience = try maker.experience(episodes)
    let estimated = clock.now
    let rate = settings.schedule.factor(step: stepsTaken, total: stepCount)
    let update = try improver.improve(
      experience,
      .init(
        coefficient: controller.coefficient, penalty: penalty.coefficient, rate: rate,
        step: stepsTaken + 1))
    let improved = clock.now
    stepsTaken += 1
    trajectories += episodes.lengths.count
    return report(
      experience, update,
      timings: [
        (.estimateSeconds, (estimated - drawn).seconds),
        (.updateSeconds, (improved - estimated).seconds),
        (.learningRate, settings.optimizer.learningRate * rate),
      ])
  }

  private func report(
    _ experience: Experience<World.Record>, _ update: PolicyImprover<World>.Summary,
    timings: [(Metric, Double)]
  ) -> StepReport {
    let described = agent.describe(experience.episodes, step: stepsTaken)
    let count = Double(experience.packing.lengths.count)
    var metrics: [(Metric, Double)] = [
      (.episode, Double(trajectories)),
      (.episodesPerSecond, (Double(trajectories) / -started.timeIntervalSinceNow)),
      (.objectiveEntropy, -experience.episodes.logProbabilities.sum().item / count),
    ]
    if let variance = experience.explainedVariance {
      metrics.append((.explainedVariance, variance))
    }
    if let share = experience.idleGroups { metrics.append((.idleGroups, share)) }
    if let ratios = experience.referenceLogRatios {
      let score = described.metrics.first { $0.0 == .scores }?.1
      metrics += divergences(ratios, trajectories: experience.packing.lengths.count, score: score)
    }
    if method.objective.kind == .penalty {
      metrics.append((.penaltyCoefficient, penalty.coefficient))
      if let divergence = update.divergence {
        metrics.append((.penaltyDivergence, divergence))
        penalty.update(divergence: divergence)
      }
    }
    return StepReport(
      step: stepsTaken, metrics: metrics + described.metrics + update.metrics + timings,
      samples: described.samples)
  }

  // What the distance from the reference was, and what it cost; then β is steered.
  private func divergences(_ ratios: Tensor, trajectories: Int, score: Double?) -> [(
    Metric, Double
  )] {
    let divergence = ratios.sum().item / Double(trajectories)
    let coefficient = controller.coefficient
    let cost = method.reference.placement == .reward ? -coefficient * divergence : 0
    let estimate = { (estimator: DivergenceEstimator) in
      estimator.estimates(logRatios: ratios).mean().item
    }
    controller.update(divergence: divergence, episodes: trajectories)
    var metrics: [(Metric, Double)] = [
      (.kl, divergence), (.klK1, estimate(.k1)), (.klK2, estimate(.k2)), (.klK3, estimate(.k3)),
      (.klCoefficient, method.reference.isPenalty ? coefficient : 0), (.nonScoreReward, cost),
    ]
    if let score { metrics.append((.rlhfReward, score + cost)) }
    return metrics
  }
}

extension PolicyTrainer: Resumable where World: Resumable {
  /// The agent with its weights, optimizers, controllers, and every random generator.
  public func carry(_ state: TrainingState) throws {
    try state.carry("agent", agent)
    try state.carry("improver", improver)
    try state.carry("steps", &stepsTaken)
    try state.carry("trajectories", &trajectories)
    try state.carry("controller", &controller)
    try state.carry("penalty", &penalty)
    var elapsed = -started.timeIntervalSinceNow
    try state.carry("seconds", &elapsed)
    if state.isRestoring { started = Date(timeIntervalSinceNow: -elapsed) }
  }
}

extension PolicyTrainer where World == LanguageAgent {
  /// A trainer of a language model at step zero.
  ///
  /// - Parameters:
  ///   - configuration: The method and its settings.
  ///   - parts: What the run works with.
  ///   - seed: Decides prompts, draws and minibatches.
  /// - Throws: `TrainingError`, `WeightError`.
  public convenience init(
    _ configuration: PolicyConfiguration, _ parts: LanguageAgent.Parts, seed: UInt64
  ) throws {
    try self.init(
      configuration.method, configuration.update, steps: configuration.steps,
      agent: LanguageAgent(configuration, parts, seed: seed), seed: seed)
  }
}

extension PolicyTrainer where World == EnvironmentAgent {
  /// A trainer of a small policy in an environment at step zero.
  ///
  /// - Parameters:
  ///   - configuration: The method and its settings.
  ///   - environment: The world; every copy lives its own life.
  ///   - seed: Decides weights, worlds, actions and minibatches.
  /// - Throws: `TrainingError`, or what the environment throws.
  public convenience init(
    _ configuration: EnvironmentConfiguration, _ environment: any Environment, seed: UInt64
  ) throws {
    try self.init(
      configuration, agent: EnvironmentAgent(configuration, environment, seed: seed), seed: seed)
  }

  /// A trainer at step zero of an agent that is there already.
  ///
  /// - Parameters:
  ///   - configuration: The method and its settings, which the agent was made with.
  ///   - agent: What is trained, in place.
  ///   - seed: Decides minibatches.
  /// - Throws: `TrainingError`.
  public convenience init(
    _ configuration: EnvironmentConfiguration, agent: EnvironmentAgent, seed: UInt64
  ) throws {
    try self.init(
      configuration.method, configuration.update, steps: configuration.steps, agent: agent,
      seed: seed)
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
