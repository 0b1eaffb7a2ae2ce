import Files
public import Foundation
import LanguageModels
import NeuralNetworks
public import RunRecords
import Tokenization
import Torch

/// `rein best-of-n`: draws several answers to each prompt, keeps the best, and imitates them where it is asked to.
public struct BestOfNRun: Sendable {
  /// What a run is made of.
  public typealias Configuration = ModelRunConfiguration<Task>

  /// What this kind of run does.
  public struct Task: RunTask {
    /// The checkpoint folder that answers, with its tokenizer.
    public var policy = ""
    /// JSON Lines with `prompt`, or `text` whose opening is the prompt.
    public var prompts: [String] = []
    /// How many words of a prompt row are used; nil uses all.
    public var promptWords: Int?
    /// What chooses.
    public var reward = RewardChoice()
    /// How many answers are drawn, kept and imitated.
    public var training = BestOfNConfiguration()

    enum CodingKeys: String, CodingKey {
      case policy, prompts
      case promptWords = "prompt_words"
      case reward, training
    }

    /// Defaults.
    public init() {}
  }

  /// What a run gave.
  public struct Result: Sendable {
    /// How it ended.
    public var ending: RunEnding
    /// Where the answers are, and the model where it was trained.
    public var folder: URL
    /// The file of the answers that were kept, in the format of prompt and completion.
    public var answers: URL
    /// What is expected of the best of fewer answers.
    public var curve: [BestAnswersRecord]
    /// The last round's report.
    public var lastReport: StepReport?
  }

  private struct Answer: Encodable {
    var prompt: String
    var completion: String
    var score: Double
    var round: Int
    var finished: Bool
  }

  private let configuration: Configuration

  /// A run, not yet begun.
  public init(_ configuration: Configuration) { self.configuration = configuration }

  /// Loads, draws, chooses, imitates, saves.
  ///
  /// - Parameters:
  ///   - context: Where to write.
  ///   - observer: Who watches.
  /// - Returns: What came out.
  /// - Throws: What is wrong with configuration, files or training.
  public func run(_ context: RunContext, observer: RunObserver) throws -> Result {
    try PolicyPreparation.check(configuration)
    try context.check(
      configuration.settings,
      startingFrom: ModelFolder(URL(fileURLWithPath: configuration.policy)))
    let prepared = try PolicyPreparation(configuration)
    prepared.prompts.note.map(observer.note)
    let (policy, rewards, decode) = (prepared.policy, prepared.rewards, prepared.decode)
    let saver = prepared.saver(configuration)
    let trainer = try BestOfNTrainer(
      configuration.training,
      .init(
        policy: policy, reference: prepared.reference, reward: rewards.training,
        gold: rewards.gold, prompts: prepared.prompts.examples, decode: decode),
      seed: configuration.seed)
    let session = try RunSession(
      context, trainer, seed: configuration.seed, checkpoints: configuration.checkpoints,
      observer: observer)
    let save = { (folder: URL) in
      if configuration.training.imitates { try saver.save(policy, in: folder) }
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try JSONLines.write(
        trainer.kept.map {
          Answer(
            prompt: decode($0.prompt),
            completion: decode($0.isWhole ? $0.tokens.dropLast() : $0.tokens),
            score: $0.score, round: $0.round, finished: $0.isWhole)
        }, to: answersURL(in: folder))
    }
    let isFinished = try session.run { report in
      "score \((report[.scores] ?? .nan).short)  best \((report[.bestScore] ?? .nan).short)"
    } save: {
      try save($0)
    } each: {
      try session.record(trainer.curve.points)
      return $0
    }
    let folder = try session.save(to: configuration.output, isFinished: isFinished, save)
    return Result(
      ending: isFinished ? .finished : .stopped(afterSteps: trainer.stepsTaken), folder: folder,
      answers: answersURL(in: folder), curve: trainer.curve.points, lastReport: session.last)
  }

  private func answersURL(in folder: URL) -> URL { folder.appending(path: "best.jsonl") }
}

extension BestOfNRun.Task: PolicyTask {
  var reference: String? { nil }
  var sampling: Sampling { training.sampling }

  func validateTraining() throws(TrainingError) { try training.validate() }
}
