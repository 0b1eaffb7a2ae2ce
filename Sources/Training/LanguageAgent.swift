public import LanguageModels
public import NeuralNetworks
import PolicyOptimization
public import Rewards
public import RunRecords
public import Torch

/// A language model that answers prompts: tokens are its actions, the prompt with the tokens so far is its state.
///
/// Models may live on a GPU: what is said of the tokens, a number each, is handed to the loop on the processor.
public final class LanguageAgent: Agent {
  /// What a run works with.
  public struct Parts {
    /// The model that is trained, in place, or its adapter if it has one.
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

  private let parts: Parts
  private let method: Method
  private let sampling: Sampling
  private let rules: CompletionRules
  private let episodesPerStep: Int
  private let sampler: Sampler
  private let prompts: PromptQueue
  private let draws: Generator
  private let adapterDropout: Generator?
  private lazy var frozenFingerprint = parts.policy.frozenFingerprint
  private lazy var referenceFingerprint = Fingerprint.of(parts.reference.parameters)

  private var policy: LanguageModel { parts.policy }
  private var device: Device { policy.outputWeight.device }
  private var stopTokens: [Int] { policy.configuration.stopTokens }

  /// An agent.
  ///
  /// - Parameters:
  ///   - configuration: The method and its settings.
  ///   - parts: What the run works with.
  ///   - seed: Decides prompts and draws.
  /// - Throws: `TrainingError`, `WeightError`.
  public init(_ configuration: PolicyConfiguration, _ parts: Parts, seed: UInt64) throws {
    try configuration.validate()
    guard !parts.prompts.isEmpty else { throw TrainingError.noData("the prompts") }
    try checkDevice(
      parts.policy.outputWeight,
      for: configuration.method.advantage.baseline == .minimumVariance
        ? "the baseline of least variance" : nil)
    guard parts.reference.outputWeight.device == parts.policy.outputWeight.device else {
      throw TrainingError.configuration(
        key: "device",
        reason:
          "the policy is on \(parts.policy.outputWeight.device), the reference on \(parts.reference.outputWeight.device)"
      )
    }
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
    if configuration.method.objective.kind == .trustRegion,
      parts.policy.adapter?.configuration.dropout ?? 0 > 0
    {
      throw TrainingError.configuration(
        key: "lora.lora_dropout", reason: "trust-region compares one policy with itself: use 0")
    }
    self.parts = parts
    method = configuration.method
    sampling = configuration.sampling
    rules = configuration.completions
    episodesPerStep = configuration.episodesPerStep
    critic = try Critic(configuration.method.critic, for: parts.policy)
    sampler = Sampler(
      parts.policy, configuration.sampling, stopTokens: parts.policy.configuration.stopTokens,
      recordsGreedy: configuration.method.objective.greedyAwareness != nil)
    prompts = PromptQueue(parts.prompts, seed: seed)
    draws = Generator(seed: seed, purpose: "rollouts")
    let dropout = parts.policy.adapter?.configuration.dropout ?? 0
    adapterDropout =
      dropout > 0
      ? Generator(
        seed: seed, purpose: "adapter dropout", device: parts.policy.outputWeight.device) : nil
  }

  /// The weights of the policy that are trained.
  public var policyParameters: Parameters { policy.trainedParameters }
  /// The weights of the critic alone.
  public var criticParameters: Parameters { critic.parameters }
  /// Completions are computed as a whole.
  public var minibatchUnit: MinibatchUnit { .trajectory }

  /// Answers prompts and has the answers scored.
  public func episodes(step: Int) throws -> Episodes<Record> {
    let clock = ContinuousClock()
    let begin = clock.now
    let copies = method.advantage.groupSize
    let rollout = sampler.rollout(
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

  private func grades(_ completions: [Completion], step: Int) throws -> [Grade] {
    let grades = try parts.reward.grades(completions)
    try grades.check(completions, step: step)
    return rules.applied(to: grades, of: completions)
  }

  private func layout(_ record: Record) -> ResponseLayout {
    ResponseLayout(record.rollout.completions, device: device)
  }

  private func layout(_ record: Record, _ minibatch: Minibatch) -> ResponseLayout {
    guard let rows = minibatch.rows else {
      preconditionFailure("a language model sees whole completions")
    }
    return ResponseLayout(
      rows.map { record.rollout.completions[$0] }, padding: padding, device: device)
  }

  /// Values of the completions' states, and of the state behind a cut completion where the rules say that it goes on; else the
  /// episode is over there, and nothing follows.
  public func estimates(_ episodes: Episodes<Record>) -> Estimates {
    let rollout = episodes.record.rollout
    let allActions =
      method.advantage.needsAllActionValues
      ? Critic.Policy(outputWeight: policy.outputWeight, temperature: sampling.temperature) : nil
    let estimates = critic.estimates(
      layout(episodes.record), hidden: rollout.hidden, allActions: allActions)
    let isMaximal = method.advantage.estimator == .maximalActionValue
    return Estimates(
      values: estimates.values.on(.cpu),
      expectedActionValues: estimates.expectedActionValues?.on(.cpu),
      finalValues: finalValues(rollout.completions, allActions),
      actionValues: estimates.actionValues?.on(.cpu),
      bootstrapValues: isMaximal ? estimates.maximalActionValues?.on(.cpu) : nil)
  }

  // What stands for V(s) behind completions that go on; zero behind the others.
  private func finalValues(_ completions: [Completion], _ allActions: Critic.Policy?) -> Tensor {
    let none = Tensor.zeros([completions.count])
    let continued = rules.continued(completions)
    guard !continued.isEmpty else { return none }
    let final = critic.finalEstimates(
      ResponseLayout(continued.map { completions[$0] }, padding: padding, device: device),
      allActions: allActions)
    let isMaximal = method.advantage.estimator == .maximalActionValue
    let values = isMaximal ? final.maximalActionValues : final.expectedActionValues
    return none.scattering((values ?? final.values).on(.cpu), at: Tensor(continued), along: 0)
  }

  /// The reference's log-probabilities of the tokens taken.
  public func reference(_ episodes: inout Episodes<Record>) -> ReferenceView? {
    let (trusted, hidden) = parts.reference.statistics(
      layout(episodes.record), temperature: sampling.temperature,
      others: episodes.record.rollout.greedy?.tokens.unsqueezed(1))
    if method.reference.placement == .loss && method.reference.estimator == .full {
      episodes.record.referenceHidden = hidden
    }
    return ReferenceView(
      logProbabilities: trusted.logProbabilities.select(1, 0).on(.cpu),
      greedyLogProbabilities: episodes.record.rollout.greedy.map { _ in
        trusted.logProbabilities.select(1, 1).on(.cpu)
      })
  }

  /// V(prefix, x*) in one pass; where x* ends the episode (it is the end-of-text token, or the last one allowed) the reward of the
  /// sequence that it ends stands in for V, bounded to three deviations of the sampled ones as in the published code.
  ///
  /// Of dense rewards the last token's is meant: those before it have been paid by then.
  public func greedyOutcomes(_ episodes: Episodes<Record>, step: Int) throws -> GreedyOutcomes {
    let record = episodes.record
    guard let drawn = record.rollout.greedy else {
      preconditionFailure("greedy tokens were not drawn")
    }
    var values = critic.siblingValues(layout(record), siblings: drawn.tokens).on(.cpu)
    var rewards = values.zerosLike()
    let endings = GreedyEndings.all(
      of: record.rollout.completions, greedy: drawn.tokens.integers, stopTokens: stopTokens,
      maximumLength: rules.truncated == .bootstrap ? nil : sampling.maximumLength)
    if !endings.isEmpty {
      let sampled = Tensor(record.grades.map(\.atEnd))
      let center = sampled.mean().item
      let spread = 3 * (sampled - center).squared().mean().item.squareRoot()
      let bounded = try grades(endings.map(\.ending), step: step).map {
        Float(min(max($0.atEnd, center - spread), center + spread))
      }
      let places = Tensor(endings.map(\.place))
      rewards = rewards.scattering(Tensor(bounded), at: places, along: 0)
      values = values.scattering(Tensor(bounded).zerosLike(), at: places, along: 0)
    }
    return GreedyOutcomes(rewards: rewards, values: values)
  }

  /// Log-probabilities, entropies and KL in chunks, values from the same states.
  public func judge(_ record: Record, _ minibatch: Minibatch, _ questions: Questions) -> Judgement {
    let layout = layout(record, minibatch)
    let places = minibatch.places.on(device)
    let pick = { (tensor: Tensor) in tensor.selecting(places, along: 0) }
    var judgement = Judgement()
    // Only passes that are learned from drop anything, and only what the adapter sees: completions are drawn without dropout.
    let context = Trunk.Context(adapterDropout: Tensor.isRecording ? adapterDropout : nil)
    let hidden = layout.predicting(policy.trunk, context)
    if questions.policy {
      let chosen = layout.tokens.unsqueezed(1)
      let greedy = questions.greedy ? record.rollout.greedy : nil
      let targets = greedy.map {
        Tensor.concatenate([chosen, pick($0.tokens).unsqueezed(1)], along: 1)
      }
      let statistics = TokenStatistics(
        hidden: hidden, weight: policy.outputWeight, targets: targets ?? chosen,
        temperature: sampling.temperature,
        reference: questions.referenceDivergence
          ? record.referenceHidden.map { (pick($0), parts.reference.outputWeight) } : nil)
      let logProbabilities = statistics.logProbabilities.on(.cpu)
      judgement.logProbabilities = logProbabilities.select(1, 0)
      judgement.entropies = statistics.entropies.on(.cpu)
      judgement.greedyLogProbabilities = greedy.map { _ in logProbabilities.select(1, 1) }
      judgement.referenceDivergences = statistics.divergences?.on(.cpu)
    }
    if questions.critic {
      let estimates = critic.estimates(layout, hidden: hidden)
      judgement.values = estimates.values.on(.cpu)
      judgement.actionValues = estimates.actionValues?.on(.cpu)
    }
    return judgement
  }

  /// log π of the whole vocabulary [m, vocabulary], held at once: for trust regions, which differentiate it twice.
  public func distributions(_ record: Record, _ minibatch: Minibatch) -> Tensor {
    let layout = layout(record, minibatch)
    let hidden = layout.predicting(policy.trunk, Trunk.Context(isTwiceDifferentiable: true))
    return (policy.logits(ofHidden: hidden) / sampling.temperature).logSoftmax(along: -1)
  }

  /// The tokens taken.
  public func actions(_ record: Record, _ minibatch: Minibatch) -> Tensor {
    layout(record, minibatch).tokens.on(.cpu)
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
    return (metrics + record.grades.metrics + record.timings, samples)
  }
}

extension LanguageAgent: Resumable {
  /// Weights of policy and critic, the prompts that wait, and every random generator.
  public func carry(_ state: TrainingState) throws {
    try state.expect("the frozen weights", frozenFingerprint)
    try state.expect("the reference model", referenceFingerprint)
    try state.carry("policy", policy.trainedParameters)
    try state.carry("critic", critic.parameters)
    try state.carry("prompts", prompts)
    try state.carry("draws", draws)
    try state.carry("adapter dropout", adapterDropout)
  }
}
