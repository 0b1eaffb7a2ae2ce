import Feedback
public import Foundation
public import LanguageModels
import NeuralNetworks
import RunRecords
import Tokenization
public import Torch

/// `rein ppo`: trains a policy by reinforcement learning from rewards of any kind, by any method of the family.
public struct PolicyRun: Sendable {
  /// What a run is made of.
  public struct Configuration: Codable, Equatable, Sendable {
    /// A method by name; its choices can be changed one by one under `training.method`.
    public var preset = Method.Preset.ppoKL
    /// The checkpoint folder that is trained, with its tokenizer.
    public var policy = ""
    /// The checkpoint folder it is held to or watched against; nil is the policy as it was at the start.
    public var reference: String?
    /// JSON Lines with `prompt`, or `text` whose opening is the prompt.
    public var prompts: [String] = []
    /// How many words of a prompt row are used; nil uses all.
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
      case training, output
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
    guard !configuration.policy.isEmpty else {
      throw TrainingError.configuration(key: "policy", reason: "name a model's folder")
    }
    try configuration.reward.validate()
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
    let policy = try configuration.lora.applied(
      to: load(folder, on: device), seed: configuration.seed)
    let frame = try TextFrame(
      tokenizer, file: folder.tokenizerURL, model: policy.configuration)
    let reference = try reference(for: policy, folder, on: device)
    let decode = { @Sendable (tokens: [Int]) in
      tokenizer.decode(tokens, specialTokens: .skipped)
    }
    let rewards = try RewardSet(
      configuration.reward, endOfText: frame.endOfText, decode: decode, on: device)
    let longest = try longestPrompt(policy.configuration, frame)
    let prompts = try PromptFiles(
      frame, words: configuration.promptWords, longest: longest
    ).read(configuration.prompts)
    let trainer = try PolicyTrainer(
      configuration.training,
      .init(
        policy: policy, reference: reference, reward: rewards.training, prompts: prompts,
        decode: decode), seed: configuration.seed)
    let saver = ModelSaver(
      choice: configuration.lora, base: configuration.policy,
      storedType: configuration.storedType, tokenizer: folder.tokenizerURL)
    let session = try RunSession(context, seed: configuration.seed, observer: observer)
    var last: StepReport?
    let isFinished = try session.run(trainer) { report in
      "score \((report[.scores] ?? .nan).short)  kl \((report[.kl] ?? .nan).short)"
    } rescue: { folder in
      try save(policy, trainer.agent.critic, saver, in: folder)
    } each: { report in
      var report = report
      report.metrics += try rewards.watched(trainer.agent.lastCompletions)
      last = report
      return report
    }
    let output = try session.save(to: configuration.output, isFinished: isFinished) {
      try save(policy, trainer.agent.critic, saver, in: $0)
    }
    return Result(
      ending: isFinished ? .finished : .stopped(afterSteps: trainer.stepsTaken), model: output,
      trainedParameterCount: policy.trainedParameters.elementCount, lastReport: last)
  }

  private func load(_ folder: ModelFolder, on device: Device) throws -> LanguageModel {
    var shape = try folder.configuration()
    shape.computation = configuration.computation
    return try folder.languageModel(configuration: shape, device: device)
  }

  // The weights under an adapter are there already: whoever asks for them gets them with the adapter off, and not a second time.
  private func reference(
    for policy: LanguageModel, _ folder: ModelFolder, on device: Device
  ) throws -> LanguageModel {
    guard let path = configuration.reference else {
      // A new adapter changes nothing yet, so that the policy at the start is the model without it.
      return try configuration.lora.rank == nil ? policy.copy() : policy.base
    }
    let reference = ModelFolder(URL(fileURLWithPath: path))
    if policy.adapter != nil, reference.adapter == nil {
      let base = try folder.adapter?.base() ?? folder
      if base.url.standardizedFileURL.path == reference.url.standardizedFileURL.path {
        return try policy.base
      }
    }
    return try load(reference, on: device)
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
    let others =
      (configuration.reference.map { [("reference", $0, 0)] } ?? [])
      + configuration.reward.modelFolders.map { ($0.key, $0.path, 1) }
    for (key, path, extra) in others {
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
}

/// Files of prompts.
public struct PromptFiles {
  private let frame: TextFrame
  private let words: Int?
  private let longest: Int

  init(_ frame: TextFrame, words: Int?, longest: Int) {
    self.frame = frame
    self.words = words
    self.longest = longest
  }

  func read(_ files: [String]) throws -> [[Int]] {
    try files.flatMap { file in
      try JSONLines.read(PromptRow.self, from: URL(fileURLWithPath: file)).map {
        frame.opening(PromptFiles.opening(of: $0.text, words: words))
      }
    }.filter { $0.count <= longest }
  }

  /// The first words of a text, cut at a word's end.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - words: How many words; nil keeps all.
  /// - Returns: The opening.
  public static func opening(of text: String, words: Int?) -> String {
    guard let words else { return text }
    return text.split(separator: " ").prefix(words).joined(separator: " ")
  }
}

/// A row whose text, or opening, is a prompt.
private struct PromptRow: Decodable {
  var text: String

  private enum CodingKeys: CodingKey { case prompt, text }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let key: CodingKeys = values.contains(.text) ? .text : .prompt
    text = try values.decode(String.self, forKey: key)
  }
}
