public import LanguageModels
public import NeuralNetworks
import PolicyOptimization
public import Rewards
public import RunRecords
import Torch

/// A language model that answers prompts: tokens are its actions, the prompt with the tokens so far is its state.
///
/// Models may live on a GPU: what is said of the tokens, a number each, is handed to the loop on the processor.
public final class LanguageAgent: Agent {
  /// Completions with what was known when their tokens were drawn.
  public struct Record {
    /// The completions.
    public var rollout: Rollout
    /// What each completion earned.
    public var grades: [Grade]
    /// The reference's states that predict the tokens [n, width], for KL in the loss.
    var referenceHidden: Tensor?
    var timings: [(Metric, Double)]
  }

  /// The critic, for saving.
  public let critic: Critic
  /// The completions of the last step, for whoever wants to judge them too.
  public private(set) var lastCompletions: [Completion] = []
  /// What fills short rows; nothing depends on it, which can be checked by changing it.
  var padding = 0

  let parts: Parts
  let method: Method
  let sampling: Sampling
  let rules: CompletionRules
  private let episodesPerStep: Int
  /// What the policy knows of its budget, where it has one.
  public let budgetHead: BudgetHead?
  private let prompts: PromptQueue
  private let draws: Generator
  let adapterDropout: Generator?
  private lazy var frozenFingerprint = parts.policy.frozenFingerprint
  private lazy var referenceFingerprint = Fingerprint.of(parts.reference.parameters)

  var policy: LanguageModel { parts.policy }
  var device: Device { policy.outputWeight.device }
  var stopTokens: [Int] { policy.configuration.stopTokens }

  /// An agent.
  ///
  /// - Parameters:
  ///   - configuration: The method and its settings.
  ///   - parts: What the run works with.
  ///   - seed: Decides prompts and draws.
  /// - Throws: `TrainingError`, `WeightError`.
  public init(_ configuration: PolicyConfiguration, _ parts: Parts, seed: UInt64) throws {
    try configuration.validate()
    try parts.check(configuration)
    self.parts = parts
    method = configuration.method
    sampling = configuration.sampling
    rules = configuration.completions
    episodesPerStep = configuration.episodesPerStep
    critic = try Critic(configuration.method.critic, for: parts.policy)
    budgetHead =
      configuration.method.reference.placement == .budget
      ? try parts.budgetHead
        ?? BudgetHead(
          width: parts.policy.configuration.width,
          ParameterBuilder(
            generator: Generator(seed: seed, purpose: "budget head"),
            device: parts.policy.outputWeight.device)) : nil
    prompts = PromptQueue(parts.prompts, seed: seed)
    draws = Generator(seed: seed, purpose: "rollouts")
    let dropout = parts.policy.adapter?.configuration.dropout ?? 0
    adapterDropout =
      dropout > 0
      ? Generator(
        seed: seed, purpose: "adapter dropout", device: parts.policy.outputWeight.device) : nil
  }

  /// The weights of the policy that are trained.
  public var policyParameters: Parameters {
    policy.trainedParameters + (budgetHead?.parameters ?? Parameters())
  }
  /// The weights of the critic alone.
  public var criticParameters: Parameters { critic.parameters }
  /// Completions are computed as a whole.
  public var minibatchUnit: MinibatchUnit { .trajectory }

  /// Answers prompts and has the answers scored.
  public func episodes(step: Int) throws -> Episodes<Record> {
    let clock = ContinuousClock()
    let begin = clock.now
    let copies = method.advantage.groupSize
    let rollout = sampler(step: step).rollout(
      prompts.next(episodesPerStep / copies, copies: copies), using: draws)
    guard rollout.logProbabilities.isAllFinite else {
      throw TrainingError.diverged(metric: "a log-probability", step: step)
    }
    let sampled = clock.now
    let grades = try grades(rollout.completions, step: step)
    let graded = clock.now
    lastCompletions = rollout.completions
    let rewards = zip(rollout.completions, grades).flatMap { completion, grade in
      rules.payments(grade, for: completion).map { Float($0) }
    }
    var episodes = Episodes(
      record: Record(
        rollout: rollout, grades: grades,
        timings: [
          (.rolloutSeconds, (sampled - begin).seconds),
          (.rewardSeconds, (graded - sampled).seconds),
        ]),
      lengths: rollout.completions.map(\.tokens.count), rewards: Tensor(rewards),
      logProbabilities: rollout.logProbabilities.on(.cpu),
      greedyLogProbabilities: rollout.greedy?.logProbabilities.on(.cpu))
    episodes.masked = rules.masked(rollout.completions)
    return episodes
  }

  private func sampler(step: Int) -> Sampler {
    let restraint = budgetHead.map { head in
      var budget = method.reference.budget
      budget.nats = budget.nats(atStep: step - 1)
      return Restraint(to: parts.reference, budget: budget, proposer: .policy(head))
    }
    return Sampler(
      policy, sampling, stopTokens: stopTokens,
      recordsGreedy: method.objective.greedyAwareness != nil, restraint: restraint)
  }

  func grades(_ completions: [Completion], step: Int) throws -> [Grade] {
    let grades = try parts.reward.grades(completions)
    try grades.check(completions, step: step)
    return rules.applied(to: grades, of: completions)
  }

  func layout(_ record: Record) -> ResponseLayout {
    ResponseLayout(record.rollout.completions, device: device)
  }

  func layout(_ record: Record, _ minibatch: Minibatch) -> ResponseLayout {
    guard let rows = minibatch.rows else {
      preconditionFailure("a language model sees whole completions")
    }
    return ResponseLayout(
      rows.map { record.rollout.completions[$0] }, padding: padding, device: device)
  }

  /// Scores, lengths, endings and variety of the completions, and some of them to read.
  public func describe(_ episodes: Episodes<Record>, step: Int) -> (
    metrics: [(Metric, Double)], samples: [Sample]
  ) {
    let record = episodes.record
    let completions = record.rollout.completions
    let count = Double(completions.count)
    let stopped = Double(completions.count { $0.finish == .stopToken })
    let metrics: [(Metric, Double)] = [
      (.scores, record.grades.reduce(0) { $0 + $1.total } / count),
      (.meanCompletionLength, Double(completions.reduce(0) { $0 + $1.tokens.count }) / count),
      (.terminatedShare, stopped / count), (.stopTokenCount, stopped),
      (.distinctPairs, distinctShare(of: completions.map(\.text), length: 2)),
    ]
    let samples = zip(completions, record.grades).prefix(4).map { completion, grade in
      Sample(
        step: step, prompt: parts.decode(completion.prompt),
        completion: parts.decode(completion.text), rewards: grade.report)
    }
    return (
      metrics + record.grades.metrics + spending(record.rollout) + record.timings, samples
    )
  }
}

extension LanguageAgent {
  // What was done with the budgets.
  private func spending(_ rollout: Rollout) -> [(Metric, Double)] {
    guard let spending = rollout.spending else { return [] }
    let spent = spending.costs.sum().item / Double(rollout.completions.count)
    return [
      (.budgetSpent, spent), (.budgetShare, spending.shares.mean().item),
      (.budgetWeight, spending.weights.mean().item),
      (.budgetDivergence, spending.divergences.sum().item / Double(rollout.completions.count)),
    ]
  }
}

extension LanguageAgent: Resumable {
  /// Weights of policy and critic, the prompts that wait, and every random generator.
  public func carry(_ state: TrainingState) throws {
    try state.expect("the frozen weights", frozenFingerprint)
    try state.expect("the reference model", referenceFingerprint)
    try state.carry("policy", policy.trainedParameters)
    if let budgetHead { try state.carry("budget", budgetHead.parameters) }
    try state.carry("critic", critic.parameters)
    try state.carry("prompts", prompts)
    try state.carry("draws", draws)
    try state.carry("adapter dropout", adapterDropout)
  }
}
