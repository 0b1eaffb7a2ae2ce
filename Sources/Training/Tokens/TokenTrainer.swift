import Feedback
public import LanguageModels
import NeuralNetworks
import PolicyOptimization
import RunRecords
import Torch

/// Trains a policy on marks on single tokens, with no reward model and no sampling.
///
/// With ℓ the objective's loss of a mark, and p the reference:
///
///     L = mean over marked tokens of ℓ + w · mean over unmarked tokens of KL(π ‖ p)
///
/// Both means are over a batch's completions; KL is over the whole vocabulary, in nats. ``TokenObjective`` says what ℓ can be.
public final class TokenTrainer: Trainer {
  /// What marked completions say of a policy.
  public struct Evaluation: Equatable, Sendable {
    /// The loss, as training has it.
    public var loss: Double
    /// The mean probability of tokens marked bad; NaN without any.
    public var badProbability: Double
    /// The mean probability of tokens marked good; NaN without any.
    public var goodProbability: Double
    /// The mean of KL(π ‖ p) at unmarked tokens, in nats; NaN without any.
    public var unmarkedDivergence: Double
    /// The mean total variation between π and the closed-form target where tokens are marked; NaN without any.
    public var targetDistance: Double
  }

  /// The model being trained.
  public let policy: LanguageModel
  /// Steps so far.
  public var stepsTaken: Int { learner.stepsTaken }
  /// Steps of the whole run.
  public var stepCount: Int { learner.stepCount }
  /// Bad tokens that the objective can learn nothing from, because nobody said what should have stood there.
  public let uncorrectedCount: Int

  let reference: LanguageModel
  let examples: [MarkedExample]
  let configuration: Configuration
  private let learner: Learner
  private let draws: Generator
  private var tokensSeen = 0
  private var device: Device { policy.outputWeight.device }
  private lazy var dataFingerprint = Fingerprint.of(examples.lazy.flatMap(\.numbers))
  private lazy var referenceFingerprint = Fingerprint.of(reference.parameters)

  /// A trainer at step zero.
  ///
  /// - Parameters:
  ///   - policy: Trained in place, or its adapter if it has one.
  ///   - reference: p: what it is measured from, on the same device.
  ///   - examples: Completions with marks.
  ///   - configuration: How to train.
  ///   - seed: Decides order, dropout and the tokens that bad ones are compared with.
  /// - Throws: `TrainingError.noData` where nothing is marked that can be learned from, `TrainingError.configuration`.
  public init(
    _ policy: LanguageModel, reference: LanguageModel, examples: [MarkedExample],
    configuration: Configuration, seed: UInt64
  ) throws {
    try configuration.validate()
    try checkDevice(policy.outputWeight)
    let objective = configuration.objective
    let marks = examples.flatMap(\.marks)
    guard !marks.isEmpty else { throw TrainingError.noData("the marks") }
    uncorrectedCount = marks.count { !objective.learns(from: $0) }
    guard uncorrectedCount < marks.count else {
      throw TrainingError.configuration(
        key: "objective.kind",
        reason:
          "\(objective.kind.rawValue) compares bad tokens with their corrections, and no mark has `instead`: add some, or choose another kind"
      )
    }
    self.policy = policy
    self.reference = reference
    self.examples = examples
    self.configuration = configuration
    let batches = (examples.count + configuration.batchRows - 1) / configuration.batchRows
    learner = Learner(
      policy.trainedParameters, configuration.optimizer, configuration.schedule,
      hasDropout: policy.hasDropout, stepCount: batches * configuration.epochs, seed: seed)
    draws = Generator(seed: seed, purpose: "alternatives", device: policy.outputWeight.device)
  }

  /// One batch, one update.
  public func step() throws -> StepReport {
    let batch = nextBatch().map { examples[$0] }
    let parts = differentiated(
      batch, in: configuration.microBatches, dropout: learner.dropout, draws: draws)
    let loss = parts.loss(unmarkedWeight: configuration.unmarkedWeight)
    let update = try learner.update(loss: loss, parts.gradients)
    tokensSeen += batch.reduce(0) { $0 + $1.completion.count }
    return StepReport(
      step: stepsTaken,
      metrics: [(.loss, loss)] + parts.metrics + [(.tokenCount, Double(tokensSeen))] + update)
  }

  /// What the parts of a batch add up to, with the gradients of its loss.
  ///
  /// - Parameters:
  ///   - batch: The completions.
  ///   - count: In how many parts it is computed, one after the other.
  ///   - dropout: What decides which units are dropped; nil drops none.
  ///   - draws: Where the tokens come from that bad ones are compared with; nil takes the likeliest others.
  /// - Returns: What the parts add up to.
  func differentiated(
    _ batch: [MarkedExample], in count: Int, dropout: Generator? = nil, draws: Generator? = nil
  ) -> TokenParts {
    let marked = batch.reduce(0) { $0 + learned(of: $1).count }
    let unmarked = batch.reduce(0) { $0 + $1.unmarkedPlaces.count }
    var parts = TokenParts()
    for part in split(batch, in: count) {
      let (outcome, gradients) = Tensor.recording {
        let outcome = self.outcome(of: part, dropout: dropout, draws: draws)
        // Of nothing there is no mean, and a weight of 0 says so.
        let loss =
          outcome.losses.sum() / Double(max(1, marked))
          + outcome.divergences.sum()
          * (configuration.unmarkedWeight / Double(max(1, unmarked)))
        return (outcome, loss.gradients(of: policy.trainedParameters.tensors))
      }
      parts.add(outcome, gradients)
    }
    return parts
  }

  /// What other completions say of the policy, without dropout.
  ///
  /// - Parameter examples: Completions that are held out.
  /// - Returns: Loss, probabilities and distances.
  public func evaluate(_ examples: [MarkedExample]) -> Evaluation {
    var parts = TokenParts()
    let sorted = examples.sorted { $0.length < $1.length }
    for start in stride(from: 0, to: sorted.count, by: configuration.batchRows) {
      let part = Array(sorted[start..<min(start + configuration.batchRows, sorted.count)])
      parts.add(Tensor.withoutRecording { outcome(of: part) }, [])
    }
    let found = Dictionary(uniqueKeysWithValues: parts.metrics.map { ($0.0, $0.1) })
    return Evaluation(
      loss: parts.loss(unmarkedWeight: configuration.unmarkedWeight),
      badProbability: found[.badTokenProbability] ?? .nan,
      goodProbability: found[.goodTokenProbability] ?? .nan,
      unmarkedDivergence: found[.unmarkedDivergence] ?? .nan,
      targetDistance: found[.targetDistance] ?? .nan)
  }

  /// log π of every token of some completions in one batch, whose short rows are filled with a token.
  func logProbabilities(
    of batch: [MarkedExample], by model: LanguageModel, padding: Int = 0
  ) -> [[Double]] {
    let layout = ResponseLayout(
      batch.map(Completion.init), padding: padding, device: device)
    return Tensor.withoutRecording {
      model.statistics(layout).statistics.logProbabilities.select(1, 0).doubles
    }.parts(of: layout.lengths)
  }

  private func learned(of example: MarkedExample) -> [MarkedToken] {
    example.marks.filter(configuration.objective.learns)
  }

  private func outcome(
    of examples: [MarkedExample], dropout: Generator? = nil, draws: Generator? = nil
  ) -> TokenOutcome {
    let layout = ResponseLayout(examples.map(Completion.init), device: device)
    let hidden = layout.predicting(policy.trunk, Trunk.Context(dropout: dropout))
    let trusted = Tensor.withoutRecording { layout.predicting(reference.trunk) }
    let starts = layout.packing.starts
    let places = zip(starts, examples).flatMap { start, example in
      learned(of: example).map { start + $0.place }
    }
    let unmarked = Tensor(
      zip(starts, examples).flatMap { start, example in example.unmarkedPlaces.map { start + $0 } },
      device: device)
    let pick = { (tensor: Tensor) in tensor.selecting(unmarked, along: 0) }
    let statistics = TokenStatistics(
      hidden: pick(hidden), weight: policy.outputWeight, targets: pick(layout.tokens).unsqueezed(1),
      reference: (pick(trusted), reference.outputWeight))
    let marked = Tensor(places, device: device)
    let marks = marks(
      examples.flatMap(learned), tokens: layout.tokens.selecting(marked, along: 0),
      hidden: hidden.selecting(marked, along: 0), trusted: trusted.selecting(marked, along: 0),
      draws: draws)
    let objective = configuration.objective
    let losses = objective.losses(marks)
    return Tensor.withoutRecording {
      let probabilities = marks.logPolicy.detached().exponential()
      let target = objective.target(marks).exponential()
      return TokenOutcome(
        losses: losses, divergences: statistics.divergences ?? statistics.entropies,
        probabilities: probabilities.gathered(marks.tokens.unsqueezed(1), along: 1).squeezed(1),
        distances: (probabilities - target).magnitude().sum(along: 1) * 0.5,
        isGood: examples.flatMap(learned).map { $0.sign == .good })
    }
  }

  private func marks(
    _ marks: [MarkedToken], tokens: Tensor, hidden: Tensor, trusted: Tensor, draws: Generator?
  ) -> TokenMarks {
    let logPolicy = policy.logits(ofHidden: hidden).cast(to: .float32).logSoftmax(along: -1)
    let logReference = Tensor.withoutRecording {
      reference.logits(ofHidden: trusted).cast(to: .float32).logSoftmax(along: -1)
    }
    let alternatives: Tensor? =
      switch configuration.objective.kind {
      case .pairwise:
        Tensor(
          zip(marks, tokens.integers).map { $0.correction ?? $1 }, device: device)
      case .cringe:
        TokenMarks.alternatives(
          to: tokens, logPolicy: logPolicy, among: draws == nil ? 1 : configuration.candidates,
          using: draws ?? self.draws)
      default: nil
      }
    return TokenMarks(
      logPolicy: logPolicy, logReference: logReference, tokens: tokens,
      signs: Tensor(marks.map { Float($0.sign.rawValue) }, device: device),
      alternatives: alternatives)
  }

  // Completions of like length share a part, and no more parts than completions.
  private func split(_ batch: [MarkedExample], in parts: Int) -> [[MarkedExample]] {
    let sorted = batch.sorted { $0.length < $1.length }
    let count = min(parts, sorted.count)
    return (0..<count).map {
      Array(sorted[$0 * sorted.count / count..<($0 + 1) * sorted.count / count])
    }
  }

  private func nextBatch() -> [Int] {
    learner.nextBatch { order in
      LengthBuckets.batches(
        of: examples.map(\.length), rowsPerBatch: configuration.batchRows, using: order)
    }
  }
}

extension TokenTrainer: Resumable {
  /// What is learned with, and how much was seen.
  public func carry(_ state: TrainingState) throws {
    try state.expect("the training data", dataFingerprint)
    try state.expect("the reference model", referenceFingerprint)
    try state.carry("tokens", &tokensSeen)
    try state.carry("draws", draws)
    try state.carry("learner", learner)
  }
}

extension TokenObjective {
  /// Whether a mark says enough for this objective.
  func learns(from mark: MarkedToken) -> Bool {
    kind != .pairwise || mark.sign == .good || mark.correction != nil
  }
}

extension Completion {
  /// A marked completion as models read it.
  init(_ example: MarkedExample) {
    self.init(prompt: example.prompt, tokens: example.completion, finish: .stopToken)
  }
}
