import Feedback
public import LanguageModels
public import NeuralNetworks
import PolicyOptimization
import RunRecords
import Torch

/// Trains a reward model on preferences: −p·log σ(r₁ − r₂) − (1 − p)·log σ(r₂ − r₁).
///
/// A batch is a set of texts and pairs among them, so a text that stands in many pairs is read once.
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

  /// What preferences are known.
  public enum Preferences: Sendable {
    /// Texts that several people rated each: every pair of them is a comparison, with the probability that a random rater of the
    /// one rates it above a random rater of the other (ties half) as its soft label.
    case rated([RatedText])
    /// Texts and pairs (first, second, probability that the first is preferred).
    case pairs(texts: [[Int]], pairs: [Pair])
  }

  /// A text with its ratings.
  public struct RatedText: Sendable {
    /// Begin-of-text token, text, end-of-text token.
    public var tokens: [Int]
    /// Single ratings.
    public var ratings: [Int]

    /// A text with its ratings.
    public init(tokens: [Int], ratings: [Int]) {
      self.tokens = tokens
      self.ratings = ratings
    }
  }

  /// Two texts by index, and how probably the first is preferred.
  public struct Pair: Sendable {
    /// Index of the first text.
    public var first: Int
    /// Index of the second text.
    public var second: Int
    /// How probably a rater prefers the first.
    public var probability: Double

    /// A pair.
    public init(first: Int, second: Int, probability: Double) {
      self.first = first
      self.second = second
      self.probability = probability
    }
  }

  /// The model being trained.
  public private(set) var model: RewardModel
  /// Steps so far.
  public private(set) var stepsTaken = 0
  /// Steps of the whole run.
  public let stepCount: Int

  let configuration: Configuration
  let preferences: Preferences
  private let optimizer: AdamW
  private let average: WeightAverage?
  private let order: Generator
  private let dropout: Generator?
  private var device: Device { model.trunk.tokenEmbedding.device }
  private var pending: [[Int]] = []
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
    self.preferences = preferences
    self.configuration = configuration
    optimizer = AdamW(model.trainedParameters, configuration.optimizer)
    average = WeightAverage(of: model.trainedParameters, decay: configuration.averaging)
    order = Generator(seed: seed, purpose: "order")
    dropout =
      model.hasDropout
      ? Generator(seed: seed, purpose: "dropout", device: model.trunk.tokenEmbedding.device) : nil
    let count = preferences.count
    guard count >= preferences.least else { throw TrainingError.noData("the preferences") }
    // What is left over counts as a batch where it makes one.
    let (whole, rest) = count.quotientAndRemainder(dividingBy: configuration.batchTexts)
    stepCount = (whole + (rest >= preferences.least ? 1 : 0)) * configuration.epochs
  }

  /// One batch, one update.
  public func step() throws -> StepReport {
    let (loss, gradients, pairs, margins, scores) = differentiated(
      nextIndices(), in: configuration.microBatches, dropout: dropout)
    let factor = configuration.schedule.factor(step: stepsTaken, total: stepCount)
    let norm = try optimizer.checkedStep(
      loss: loss, gradients, scale: factor, step: stepsTaken + 1)
    average?.update()
    stepsTaken += 1
    let agreements = zip(margins, pairs).map { margin, pair in
      PairAgreement.score(margin, pair.probability - 0.5)
    }
    // The preferred text's score minus the other's, over pairs of which one is preferred.
    let preferred = zip(margins, pairs).compactMap { margin, pair in
      pair.probability == 0.5 ? nil : pair.probability > 0.5 ? margin : -margin
    }
    return StepReport(
      step: stepsTaken,
      metrics: [
        (.loss, loss), (.accuracy, agreements.reduce(0, +) / Double(agreements.count)),
        (.margin, preferred.reduce(0, +) / Double(max(1, preferred.count))), (.gradientNorm, norm),
        (.minimumReward, scores.min() ?? .nan), (.maximumReward, scores.max() ?? .nan),
        (.meanReward, scores.reduce(0, +) / Double(max(1, scores.count))),
        (.learningRate, configuration.optimizer.learningRate * factor),
      ])
  }

  /// The mean loss of the pairs of a batch, and its gradients, with the pairs' margins and the texts' scores.
  ///
  /// - Parameters:
  ///   - indices: What the batch is made of: texts where ratings are known, else pairs.
  ///   - count: In how many parts it is computed, one after the other.
  ///   - dropout: What decides which units are dropped; nil drops none.
  /// - Returns: Loss, gradients, and what they were made of.
  func differentiated(_ indices: [Int], in count: Int, dropout: Generator?) -> (
    loss: Double, gradients: [Tensor], pairs: [Pair], margins: [Double], scores: [Double]
  ) {
    let batch = preferences.batch(indices)
    return Tensor.recording {
      let (scores, modelling) = forward(batch.texts, in: count, dropout)
      let first = scores.selecting(Tensor(batch.pairs.map(\.first)), along: 0)
      let second = scores.selecting(Tensor(batch.pairs.map(\.second)), along: 0)
      let margins = first - second
      let labels = Tensor(batch.pairs.map { Float($0.probability) })
      let ranking = preferenceLosses(margins: margins, probabilities: labels).mean()
      let loss = modelling.map { ranking + $0 * configuration.languageModelWeight } ?? ranking
      return (
        ranking.item, loss.gradients(of: model.trainedParameters.tensors), batch.pairs,
        margins.doubles, scores.doubles
      )
    }
  }

  /// Scores of texts by the averaged weights, where there are any.
  public func scores(_ texts: [[Int]]) -> [Double] {
    average?.whileApplied { model.scores(texts) } ?? model.scores(texts)
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
    try average?.whileApplied { try body(model.normalized(on: references)) }
      ?? body(model.normalized(on: references))
  }

  /// Ends the training: averaged weights stay, and scores are normalised to mean 0 and deviation 1 on reference texts.
  ///
  /// - Parameter references: Token sequences, such as the training texts.
  public func finish(normalizingOn references: [[Int]]) {
    average?.settle()
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

  private func nextIndices() -> [Int] {
    if pending.isEmpty {
      let shuffled = order.permutation(preferences.count).integers
      pending = stride(from: 0, to: shuffled.count, by: configuration.batchTexts).map {
        Array(shuffled[$0..<min($0 + configuration.batchTexts, shuffled.count)])
      }
      // A last batch of one rated text has no pair.
      pending.removeAll { $0.count < preferences.least }
    }
    return pending.removeLast()
  }
}

extension RewardTrainer.Preferences {
  /// What is shuffled: texts where ratings are known, else pairs.
  fileprivate var count: Int {
    switch self {
    case .rated(let texts): texts.count
    case .pairs(_, let pairs): pairs.count
    }
  }

  /// The least of them that make a batch.
  fileprivate var least: Int {
    switch self {
    case .rated: 2
    case .pairs: 1
    }
  }

  /// The texts of a batch, each once, and the pairs among them.
  fileprivate func batch(_ indices: [Int]) -> (texts: [[Int]], pairs: [RewardTrainer.Pair]) {
    switch self {
    case .rated(let texts):
      let chosen = indices.map { texts[$0] }
      var pairs: [RewardTrainer.Pair] = []
      for first in chosen.indices {
        for second in chosen.indices.dropFirst(first + 1) {
          pairs.append(
            .init(
              first: first, second: second,
              probability: preferenceProbability(
                of: chosen[first].ratings, over: chosen[second].ratings)))
        }
      }
      return (chosen.map(\.tokens), pairs)
    case .pairs(let texts, let all):
      var places: [Int: Int] = [:]
      var chosen: [[Int]] = []
      let place = { (index: Int) -> Int in
        if let known = places[index] { return known }
        places[index] = chosen.count
        chosen.append(texts[index])
        return chosen.count - 1
      }
      let pairs = indices.map { index in
        RewardTrainer.Pair(
          first: place(all[index].first), second: place(all[index].second),
          probability: all[index].probability)
      }
      return (chosen, pairs)
    }
  }
}

extension RewardModel {
  /// The same weights with scores of mean 0 and deviation 1 on some texts.
  fileprivate func normalized(on references: [[Int]]) -> RewardModel {
    var model = self
    model.normalization = .identity
    let raw = model.scores(references)
    let mean = raw.reduce(0, +) / Double(raw.count)
    let variance =
      raw.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, raw.count - 1))
    model.normalization = .init(mean: mean, deviation: max(variance.squareRoot(), 1e-8))
    return model
  }
}

extension RewardTrainer: Resumable {
  /// Weights, optimizer, average, the order of texts and where it stands.
  public func carry(_ state: TrainingState) throws {
    try state.expect("the training data", dataFingerprint)
    try state.expect("the frozen weights", frozenFingerprint)
    try state.carry("steps", &stepsTaken)
    try state.carry("pending", &pending)
    try state.carry("order", order)
    try state.carry("dropout", dropout)
    try state.carry("model", model.trainedParameters)
    try state.carry("optimizer", optimizer.state)
    try state.carry("average", average)
  }
}
