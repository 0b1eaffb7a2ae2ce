public import Foundation
import LanguageModels
import NeuralNetworks
import RunRecords
import Tokenization
import Torch

/// `rein ppo`: trains a policy by reinforcement learning from rewards of any kind, by any method of the family.
public struct PolicyRun: Sendable {
  /// What a run is made of.
  public typealias Configuration = ModelRunConfiguration<Task>

  /// What this kind of run does.
  public struct Task: RunTask {
    /// A method by name; its choices can be changed one by one under `training.method`.
    public var preset = Method.Preset.ppoKL
    /// The checkpoint folder that is trained, with its tokenizer.
    public var policy = ""
    /// The checkpoint folder it is held to or watched against; nil is the policy as it was at the start.
    public var reference: String?
    /// JSON Lines with `prompt` (text or messages), or `text` whose opening is the prompt.
    public var prompts: [String] = []
    /// How many words of a prompt of text are used; nil uses all.
    public var promptWords: Int?
    /// What the policy is rewarded for.
    public var reward = RewardChoice()
    /// Loop, optimizer, sampling and the method's four choices.
    public var training = PolicyConfiguration()

    enum CodingKeys: String, CodingKey {
      case preset, policy, reference, prompts
      case promptWords = "prompt_words"
      case reward, training
    }

    /// Defaults.
    public init() {}

    /// A task with a preset's four choices.
    public init(preset: Method.Preset) {
      self.preset = preset
      training = PolicyConfiguration(preset)
    }
  }

  /// What a run gave.
  public struct Result: Sendable {
    /// How it ended.
    public var ending: RunEnding
    /// Where the model is.
    public var model: URL
    /// The number of the policy's weights that were trained.
    public var trainedParameterCount: Int
    /// The last step's report.
    public var lastReport: StepReport?
  }

  private let configuration: Configuration

  /// A run, not yet begun.
  public init(_ configuration: Configuration) { self.configuration = configuration }

  /// Loads, trains, saves.
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
    let (policy, rewards) = (prepared.policy, prepared.rewards)
    prepared.prompts.note.map(observer.note)
    let trainer = try PolicyTrainer(
      configuration.training,
      .init(
        policy: policy, reference: prepared.reference, reward: rewards.training,
        prompts: prepared.prompts.examples,
        budgetHead: try prepared.folder.budgetHead(for: policy), decode: prepared.decode),
      seed: configuration.seed)
    let saver = prepared.saver(configuration)
    let session = try RunSession(
      context, trainer, seed: configuration.seed, checkpoints: configuration.checkpoints,
      observer: observer)
    let isFinished = try session.run { report in
      "score \((report[.scores] ?? .nan).short)  kl \((report[.budgetDivergence] ?? report[.kl] ?? .nan).short)"
    } save: { folder in
      try save(policy, trainer.agent, saver, in: folder)
    } each: { report in
      var report = report
      report.metrics += try rewards.watched(trainer.agent.lastCompletions)
      return report
    }
    let output = try session.save(to: configuration.output, isFinished: isFinished) {
      try save(policy, trainer.agent, saver, in: $0)
    }
    return Result(
      ending: isFinished ? .finished : .stopped(afterSteps: trainer.stepsTaken), model: output,
      trainedParameterCount: policy.trainedParameters.elementCount, lastReport: session.last)
  }

  private func save(
    _ policy: LanguageModel, _ agent: LanguageAgent, _ saver: ModelSaver, in folder: URL
  ) throws {
    try saver.save(policy, in: folder)
    if let head = agent.budgetHead { try ModelFolder(folder).save(head) }
    let critic = agent.critic
    // A value model that is an adapter has no place on merged weights.
    let isLost = critic.kind == .valueModel && policy.adapter != nil && configuration.lora.merges
    if critic.kind != .none && !isLost { try ModelFolder(folder).save(critic) }
  }
}

extension PolicyRun.Task: PolicyTask {
  var sampling: Sampling { training.sampling }

  func validateTraining() throws(TrainingError) { try training.validate() }
}
