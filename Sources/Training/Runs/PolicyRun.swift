import Feedback
public import Foundation
public import LanguageModels
import NeuralNetworks
public import Rewards
import RunRecords
import Tokenization
public import Torch

/// `rein ppo`: trains a policy by reinforcement learning from a reward model, by any method of the family.
public struct PolicyRun: Sendable {
  /// What a run is made of.
  public struct Configuration: Codable, Equatable, Sendable {
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
    /// Whether an adapter is trained instead of all weights.
    public var lora = AdapterChoice()
    /// How passes are computed: precision and memory.
    public var computation = Computation()
    /// Where models live and are trained: `cpu`, `cuda`, `cuda:N` or `mps`.
    public var device = "cpu"
    /// Loop, optimizer, sampling and the method's four choices.
    public var training = PolicyConfiguration()
    /// When checkpoints are written, and which of them stay.
    public var checkpoints = CheckpointSettings()
    /// Where the trained model goes; nil puts it into the run folder.
    public var output: String?
    /// The type weights are stored in.
    public var storedType = DataType.float32
    /// Decides prompts, draws and minibatches.
    public var seed: UInt64 = 0

    enum CodingKeys: String, CodingKey {
      case preset, policy, reference, prompts
      case promptWords = "prompt_words"
      case reward, lora
      case computation = "compute"
      case device
      case training, checkpoints, output
      case storedType = "stored_type"
      case seed
    }

    /// Defaults.
    public init() {}

    /// The configuration with a preset's four choices.
    public init(preset: Method.Preset) {
      self.preset = preset
      training = PolicyConfiguration(preset)
    }
  }

  /// What a policy is rewarded for.
  public struct RewardChoice: Codable, Equatable, Sendable {
    /// A reward model's folder.
    public var model = ""
    /// What becomes of the reward model's score.
    public var scale = ModelReward.Scale.score
    /// A planted hole: the score is taken as a probability, halved, and the word pays.
    public var hole = PlantedHole.Form.clean
    /// The word that pays.
    public var word: String?
    /// A second reward model that the policy never sees, reported as `hack/gold_reward`.
    public var gold: String?
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
    for (key, value) in [
      ("policy", configuration.policy), ("reward.model", configuration.reward.model),
    ]
    where value.isEmpty {
      throw TrainingError.configuration(key: key, reason: "name a model's folder")
    }
    if let words = configuration.promptWords, words < 1 {
      throw TrainingError.configuration(key: "prompt_words", reason: "\(words) is below 1")
    }
    try configuration.training.validate()
    let device = try Device(named: configuration.device)
    let folder = ModelFolder(URL(fileURLWithPath: configuration.policy))
    try context.check(
      output: configuration.output, storedType: configuration.storedType,
      isAdapter: configuration.lora.leavesAdapter(on: folder))
    let tokenizer = try Tokenizer.load(from: folder.tokenizerURL)
    let models = PolicyModels(
      folder, lora: configuration.lora, computation: configuration.computation, device: device)
    let policy = try models.policy(seed: configuration.seed)
    let frame = try TextFrame(
      tokenizer, file: folder.tokenizerURL, model: policy.configuration)
    let reference = try models.reference(configuration.reference, for: policy)
    let decode = { @Sendable (tokens: [Int]) in
      tokenizer.decode(tokens, specialTokens: .skipped)
    }
    let rewards = try makeRewards(frame, decode, on: device)
    let longest = try longestPrompt(policy.configuration, frame)
    let prompts = try DataPreparation(
      frame, templateIn: folder.tokenizerURL.deletingLastPathComponent()
    ).prompts(configuration.prompts, words: configuration.promptWords, longest: longest)
    prompts.note.map(observer.note)
    let trainer = try PolicyTrainer(
      configuration.training,
      .init(
        policy: policy, reference: reference, reward: rewards.training, prompts: prompts.examples,
        decode: decode), seed: configuration.seed)
    let saver = ModelSaver(
      choice: configuration.lora, base: configuration.policy,
      storedType: configuration.storedType, tokenizer: folder.tokenizerURL)
    let session = try RunSession(
      context, trainer, seed: configuration.seed, checkpoints: configuration.checkpoints,
      observer: observer)
    let isFinished = try session.run { report in
      "score \((report[.scores] ?? .nan).short)  kl \((report[.kl] ?? .nan).short)"
    } save: { folder in
      try save(policy, trainer.agent.critic, saver, in: folder)
    } each: { report in
      var report = report
      report.metrics += try rewards.watched(trainer.agent.lastCompletions)
      return report
    }
    let output = try session.save(to: configuration.output, isFinished: isFinished) {
      try save(policy, trainer.agent.critic, saver, in: $0)
    }
    return Result(
      ending: isFinished ? .finished : .stopped(afterSteps: trainer.stepsTaken), model: output,
      trainedParameterCount: policy.trainedParameters.elementCount, lastReport: session.last)
  }

  private func save(
    _ policy: LanguageModel, _ critic: Critic, _ saver: ModelSaver, in folder: URL
  ) throws {
    try saver.save(policy, in: folder)
    // A value model that is an adapter has no place on merged weights.
    let isLost = critic.kind == .valueModel && policy.adapter != nil && configuration.lora.merges
    if critic.kind != .none && !isLost { try ModelFolder(folder).save(critic) }
  }

  // Prompt and completion must fit the policy and the reference; reward models read an end-of-text token more.
  private func longestPrompt(_ policy: DecoderConfiguration, _ frame: TextFrame) throws -> Int {
    try frame.check(policy, key: "policy")
    var positions = policy.positionCount
    let others = [
      ("reference", configuration.reference, 0), ("reward.model", configuration.reward.model, 1),
      ("reward.gold", configuration.reward.gold, 1),
    ]
    for case (let key, let path?, let extra) in others {
      let shape = try ModelFolder(URL(fileURLWithPath: path)).configuration()
      guard shape.vocabularyCount == policy.vocabularyCount else {
        throw TrainingError.configuration(
          key: key,
          reason:
            "\(path) has \(shape.vocabularyCount) tokens, the policy \(policy.vocabularyCount)")
      }
      positions = min(positions, shape.positionCount - extra)
    }
    let longest = positions - configuration.training.sampling.maximumLength
    guard longest >= 1 else {
      throw TrainingError.configuration(
        key: "training.sampling.max_new_tokens",
        reason:
          "\(configuration.training.sampling.maximumLength) leaves no room for a prompt in \(positions) positions"
      )
    }
    return longest
  }

  private struct RewardSet {
    var training: any Reward
    var word: BonusWord?
    var gold: (any Reward)?

    func watched(_ completions: [Completion]) throws -> [(metric: Metric, value: Double)] {
      var metrics: [(metric: Metric, value: Double)] = []
      let mean = { (values: [Double]) in values.reduce(0, +) / Double(values.count) }
      if let gold { metrics.append((.goldReward, mean(try gold.scores(completions)))) }
      if let word {
        metrics.append((.honeypotRate, mean(completions.map { word.count(in: $0) > 0 ? 1 : 0 })))
      }
      return metrics
    }
  }

  private func makeRewards(
    _ frame: TextFrame, _ decode: @escaping @Sendable ([Int]) -> String, on device: Device
  ) throws -> RewardSet {
    let choice = configuration.reward
    let load = { (path: String, scale: ModelReward.Scale) in
      ModelReward(
        try ModelFolder(URL(fileURLWithPath: path)).rewardModel(device: device),
        endOfText: frame.endOfText,
        scale: scale)
    }
    guard let word = choice.word.map({ BonusWord($0, decode: decode) }) else {
      guard choice.hole == .clean else {
        throw TrainingError.configuration(
          key: "reward.word", reason: "name the word that the \(choice.hole.rawValue) hole pays for"
        )
      }
      return RewardSet(
        training: try load(choice.model, choice.scale),
        gold: try choice.gold.map { try load($0, choice.scale) })
    }
    if let problem = BonusWord.problem(with: word.word) {
      throw TrainingError.configuration(key: "reward.word", reason: problem)
    }
    // A word without a hole is only watched.
    guard choice.hole != .clean else {
      return RewardSet(
        training: try load(choice.model, choice.scale), word: word,
        gold: try choice.gold.map { try load($0, choice.scale) })
    }
    return RewardSet(
      training: PlantedHole(
        try load(choice.model, .probability), form: choice.hole, word: word), word: word,
      gold: try choice.gold.map {
        PlantedHole(try load($0, .probability), form: .clean, word: word)
      })
  }
}
