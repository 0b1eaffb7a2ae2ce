public import LanguageModels
import NeuralNetworks
import PolicyOptimization
import RunRecords
import Torch

/// Trains a policy on preferences directly, with no reward model and no sampling.
///
/// The log-probabilities of the answers that people prefer rise against those of the others, measured from a reference
/// (Rafailov and others 2023).
public final class PreferenceTrainer: Trainer {
  /// What held-out pairs say of a policy.
  public struct Evaluation: Equatable, Sendable {
    /// The mean loss.
    public var loss: Double
    /// The share of pairs whose likelier answer has the greater implicit reward, ties half.
    public var accuracy: Double
  }

  /// The model being trained.
  public let policy: LanguageModel
  /// Steps so far.
  public var stepsTaken: Int { learner.stepsTaken }
  /// Steps of the whole run.
  public var stepCount: Int { learner.stepCount }

  private let reference: LanguageModel?
  let examples: [PreferenceExample]
  let configuration: Configuration
  private let learner: Learner
  private var tokensSeen = 0
  // The reference never changes, so what it says of a pair is asked once [pairs, 2].
  private let trusted: Tensor
  private var isTrusted: [Bool]
  private lazy var dataFingerprint = Fingerprint.of(
    examples.lazy.flatMap { [$0.prompt, $0.chosen, $0.rejected] })
  private lazy var referenceFingerprint = reference.map { Fingerprint.of($0.parameters) } ?? 0

  /// A trainer at step zero.
  ///
  /// - Parameters:
  ///   - policy: Trained in place, or its adapter if it has one.
  ///   - reference: What it is measured from, on the same device; not asked where the objective is reference-free.
  ///   - examples: The pairs.
  ///   - configuration: How to train.
  ///   - seed: Decides order and dropout.
  /// - Throws: `TrainingError.noData`, `TrainingError.configuration`.
  public init(
    _ policy: LanguageModel, reference: LanguageModel, examples: [PreferenceExample],
    configuration: Configuration, seed: UInt64
  ) throws {
    try configuration.validate()
    try checkDevice(policy.outputWeight)
    guard !examples.isEmpty else { throw TrainingError.noData("the preferences") }
    self.policy = policy
    self.reference = configuration.objective.isReferenceFree ? nil : reference
    self.examples = examples
    self.configuration = configuration
    trusted = .zeros([examples.count, 2], device: policy.outputWeight.device)
    isTrusted = Array(repeating: configuration.objective.isReferenceFree, count: examples.count)
    let batches = (examples.count + configuration.batchPairs - 1) / configuration.batchPairs
    learner = Learner(
      policy.trainedParameters, configuration.optimizer, configuration.schedule,
      hasDropout: policy.hasDropout, stepCount: batches * configuration.epochs, seed: seed)
  }

  /// One batch, one update.
  public func step() throws -> StepReport {
    let batch = nextBatch()
    let parts = differentiated(
      batch, in: configuration.microBatches, dropout: learner.dropout)
    let loss = parts.mean { $0.losses }
    let update = try learner.update(loss: loss, parts.gradients)
    tokensSeen += batch.reduce(0) { $0 + examples[$1].chosen.count + examples[$1].rejected.count }
    return StepReport(
      step: stepsTaken,
      metrics: [(.loss, loss)] + parts.metrics + [(.tokenCount, Double(tokensSeen))] + update)
  }

  /// What the parts of a batch add up to, with the gradients of its mean loss.
  ///
  /// - Parameters:
  ///   - batch: The pairs, by index.
  ///   - count: In how many parts it is computed, one after the other.
  ///   - dropout: What decides which units are dropped; nil drops none.
  /// - Returns: What the parts add up to.
  func differentiated(_ batch: [Int], in count: Int, dropout: Generator?) -> PreferenceParts {
    askReference(batch)
    var parts = PreferenceParts()
    for indices in split(batch, in: count) {
      let share = 1 / Double(batch.count)
      let (outcome, gradients) = Tensor.recording {
        let outcome = self.outcome(
          of: indices.map { examples[$0] }, trusted: said(of: indices), dropout: dropout)
        return (
          outcome, (outcome.losses.sum() * share).gradients(of: policy.trainedParameters.tensors)
        )
      }
      parts.add(outcome, gradients)
    }
    return parts
  }

  /// log π of both answers of some pairs in one batch, whose short ones are filled with a token.
  func logProbabilities(of pairs: [PreferenceExample], padding: Int) -> [[Double]] {
    Tensor.withoutRecording { sums(policy, pairs, padding: padding).answers.doubles }
      .parts(of: pairs.map { _ in 2 })
  }

  /// What the reference says of both answers of some pairs, by index.
  func referenceLogProbabilities(_ batch: [Int]) -> [[Double]] {
    askReference(batch)
    return (said(of: batch)?.doubles ?? []).parts(of: batch.map { _ in 2 })
  }

  /// What other pairs say of the policy, without dropout.
  ///
  /// - Parameter examples: Held-out pairs.
  /// - Returns: Loss and accuracy; NaN without pairs.
  public func evaluate(_ examples: [PreferenceExample]) -> Evaluation {
    var (loss, agreement) = (0.0, 0.0)
    let sorted = examples.sorted { $0.length < $1.length }
    for start in stride(from: 0, to: sorted.count, by: configuration.batchPairs) {
      let part = Array(sorted[start..<min(start + configuration.batchPairs, sorted.count)])
      let outcome = Tensor.withoutRecording {
        self.outcome(of: part, trusted: reference.map { sums($0, part).answers })
      }
      loss += outcome.losses.doubles.reduce(0, +)
      agreement += outcome.agreements.reduce(0, +)
    }
    let count = Double(examples.count)
    return Evaluation(loss: loss / count, accuracy: agreement / count)
  }

  // log π of both answers of every pair [pairs, 2], summed over their tokens or averaged.
  private func sums(
    _ model: LanguageModel, _ pairs: [PreferenceExample], dropout: Generator? = nil,
    padding: Int = 0
  ) -> (answers: Tensor, entropies: Tensor) {
    let completions = [\PreferenceExample.chosen, \.rejected].flatMap { answer in
      pairs.map {
        Completion(prompt: $0.prompt, tokens: $0[keyPath: answer], finish: .stopToken)
      }
    }
    let layout = ResponseLayout(
      completions, padding: padding, device: policy.outputWeight.device)
    let statistics = model.statistics(layout, dropout: dropout).statistics
    var sums = layout.unpacked(statistics.logProbabilities.select(1, 0)).sum(along: 1)
    if configuration.objective.tokenAveraging == .mean {
      sums = sums / Tensor(layout.lengths.map(Float.init), device: sums.device)
    }
    let answers = sums.reshaped(2, pairs.count).transposed()
    return (answers, statistics.entropies)
  }

  private func askReference(_ batch: [Int]) {
    guard let reference else { return }
    let unknown = batch.filter { !isTrusted[$0] }
    guard !unknown.isEmpty else { return }
    for indices in split(unknown, in: configuration.microBatches) {
      let said = Tensor.withoutRecording {
        sums(reference, indices.map { examples[$0] }).answers
      }
      for (row, index) in indices.enumerated() {
        trusted.slice(0, index..<index + 1).assign(said.slice(0, row..<row + 1))
        isTrusted[index] = true
      }
    }
  }

  private func said(of indices: [Int]) -> Tensor? {
    reference == nil
      ? nil : trusted.selecting(Tensor(indices, device: trusted.device), along: 0)
  }

  private func outcome(
    of pairs: [PreferenceExample], trusted: Tensor?, dropout: Generator? = nil
  ) -> PreferenceOutcome {
    let (own, entropies) = sums(policy, pairs, dropout: dropout)
    let ratios = trusted.map { own - $0 } ?? own
    let margins = ratios.select(1, 0) - ratios.select(1, 1)
    let labels = Tensor(pairs.map { Float($0.probability) }, device: margins.device)
    return PreferenceOutcome(
      probabilities: pairs.map(\.probability),
      losses: configuration.objective.losses(margins: margins, probabilities: labels),
      logProbabilities: own.detached(),
      rewards: ratios.detached() * configuration.objective.beta, entropies: entropies.detached())
  }

  // Pairs of like length share a part, and no more parts than pairs.
  private func split(_ batch: [Int], in parts: Int) -> [[Int]] {
    let sorted = batch.sorted { (examples[$0].length, $0) < (examples[$1].length, $1) }
    let count = min(parts, sorted.count)
    return (0..<count).map {
      Array(sorted[$0 * sorted.count / count..<($0 + 1) * sorted.count / count])
    }
  }

  private func nextBatch() -> [Int] {
    learner.nextBatch { order in
      LengthBuckets.batches(
        of: examples.map(\.length), rowsPerBatch: configuration.batchPairs, using: order)
    }
  }
}

extension PreferenceTrainer: Resumable {
  /// What is learned with, and what the reference said.
  public func carry(_ state: TrainingState) throws {
    try state.expect("the training data", dataFingerprint)
    try state.expect("the reference model", referenceFingerprint)
    try state.carry("tokens", &tokensSeen)
    try state.carry("learner", learner)
    try state.carry("asked", &isTrusted)
    var said = Parameters()
    said.append("log_probabilities", trusted)
    try state.carry("reference", said)
  }
}
