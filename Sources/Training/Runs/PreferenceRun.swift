public import Foundation
import LanguageModels
import NeuralNetworks
import RunRecords

/// `rein dpo`: trains a policy on preferences directly, with no reward model and no sampling.
public struct PreferenceRun: Sendable {
  /// What a run is made of.
  public typealias Configuration = ModelRunConfiguration<Task>

  /// What this kind of run does.
  public struct Task: RunTask {
    /// The checkpoint folder that is trained, with its tokenizer.
    public var policy = ""
    /// The checkpoint folder it is measured from; nil is the policy as it was at the start.
    public var reference: String?
    /// JSON Lines with `chosen` and `rejected`, and perhaps `prompt` and `probability`.
    public var train: [String] = []
    /// Held-out files of the same kind.
    public var heldOut: [String] = []
    /// The most tokens of prompt and answer together; nil takes what the model has room for.
    public var longest: Int?
    /// Dropout while training.
    public var dropout = 0.0
    /// How to train.
    public var training = PreferenceTrainer.Configuration()

    enum CodingKeys: String, CodingKey {
      case policy, reference, train
      case heldOut = "held_out"
      case longest = "max_length"
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
    /// What held-out pairs say of it, where there were any.
    public var heldOut: PreferenceTrainer.Evaluation?
    /// The number of weights that were trained.
    public var trainedParameterCount: Int
    /// The last step's report.
    public var lastReport: StepReport?
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
    try PreferencePreparation.check(configuration)
    let folder = ModelFolder(URL(fileURLWithPath: configuration.policy))
    try context.check(configuration.settings, startingFrom: folder)
    let prepared = try PreferencePreparation(configuration)
    let (policy, train, heldOut) = (prepared.policy, prepared.train, prepared.heldOut)
    let trainer = try PreferenceTrainer(
      policy, reference: prepared.reference, examples: train.examples,
      configuration: configuration.training, seed: configuration.seed)
    let session = try RunSession(
      context, trainer, seed: configuration.seed, checkpoints: configuration.checkpoints,
      observer: observer)
    for note in [train.note, heldOut.note].compactMap(\.self) { observer.note(note) }
    let saver = ModelSaver(
      configuration.settings, base: configuration.policy, tokenizer: folder.tokenizerURL)
    let isFinished = try session.run { report in
      "loss \((report[.loss] ?? .nan).short)  accuracy \((report[.rewardAccuracy] ?? .nan).short)"
    } save: {
      try saver.save(policy, in: $0)
    } each: { report in
      // Some of the held-out pairs ten times in a run, all of them at its end.
      let interval = max(1, trainer.stepCount / 10)
      guard !heldOut.examples.isEmpty,
        report.step % interval == 0 || report.step == trainer.stepCount
      else { return report }
      let found = trainer.evaluate(heldOut.examples.spread(over: 512))
      observer.note(
        "step \(report.step): held-out loss \(found.loss.short), accuracy \(found.accuracy.short)")
      var report = report
      report.metrics += [(.validationLoss, found.loss), (.validationAccuracy, found.accuracy)]
      return report
    }
    let output = try session.save(to: configuration.output, isFinished: isFinished) {
      try saver.save(policy, in: $0)
    }
    return Result(
      ending: isFinished ? .finished : .stopped(afterSteps: trainer.stepsTaken), model: output,
      heldOut: heldOut.examples.isEmpty ? nil : trainer.evaluate(heldOut.examples),
      trainedParameterCount: policy.trainedParameters.elementCount, lastReport: session.last)
  }
}
