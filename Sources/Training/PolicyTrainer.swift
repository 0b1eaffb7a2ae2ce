import Foundation
public import LanguageModels
import NeuralNetworks
import PolicyOptimization
public import Rewards
import RunRecords
import Torch

/// The one loop: sample, score, estimate, improve.
///
/// The method is in the configuration's four choices.
public final class PolicyTrainer: Trainer {
  /// What a run works with.
  public struct Parts {
    /// The model that is trained, in place.
    public var policy: LanguageModel
    /// The model it is held to, or watched against.
    public var reference: LanguageModel
    /// What it is rewarded for.
    public var reward: any Reward
    /// Prompts as token ids, drawn in random order again and again.
    public var prompts: [[Int]]
    /// Tokens to text, for samples that people read.
    public var decode: @Sendable ([Int]) -> String

    /// The parts of a run.
    public init(
      policy: LanguageModel, reference: LanguageModel, reward: any Reward, prompts: [[Int]],
      decode: @escaping @Sendable ([Int]) -> String
    ) {
      self.policy = policy
      self.reference = reference
      self.reward = reward
      self.prompts = prompts
      self.decode = decode
    }
  }

  /// Steps so far.
  public private(set) var stepsTaken = 0
  /// Steps of the whole run.
  public var stepCount: Int { configuration.steps }
  /// The critic, for saving.
  public let critic: Critic
  /// The completions of the last step, for whoever wants to judge them too.
  public private(set) var lastCompletions: [Completion] = []

  private let configuration: PolicyConfiguration
  private let parts: Parts
  private let sampler: Sampler
  private let improver: PolicyImprover
  private var controller: DivergenceController
  private let promptOrder: Generator
  private let draws: Generator
  private var waitingPrompts: [Int] = []
  private let started = Date()

  /// A trainer at step zero.
  ///
  /// - Parameters:
  ///   - configuration: The method and its settings.
  ///   - parts: What the run works with.
  ///   - seed: Decides prompts, draws and minibatches.
  /// - Throws: `TrainingError`, `WeightError`.
  public init(_ configuration: PolicyConfiguration, _ parts: Parts, seed: UInt64) throws {
    try configuration.validate()
    guard !parts.prompts.isEmpty else { throw TrainingError.noData("the prompts") }
    try checkDevice(parts.policy.outputWeight)
    let longest = parts.prompts.map(\.count).max() ?? 0
    let positions = min(
      parts.policy.configuration.positionCount, parts.reference.configuration.positionCount)
    guard longest + configuration.sampling.maximumLength <= positions else {
      throw TrainingError.configuration(
        key: "sampling.max_new_tokens",
        reason:
          "a prompt of \(longest) tokens and \(configuration.sampling.maximumLength) new ones do not fit \(positions) positions"
      )
    }
    self.configuration = configuration
    self.parts = parts
    critic = try Critic(configuration.method.critic, for: parts.policy)
    sampler = Sampler(
      parts.policy, configuration.sampling, stopToken: parts.policy.configuration.endOfTextToken,
      recordsGreedy: configuration.method.objective.greedyAwareness != nil)
    improver = PolicyImprover(
      configuration, policy: parts.policy, critic: critic, reference: parts.reference,
      order: Generator(seed: seed, purpose: "minibatches"),
      shuffles: Generator(seed: seed, purpose: "shuffles"))
    let reference = configuration.method.reference
    controller = DivergenceController(
      coefficient: reference.coefficient, target: reference.target, horizon: reference.horizon)
    promptOrder = Generator(seed: seed, purpose: "prompts")
    draws = Generator(seed: seed, purpose: "rollouts")
  }

  /// Sample, score, estimate, improve, report.
  public func step() throws -> StepReport {
    let clock = ContinuousClock()
    let begin = clock.now
    let rollout = sampler.rollout(nextPrompts(), using: draws)
    guard rollout.logProbabilities.isAllFinite else {
      throw TrainingError.diverged(metric: "a log-probability", step: stepsTaken + 1)
    }
    let sampled = clock.now
    let scores = try scores(rollout.completions)
    let graded = clock.now
    let experience = try estimate(rollout, scores: scores)
    let estimated = clock.now
    let update = try improver.improve(
      experience, coefficient: controller.coefficient,
      rate: configuration.schedule.factor(step: stepsTaken, total: stepCount), step: stepsTaken + 1)
    let divergence =
      experience.referenceLogRatios.sum().item / Double(rollout.completions.count)
    let coefficient = controller.coefficient
    controller.update(divergence: divergence, episodes: rollout.completions.count)
    stepsTaken += 1
    lastCompletions = rollout.completions
    return report(
      experience, update, divergence: divergence, coefficient: coefficient,
      timings: [
        (.rolloutSeconds, (sampled - begin).seconds), (.rewardSeconds, (graded - sampled).seconds),
        (.estimateSeconds, (estimated - graded).seconds),
        (.updateSeconds, (clock.now - estimated).seconds),
      ])
  }

  private func nextPrompts() -> [[Int]] {
    (0..<configuration.episodesPerStep).map { _ in
      if waitingPrompts.isEmpty {
        waitingPrompts = promptOrder.permutation(parts.prompts.count).integers
      }
      return parts.prompts[waitingPrompts.removeLast()]
    }
  }

  private func scores(_ completions: [Completion]) throws -> [Double] {
    let scores = try parts.reward.scores(completions)
    guard scores.count == completions.count else {
      throw TrainingError.rewardCount(
        step: stepsTaken + 1, expected: completions.count, received: scores.count)
    }
    if let bad = scores.firstIndex(where: { !$0.isFinite }) {
      throw TrainingError.reward(step: stepsTaken + 1, completion: bad, value: "\(scores[bad])")
    }
    return scores
  }

  private func estimate(_ rollout: Rollout, scores: [Double]) throws -> Experience {
    let maker = ExperienceMaker(
      method: configuration.method, sampling: configuration.sampling,
      coefficient: controller.coefficient, reference: parts.reference, critic: critic,
      stopToken: parts.policy.configuration.endOfTextToken)
    return try maker.experience(rollout, scores: scores, endingScores: self.scores)
  }

  private func report(
    _ experience: Experience, _ update: PolicyImprover.Summary, divergence: Double,
    coefficient: Double, timings: [(Metric, Double)]
  ) -> StepReport {
    let completions = experience.rollout.completions
    let count = Double(completions.count)
    let score = experience.scores.reduce(0, +) / count
    let penalty =
      configuration.method.reference.placement == .reward ? -coefficient * divergence : 0
    let estimate = { (estimator: DivergenceEstimator) in
      estimator.estimates(logRatios: experience.referenceLogRatios).mean().item
    }
    let stopped = Double(completions.count { $0.finish == .stopToken })
    let episodes = Double(stepsTaken) * count
    var metrics: [(Metric, Double)] = [
      (.episode, episodes), (.episodesPerSecond, (episodes / -started.timeIntervalSinceNow)),
      (.learningRate, update.learningRate), (.scores, score), (.kl, divergence),
      (.klK1, estimate(.k1)), (.klK2, estimate(.k2)), (.klK3, estimate(.k3)),
      (.klCoefficient, configuration.method.reference.placement == .none ? 0 : coefficient),
      (.objectiveEntropy, -experience.rollout.logProbabilities.sum().item / count),
      (.nonScoreReward, penalty), (.rlhfReward, score + penalty),
      (.explainedVariance, experience.explainedVariance),
      (.meanCompletionLength, Double(completions.reduce(0) { $0 + $1.tokens.count }) / count),
      (.terminatedShare, stopped / count), (.stopTokenCount, stopped),
      (.distinctPairs, distinctShare(of: completions.map(\.text), length: 2)),
    ]
    metrics += update.metrics + timings
    let samples = zip(completions, experience.scores).prefix(4).map { completion, score in
      Sample(
        step: stepsTaken, prompt: parts.decode(completion.prompt),
        completion: parts.decode(completion.text), rewards: ["score": score])
    }
    return StepReport(step: stepsTaken, metrics: metrics, samples: samples)
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
