public import Foundation
import LanguageModels
import NeuralNetworks
import RunRecords

/// `rein reward`: trains a reward model from a language model on ratings or preference pairs.
public struct RewardRun: Sendable {
  /// What a run is made of.
  public typealias Configuration = ModelRunConfiguration<Task>

  /// What this kind of run does.
  public struct Task: RunTask {
    /// The language model to start from, with its tokenizer.
    public var base = ""
    /// JSON Lines files, all with `text` and `ratings`, or all with `chosen` and `rejected` (text or messages; perhaps `prompt`
    /// and `probability`), or all with `marks` on single tokens, which a model then scores one by one.
    public var train: [String] = []
    /// Held-out files with `text` and `ratings`, or with `marks`; each is reported by its name.
    public var heldOut: [String] = []
    /// Dropout while training.
    public var dropout = 0.1
    /// How to train.
    public var training = RewardTrainer.Configuration()

    enum CodingKeys: String, CodingKey {
      case base, train
      case heldOut = "held_out"
      case dropout, training
    }

    /// Defaults.
    public init() {}
  }

  /// What a run gave.
  public struct Result: Sendable {
    /// How it ended.
    public var ending: RunEnding
    /// Where the model is.
    public var model: URL
    /// Share of random pairs on which scores and mean ratings agree, or of marks whose token is scored on their side of 0 (ties half), by
    /// held-out file.
    public var accuracies: [(file: String, accuracy: Double)]
    /// The number of weights, an adapter's not counted.
    public var parameterCount: Int
    /// The number of weights that were trained.
    public var trainedParameterCount: Int
  }

  private let configuration: Configuration

  /// A run, not yet begun.
  public init(_ configuration: Configuration) { self.configuration = configuration }

  /// Loads, trains, evaluates, saves.
  ///
  /// - Parameters:
  ///   - context: Where to write.
  ///   - observer: Who watches.
  /// - Returns: What came out.
  /// - Throws: What is wrong with configuration, files or training.
  public func run(_ context: RunContext, observer: RunObserver) throws -> Result {
    try RewardPreparation.check(configuration)
    try context.check(configuration.settings, startingFrom: nil)
    let prepared = try RewardPreparation(configuration)
    let (model, preferences, heldOut) = (prepared.model, prepared.preferences, prepared.heldOut)
    let saver = ModelSaver(
      configuration.settings, base: configuration.base, tokenizer: prepared.base.tokenizerURL)
    let trainer = try RewardTrainer(
      model, preferences: preferences, configuration: configuration.training,
      seed: configuration.seed)
    let session = try RunSession(
      context, trainer, seed: configuration.seed, checkpoints: configuration.checkpoints,
      observer: observer)

    let isFinished = try session.run { report in
      "loss \((report[.loss] ?? .nan).short)  accuracy \((report[.accuracy] ?? .nan).short)"
    } save: { folder in
      try trainer.withFinalModel(normalizingOn: preferences.texts.spread(over: 128)) {
        try saver.save($0, in: folder)
      }
    } each: { report in
      let interval = max(1, trainer.stepCount / 10)
      guard let first = heldOut.first,
        report.step % interval == 0 || report.step == trainer.stepCount
      else { return report }
      let accuracy = first.accuracy(trainer)
      observer.note("step \(report.step): \(first.name) accuracy \(accuracy.short)")
      var report = report
      report.metrics.append((.validationAccuracy, accuracy))
      return report
    }
    trainer.finish(normalizingOn: preferences.texts)
    let accuracies = heldOut.map { (file: $0.name, accuracy: $0.accuracy(trainer)) }
    let output = try session.save(to: configuration.output, isFinished: isFinished) {
      try saver.save(trainer.model, in: $0)
    }
    return Result(
      ending: isFinished ? .finished : .stopped(afterSteps: trainer.stepsTaken), model: output,
      accuracies: accuracies, parameterCount: model.parameters.elementCount,
      trainedParameterCount: model.trainedParameters.elementCount)
  }
}
