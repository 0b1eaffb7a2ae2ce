public import LanguageModels
public import NeuralNetworks
import PolicyOptimization
import RunRecords
import Torch

/// Trains a reward model on preferences: −p·log σ(r₁ − r₂) − (1 − p)·log σ(r₂ − r₁).
///
/// A batch is a set of texts and pairs among them, so a text that stands in many pairs is read once. Where single tokens are marked, each
/// has a score s of its own instead, and `RewardTrainer+Marks.swift` says what it learns.
public final class RewardTrainer: Trainer {
  /// How it trains.
  public struct Configuration: Codable, Equatable, Sendable {
    /// Passes over the training data.
    public var epochs = 2
    /// Texts in a batch; all their pairs are used where ratings are known.
    public var batchTexts = 64
    /// Parts that a batch is computed in, forward and again for its gradients: the same update in less memory.
    public var microBatches = 1
    /// The optimizer.
    public var optimizer = AdamW.Configuration(
      learningRate: 5e-4, beta2: 0.95, weightDecay: 0.1, maximumGradientNorm: 1)
    /// How the learning rate changes.
    public var schedule = LearningRateSchedule(decay: .cosine, warmUpShare: 0.1)
    /// Decay of the weights' moving average, which is what is evaluated and saved; 0 averages nothing.
    public var averaging = 0.0
    /// Weight of the cross-entropy of the texts themselves, which keeps the trunk a language model.
    public var languageModelWeight = 0.0

    enum CodingKeys: String, CodingKey {
      case epochs
      case batchTexts = "batch_texts"
      case microBatches = "micro_batches"
      case optimizer, schedule, averaging
      case languageModelWeight = "language_model_weight"
    }

    /// Two epochs at a moderate rate.
    public init() {}
  }

  /// The model being trained.
  public private(set) var model: RewardModel
  /// Steps so far.
  public var stepsTaken: Int { learner.stepsTaken }
  /// Steps of the whole run.
  public var stepCount: Int { learner.stepCount }

  let configuration: Configuration
  let preferences: Preferences
  private let learner: Learner
  var device: Device { model.trunk.tokenEmbedding.device }
  private lazy var dataFingerprint = preferences.fingerprint
  private lazy var frozenFingerprint = model.frozenFingerprint

  /// A trainer at step zero.
  ///
  /// - Parameters:
  ///   - model: Trained in place, or its adapter and head if it has one.
  ///   - preferences: What raters said.
  ///   - configuration: How to train.
  ///   - seed: Decides order and dropout.
  /// - Throws: `TrainingError.noData`, `TrainingError.configuration`.
  public init(
    _ model: RewardModel, preferences: Preferences, configuration: Configuration, seed: UInt64
  ) throws {
    try configuration.validate(least: preferences.least)
    try checkDevice(model.trunk.tokenEmbedding)
    self.model = model
    if case .marked(let examples) = preferences {
      try configuration.validate(marks: examples)
      self.model.normalization = .ofTokens
    }
    self.preferences = preferences
    self.configuration = configuration
    let count = preferences.count
    guard count >= preferences.least else { throw TrainingError.noData("the preferences") }
    // What is left over counts as a batch where it makes one.
    let (whole, rest) = count.quotientAndRemainder(dividingBy: configuration.batchTexts)
    learner = Learner(
      model.trainedParameters, configuration.optimizer, configuration.schedule,
      averaging: configuration.averaging, hasDropout: model.hasDropout,
      stepCount: (whole + (rest >= preferences.least ? 1 : 0)) * configuration.epochs, seed: seed)
  }

  /// One batch, one update.
  public func step() throws -> StepReport {
    let outcome = differentiated(
      nextIndices(), in: configuration.microBatches, dropout: learner.dropout)
    let update = try learner.update(loss: outcome.loss, outcome.gradients)
    return StepReport(
      step: stepsTaken, metrics: [(.loss, outcome.loss)] + outcome.metrics + update)
  }

  /// The mean loss of a batch, and its gradients, with what it was made of.
  ///
  /// - Parameters:
  ///   - indices: What the batch is made of: texts where ratings are known, completions where tokens are marked, else pairs.
  ///   - count: In how many parts it is computed, one after the other.
  ///   - dropout: What decides which units are dropped; nil drops none.
  /// - Returns: Loss, gradients, and what they were made of.
  func differentiated(_ indices: [Int], in count: Int, dropout: Generator?) -> RewardOutcome {
    if case .marked(let examples) = preferences {
      return marked(indices.map { examples[$0] }, in: count, dropout)
    }
    let batch = preferences.batch(indices)
    return Tensor.recording {
      let (scores, modelling) = forward(batch.texts, in: count, dropout)
      let first = scores.selecting(Tensor(batch.pairs.map(\.first)), along: 0)
      let second = scores.selecting(Tensor(batch.pairs.map(\.second)), along: 0)
      let margins = first - second
      let labels = Tensor(batch.pairs.map { Float($0.probability) })
      let ranking = preferenceLosses(margins: margins, probabilities: labels).mean()
      let loss = modelling.map { ranking + $0 * configuration.languageModelWeight } ?? ranking
      return RewardOutcome(
        loss: ranking.item, gradients: loss.gradients(of: model.trainedParameters.tensors),
        margins: margins.doubles, preferences: batch.pairs.map { $0.probability - 0.5 },
        scores: scores.doubles)
    }
  }

  /// Scores of texts by the averaged weights, where there are any.
  public func scores(_ texts: [[Int]]) -> [Double] {
    learner.withFinalWeights { model.scores(texts) }
  }

  /// Does something with the model as it is to be kept: averaged weights, scores of mean 0 and deviation 1 on reference texts.
  ///
  /// - Parameters:
  ///   - references: Token sequences, such as the training texts.
  ///   - body: What is done with the model, whose weights are the trainer's own.
  /// - Returns: What it gave.
  /// - Throws: What it throws.
  public func withFinalModel<Value>(
    normalizingOn references: [[Int]], _ body: (RewardModel) throws -> Value
  ) rethrows -> Value {
    try learner.withFinalWeights { try body(model.normalized(on: references)) }
  }

  /// Ends the training: averaged weights stay, and scores are normalised to mean 0 and deviation 1 on reference texts.
  ///
  /// - Parameter references: Token sequences, such as the training texts.
  public func finish(normalizingOn references: [[Int]]) {
    learner.settle()
    model = model.normalized(on: references)
  }

  // Scores [texts], and the mean cross-entropy of their tokens where it is wanted. Texts of like length share a pass.
  private func forward(
    _ texts: [[Int]], in count: Int, _ dropout: Generator?
  ) -> (Tensor, Tensor?) {
    let order = texts.indices.sorted { texts[$0].count < texts[$1].count }
    let sorted = order.map { texts[$0] }
    let parts = min(count, texts.count)
    let outcomes = (0..<parts).map { part -> Tensor in
      let bounds = part * texts.count / parts..<(part + 1) * texts.count / parts
      guard parts > 1 else { return passes(sorted[bounds], dropout) }
      // Every pair of texts is compared, so the loss is one for all parts; each is computed again for its gradients.
      return Tensor.zeros([], device: device).recomputing(
        parameters: model.trainedParameters.tensors, drawingFrom: dropout
      ) { [self] _ in passes(sorted[bounds], dropout) }
    }
    var places = [Int](repeating: 0, count: order.count)
    for (place, index) in order.enumerated() { places[index] = place }
    let all = Tensor.concatenate(outcomes, along: 0).on(.cpu)
    let scores = all.select(1, 0).selecting(Tensor(places), along: 0)
    guard configuration.languageModelWeight > 0 else { return (scores, nil) }
    return (scores, all.select(1, 1).sum() / Double(texts.reduce(0) { $0 + $1.count - 1 }))
  }

  // Scores and, where they are wanted, the tokens' summed cross-entropies [texts, 1 or 2], sixteen texts at a time.
  private func passes(_ texts: ArraySlice<[Int]>, _ dropout: Generator?) -> Tensor {
    let passes = stride(from: texts.startIndex, to: texts.endIndex, by: 16).map { start in
      let chunk = Array(texts[start..<min(start + 16, texts.endIndex)])
      let batch = TokenBatch(chunk, device: device)
      guard configuration.languageModelWeight > 0 else {
        return model.rawScores(batch, dropout: dropout).unsqueezed(1)
      }
      let hidden = model.trunk(batch.tokens, Trunk.Context(dropout: dropout))
      let layout = ResponseLayout(
        chunk.map { Completion(prompt: [$0[0]], tokens: Array($0[1...]), finish: .stopToken) },
        device: device)
      let statistics = TokenStatistics(
        hidden: layout.predicting(hidden), weight: model.trunk.tokenEmbedding,
        targets: layout.tokens.unsqueezed(1))
      let crossEntropies = -layout.unpacked(statistics.logProbabilities.select(1, 0)).sum(along: 1)
      return .stack([model.rawScores(hidden: hidden, batch), crossEntropies], along: 1)
    }
    return .concatenate(passes, along: 0)
  }

  /// Does something while the model holds the weights that are to be kept.
  func withFinalWeights<Value>(_ body: () throws -> Value) rethrows -> Value {
    try learner.withFinalWeights(body)
  }

  private func nextIndices() -> [Int] {
    learner.nextBatch { preferences.batches(of: configuration.batchTexts, using: $0) }
  }
}

extension RewardTrainer: Resumable {
  /// What is learned with.
  public func carry(_ state: TrainingState) throws {
    try state.expect("the training data", dataFingerprint)
    try state.expect("the frozen weights", frozenFingerprint)
    try state.carry("learner", learner)
  }
}
