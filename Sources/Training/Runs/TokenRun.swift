public import Foundation
import LanguageModels
import NeuralNetworks
import PolicyOptimization
import RunRecords

/// `rein tokens`: trains a policy on marks on single tokens, with no reward model and no sampling.
public struct TokenRun: Sendable {
  /// What a run is made of.
  public typealias Configuration = ModelRunConfiguration<Task>

  /// What this kind of run does.
  public struct Task: RunTask {
    /// The checkpoint folder that is trained, with its tokenizer.
    public var policy = ""
    /// The checkpoint folder that unmarked tokens are held to; nil is the policy as it was at the start.
    public var reference: String?
    /// JSON Lines with `marks`, beside `text`, or `prompt` and `completion`.
    public var train: [String] = []
    /// Held-out files of the same kind.
    public var heldOut: [String] = []
    /// The most tokens of prompt and completion together; nil takes what the model has room for.
    public var longest: Int?
    /// Dropout while training.
    public var dropout = 0.0
    /// How to train.
    public var training = TokenTrainer.Configuration()

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
    /// What the training data say of it, at the end.
    public var trained: TokenTrainer.Evaluation
    /// What held-out marks say of it, where there were any.
    public var heldOut: TokenTrainer.Evaluation?
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
    try TokenPreparation.check(configuration)
    let folder = ModelFolder(URL(fileURLWithPath: configuration.policy))
    try context.check(configuration.settings, startingFrom: folder)
    let prepared = try TokenPreparation(configuration)
    let (policy, train, heldOut) = (prepared.policy, prepared.train, prepared.heldOut)
    let trainer = try TokenTrainer(
      policy, reference: prepared.reference, examples: train.examples,
      configuration: configuration.training, seed: configuration.seed)
    let session = try RunSession(
      context, trainer, seed: configuration.seed, checkpoints: configuration.checkpoints,
      observer: observer)
    for note in [train.note, heldOut.note, trainer.uncorrectedNote].compactMap(\.self) {
      observer.note(note)
    }
    let saver = ModelSaver(
      configuration.settings, base: configuration.policy, tokenizer: folder.tokenizerURL)
    let isFinished = try session.run { report in
      let parts = [("bad", report[.badTokenProbability]), ("good", report[.goodTokenProbability])]
        .compactMap { name, value in value.map { "π(\(name)) \($0.short)" } }
      return (["loss \((report[.loss] ?? .nan).short)"] + parts).joined(separator: "  ")
    } save: {
      try saver.save(policy, in: $0)
    } each: { report in
      // Some of the held-out marks ten times in a run, all of them at its end.
      let interval = max(1, trainer.stepCount / 10)
      guard !heldOut.examples.isEmpty,
        report.step % interval == 0 || report.step == trainer.stepCount
      else { return report }
      let found = trainer.evaluate(heldOut.examples.spread(over: 512))
      observer.note(
        "step \(report.step): held-out loss \(found.loss.short), π(bad) \(found.badProbability.short)"
      )
      var report = report
      report.metrics += [(.validationLoss, found.loss)]
      if found.badProbability.isFinite {
        report.metrics += [(.validationBadProbability, found.badProbability)]
      }
      return report
    }
    let output = try session.save(to: configuration.output, isFinished: isFinished) {
      try saver.save(policy, in: $0)
    }
    return Result(
      ending: isFinished ? .finished : .stopped(afterSteps: trainer.stepsTaken), model: output,
      trained: trainer.evaluate(train.examples.spread(over: 512)),
      heldOut: heldOut.examples.isEmpty ? nil : trainer.evaluate(heldOut.examples),
      trainedParameterCount: policy.trainedParameters.elementCount)
  }
}

extension TokenTrainer {
  /// One line about marks that nothing is learned from; nil where there are none.
  fileprivate var uncorrectedNote: String? {
    guard uncorrectedCount > 0 else { return nil }
    let tokens = uncorrectedCount == 1 ? "1 bad token has" : "\(uncorrectedCount) bad tokens have"
    return
      "\(tokens) no correction (`instead`), and \(configuration.objective.kind.rawValue) learns nothing from them"
  }
}
