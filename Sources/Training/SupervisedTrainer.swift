import Foundation
public import LanguageModels
import NeuralNetworks
import RunRecords
import Torch

/// Trains a language model to predict texts: cross-entropy on every token after the prompt.
public final class SupervisedTrainer: Trainer {
  /// One text.
  public struct Example: Sendable {
    /// Tokens that are given, at least one (the begin-of-text token).
    public var prompt: [Int]
    /// Tokens to be predicted, the end-of-text token included.
    public var completion: [Int]
    /// Bytes of text that the learned tokens stand for, for bits per byte.
    public var byteCount: Int
    /// Which tokens of the completion are learned, as in a conversation of several turns, at least one; nil is all of them.
    public var isLearned: [Bool]?

    /// A text.
    public init(prompt: [Int], completion: [Int], byteCount: Int, isLearned: [Bool]? = nil) {
      self.prompt = prompt
      self.completion = completion
      self.byteCount = byteCount
      self.isLearned = isLearned
    }

    /// Tokens of prompt and completion.
    var length: Int { prompt.count + completion.count }

    /// Places in the completion of the tokens that are learned.
    var learnedPlaces: [Int] { completion.indices.filter { isLearned?[$0] ?? true } }
  }

  /// The model being trained.
  public let model: LanguageModel
  /// Steps so far.
  public var stepsTaken: Int { learner.stepsTaken }
  /// Steps of the whole run.
  public var stepCount: Int { learner.stepCount }

  let configuration: Configuration
  let examples: [Example]
  private let learner: Learner
  private var tokensSeen = 0
  private lazy var dataFingerprint = Fingerprint.of(
    examples.lazy.flatMap { [$0.prompt, $0.completion, $0.learnedPlaces] })
  private lazy var frozenFingerprint = model.frozenFingerprint

  /// A trainer at step zero.
  ///
  /// - Parameters:
  ///   - model: Trained in place, or its adapter if it has one; its configuration's dropout is what is applied.
  ///   - examples: The training texts.
  ///   - configuration: How to train.
  ///   - seed: Decides order and dropout.
  /// - Throws: `TrainingError.noData`, `TrainingError.configuration`.
  public init(
    _ model: LanguageModel, examples: [Example], configuration: Configuration, seed: UInt64
  ) throws {
    try configuration.validate()
    try checkDevice(model.outputWeight)
    guard !examples.isEmpty else { throw TrainingError.noData("the training texts") }
    try configuration.validate(longest: examples.map(\.length).max() ?? 0)
    self.model = model
    self.examples = examples
    self.configuration = configuration
    // Later epochs have about as many batches as one drawn now, from a generator of its own.
    let perEpoch = configuration.batches(
      of: examples, using: Generator(seed: seed, purpose: "count")
    ).count
    learner = Learner(
      model.trainedParameters, configuration.optimizer, configuration.schedule,
      averaging: configuration.averaging, hasDropout: model.hasDropout,
      stepCount: perEpoch * configuration.epochs, seed: seed)
  }

  /// One batch, one update.
  public func step() throws -> StepReport {
    let batch = nextBatch().map { examples[$0] }
    let (loss, gradients, count) = differentiated(
      batch, in: configuration.microBatches, dropout: learner.dropout)
    let update = try learner.update(loss: loss, gradients)
    tokensSeen += count
    return StepReport(
      step: stepsTaken, metrics: [(.loss, loss), (.tokenCount, Double(tokensSeen))] + update)
  }

  /// The mean loss of a batch's learned tokens, of which there are so many, and its gradients.
  ///
  /// - Parameters:
  ///   - batch: The texts.
  ///   - count: In how many parts it is computed, one after the other.
  ///   - dropout: What decides which units are dropped; nil drops none.
  /// - Returns: Loss, gradients and the number of learned tokens.
  func differentiated(_ batch: [Example], in count: Int, dropout: Generator?) -> (
    loss: Double, gradients: [Tensor], tokens: Int
  ) {
    let tokens = batch.reduce(0) { $0 + $1.learnedPlaces.count }
    var (loss, gradients) = (0.0, [Tensor]())
    for part in parts(of: batch, count) {
      let (value, slopes) = differentiated(part, of: tokens, dropout)
      loss += value
      if gradients.isEmpty { gradients = slopes } else { FusedUpdate.add(slopes, to: gradients) }
    }
    return (loss, gradients, tokens)
  }

  /// log π of the learned tokens of some texts in one batch, whose short rows are filled with a token.
  func logProbabilities(of batch: [Example], padding: Int) -> [[Double]] {
    let layout = Self.layout(
      batch, padding: padding, packedInto: configuration.packedLength,
      on: model.outputWeight.device)
    return Tensor.withoutRecording {
      model.statistics(layout).statistics.logProbabilities.select(1, 0).doubles
    }.parts(of: layout.lengths)
  }

  // What a part adds to the mean loss of a batch's tokens, and its gradients.
  private func differentiated(
    _ part: [Example], of count: Int, _ dropout: Generator?
  ) -> (Double, [Tensor]) {
    let layout = Self.layout(
      part, packedInto: configuration.packedLength, on: model.outputWeight.device)
    return Tensor.recording {
      let mean = -model.statistics(layout, dropout: dropout).statistics.logProbabilities.mean()
      let loss = layout.count == count ? mean : mean * (Double(layout.count) / Double(count))
      return (loss.item, loss.gradients(of: model.trainedParameters.tensors))
    }
  }

  private static func layout(
    _ examples: [Example], padding: Int = 0, packedInto rowLength: Int? = nil, on device: Device
  ) -> ResponseLayout {
    ResponseLayout(
      examples.map { Completion(prompt: $0.prompt, tokens: $0.completion, finish: .stopToken) },
      places: examples.map(\.learnedPlaces), padding: padding, packedInto: rowLength, device: device
    )
  }

  private func parts(of batch: [Example], _ count: Int) -> [[Example]] {
    let parts = min(count, batch.count)
    return (0..<parts).map {
      Array(batch[$0 * batch.count / parts..<($0 + 1) * batch.count / parts])
    }
  }

  /// Cross-entropy on other texts.
  ///
  /// - Parameter examples: Held-out texts.
  /// - Returns: Nats per token and bits per byte.
  public func evaluate(_ examples: [Example]) -> (loss: Double, bitsPerByte: Double) {
    let batches = LengthBuckets.batches(
      of: examples.map(\.length), tokensPerBatch: 8192,
      using: Generator(seed: 0, purpose: "evaluation"))
    let measure = { [model] in
      var (nats, tokens) = (0.0, 0)
      for batch in batches {
        let layout = Self.layout(batch.map { examples[$0] }, on: model.outputWeight.device)
        nats -= model.statistics(layout).statistics.logProbabilities.sum().item
        tokens += layout.count
      }
      return (nats, tokens)
    }
    let (nats, tokens) = withFinalWeights(measure)
    let bytes = examples.reduce(0) { $0 + $1.byteCount }
    return (nats / Double(tokens), nats / log(2) / Double(bytes))
  }

  /// Does something while the model holds the weights that are to be kept: the averaged ones, where there are any.
  ///
  /// - Parameter body: What is done.
  /// - Returns: What it gave.
  /// - Throws: What it throws.
  public func withFinalWeights<Value>(_ body: () throws -> Value) rethrows -> Value {
    try learner.withFinalWeights(body)
  }

  /// Ends the training: from now on the model holds the averaged weights, where there are any.
  public func finish() { learner.settle() }

  private func nextBatch() -> [Int] {
    learner.nextBatch { configuration.batches(of: examples, using: $0) }
  }
}

extension SupervisedTrainer: Resumable {
  /// What is learned with, and how much was seen.
  public func carry(_ state: TrainingState) throws {
    try state.expect("the frozen weights", frozenFingerprint)
    try state.expect("the training data", dataFingerprint)
    try state.carry("tokens", &tokensSeen)
    try state.carry("learner", learner)
  }
}
