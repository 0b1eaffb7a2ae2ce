import Foundation
public import LanguageModels
import NeuralNetworks
import PolicyOptimization
public import Rewards
import RunRecords
import Torch

/// Draws n answers to each prompt and keeps the best; where it is asked to, the policy learns to imitate those, round after round
/// (rejection sampling, expert iteration).
public final class BestOfNTrainer: Trainer {
  /// What a run works with.
  public struct Parts {
    /// The policy, trained in place where answers are imitated, or its adapter if it has one.
    public var policy: LanguageModel
    /// The policy at the start, from which distance is measured.
    public var reference: LanguageModel
    /// What chooses.
    public var reward: any Reward
    /// A judge that does not choose and is only reported.
    public var gold: (any Reward)?
    /// Prompts as token ids, drawn in random order again and again.
    public var prompts: [[Int]]
    /// Tokens to text, for samples that people read.
    public var decode: @Sendable ([Int]) -> String

    /// The parts of a run.
    public init(
      policy: LanguageModel, reference: LanguageModel, reward: any Reward,
      gold: (any Reward)? = nil,
      prompts: [[Int]], decode: @escaping @Sendable ([Int]) -> String
    ) {
      self.policy = policy
      self.reference = reference
      self.reward = reward
      self.gold = gold
      self.prompts = prompts
      self.decode = decode
    }
  }

  /// An answer that was kept.
  public struct Kept: Codable, Equatable, Sendable {
    /// The round that drew it.
    public var round: Int
    /// The prompt's tokens.
    public var prompt: [Int]
    /// The answer's tokens, a stop token included.
    public var tokens: [Int]
    /// Whether it ended by itself.
    public var isWhole: Bool
    /// What it earned.
    public var score: Double
  }

  /// Rounds so far.
  public private(set) var stepsTaken = 0
  /// Rounds of the whole run.
  public let stepCount: Int
  /// All answers that were kept so far.
  public private(set) var kept: [Kept] = []
  /// What is expected of the best of fewer answers, from all rounds of one policy.
  public private(set) var curve: BestOfNCurve

  private let parts: Parts
  private let configuration: BestOfNConfiguration
  private let seed: UInt64
  private let prompts: PromptQueue
  private let draws: Generator
  private var policy: LanguageModel { parts.policy }

  /// A trainer before its first round.
  ///
  /// - Parameters:
  ///   - configuration: How many answers are drawn, kept and imitated.
  ///   - parts: What the run works with.
  ///   - seed: Decides prompts, draws and the order of imitation.
  /// - Throws: `TrainingError`.
  public init(_ configuration: BestOfNConfiguration, _ parts: Parts, seed: UInt64) throws {
    try configuration.validate()
    guard !parts.prompts.isEmpty else { throw TrainingError.noData("the prompts") }
    try checkDevice(parts.policy.outputWeight)
    let longest =
      (parts.prompts.map(\.count).max() ?? 0) + configuration.sampling.maximumLength
    if let length = configuration.imitation.packedLength, length < longest {
      throw TrainingError.configuration(
        key: "imitation.packed_length",
        reason: "\(length) is less than the \(longest) tokens that prompt and answer may have")
    }
    self.configuration = configuration
    self.parts = parts
    self.seed = seed
    stepCount = configuration.rounds
    prompts = PromptQueue(parts.prompts, seed: seed)
    draws = Generator(seed: seed, purpose: "rollouts")
    curve = BestOfNCurve(answers: configuration.answers)
  }

  /// One round: draw, choose, imitate.
  public func step() throws -> StepReport {
    let round = stepsTaken + 1
    let clock = ContinuousClock()
    let begin = clock.now
    let sampler = Sampler(
      policy, configuration.sampling, stopTokens: policy.configuration.stopTokens)
    let rollout = sampler.rollout(
      prompts.next(configuration.promptsPerRound, copies: configuration.answers), using: draws)
    let sampled = clock.now
    let raw = try parts.reward.grades(rollout.completions)
    try raw.check(rollout.completions, step: round)
    let grades = configuration.completions.applied(to: raw, of: rollout.completions)
    let gold = try parts.gold?.scores(rollout.completions)
    let graded = clock.now
    let scores = grades.map(\.total)
    if configuration.imitates { curve = BestOfNCurve(answers: configuration.answers) }
    curve.add(scores: scores, gold: gold)
    let chosen = configuration.chosen(
      scores, masked: configuration.completions.masked(rollout.completions))
    let divergence = divergence(rollout)
    let loss = try imitate(chosen.map { rollout.completions[$0] }, round: round)
    kept += chosen.map {
      let completion = rollout.completions[$0]
      return Kept(
        round: round, prompt: completion.prompt, tokens: completion.tokens,
        isWhole: completion.finish != .length, score: scores[$0])
    }
    stepsTaken = round
    let mean = { (values: [Double]) in values.reduce(0, +) / Double(values.count) }
    var metrics: [(Metric, Double)] = [
      (.scores, mean(scores)), (.keptCount, Double(chosen.count)),
      (.episode, Double(round * scores.count)),
      (.meanCompletionLength, mean(rollout.completions.map { Double($0.tokens.count) })),
      (.terminatedShare, mean(rollout.completions.map { $0.finish == .length ? 0 : 1 })),
      (.distinctPairs, distinctShare(of: rollout.completions.map(\.text), length: 2)),
      (.rolloutSeconds, (sampled - begin).seconds), (.rewardSeconds, (graded - sampled).seconds),
      (.updateSeconds, (clock.now - graded).seconds),
    ]
    metrics += grades.metrics
    if let gold { metrics.append((.goldReward, mean(gold))) }
    if !chosen.isEmpty {
      metrics.append((.bestScore, mean(chosen.map { scores[$0] })))
      if let gold { metrics.append((.bestGold, mean(chosen.map { gold[$0] }))) }
    }
    if let divergence { metrics.append((.kl, divergence)) }
    if let loss { metrics.append((.loss, loss)) }
    return StepReport(
      step: round, metrics: metrics,
      samples: chosen.prefix(4).map {
        Sample(
          step: round, prompt: parts.decode(rollout.completions[$0].prompt),
          completion: parts.decode(rollout.completions[$0].text), rewards: grades[$0].report)
      })
  }

  // How far the policy that drew them is from where it began; nothing where the rules of sampling hide it.
  private func divergence(_ rollout: Rollout) -> Double? {
    guard configuration.imitates, configuration.sampling.isUntruncated else { return nil }
    let layout = ResponseLayout(rollout.completions, device: policy.outputWeight.device)
    let trusted = Tensor.withoutRecording {
      parts.reference.statistics(layout, temperature: configuration.sampling.temperature)
        .statistics.logProbabilities.select(1, 0)
    }
    return (rollout.logProbabilities - trusted).sum().item / Double(rollout.completions.count)
  }

  // The mean loss of the updates, or nil where nothing is imitated.
  private func imitate(_ completions: [Completion], round: Int) throws -> Double? {
    guard configuration.imitates, !completions.isEmpty else { return nil }
    let trainer = try SupervisedTrainer(
      policy,
      examples: completions.map { .init(prompt: $0.prompt, completion: $0.tokens, byteCount: 1) },
      configuration: configuration.imitation, seed: seed &+ UInt64(round))
    var losses: [Double] = []
    while trainer.stepsTaken < trainer.stepCount {
      losses.append(try trainer.step()[.loss] ?? .nan)
    }
    trainer.finish()
    return losses.reduce(0, +) / Double(losses.count)
  }
}

extension BestOfNTrainer: Resumable {
  /// Weights, answers kept so far, prompts that wait, and every random generator.
  public func carry(_ state: TrainingState) throws {
    try state.carry("prompts", prompts)
    try state.carry("steps", &stepsTaken)
    try state.carry("kept", &kept)
    try state.carry("curve", &curve)
    try state.carry("draws", draws)
    if configuration.imitates { try state.carry("policy", policy.trainedParameters) }
  }
}
