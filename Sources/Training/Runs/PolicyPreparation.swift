import Foundation
import LanguageModels
import Rewards
import Tokenization
import Torch

/// What a configuration says of a policy that answers prompts and is rewarded for it.
protocol PolicyChoice {
  /// The checkpoint folder of the policy.
  var policy: String { get }
  /// The checkpoint folder of the reference; nil is the policy at the start.
  var reference: String? { get }
  /// Files of prompts.
  var prompts: [String] { get }
  /// How many words of a prompt are used.
  var promptWords: Int? { get }
  /// What is rewarded.
  var reward: RewardChoice { get }
  /// Whether an adapter is trained.
  var lora: AdapterChoice { get }
  /// How passes are computed.
  var computation: Computation { get }
  /// Where models live.
  var device: String { get }
  /// How completions are drawn.
  var sampling: Sampling { get }
  /// Where the trained model goes.
  var output: String? { get }
  /// The type weights are stored in.
  var storedType: DataType { get }
  /// The run's seed.
  var seed: UInt64 { get }

  /// Says what does not go together in how it is trained.
  func validateTraining() throws(TrainingError)
}

/// What a run in which a policy answers works with, loaded and fitted together.
struct PolicyPreparation {
  let folder: ModelFolder
  let policy: LanguageModel
  let reference: LanguageModel
  let frame: TextFrame
  let rewards: RewardSet
  let prompts: PreparedRows<[Int]>
  let decode: @Sendable ([Int]) -> String

  /// Says what a configuration lacks, before anything is loaded.
  static func check(_ configuration: some PolicyChoice) throws {
    guard !configuration.policy.isEmpty else {
      throw TrainingError.configuration(key: "policy", reason: "name a model's folder")
    }
    try configuration.reward.validate()
    if let words = configuration.promptWords, words < 1 {
      throw TrainingError.configuration(key: "prompt_words", reason: "\(words) is below 1")
    }
    try configuration.validateTraining()
    _ = try Device(named: configuration.device)
  }

  /// Loads everything; the configuration has been checked.
  init(_ configuration: some PolicyChoice) throws {
    let device = try Device(named: configuration.device)
    folder = ModelFolder(URL(fileURLWithPath: configuration.policy))
    let tokenizer = try Tokenizer.load(from: folder.tokenizerURL)
    let models = PolicyModels(
      folder, lora: configuration.lora, computation: configuration.computation, device: device)
    policy = try models.policy(seed: configuration.seed)
    frame = try TextFrame(tokenizer, file: folder.tokenizerURL, model: policy.configuration)
    reference = try models.reference(configuration.reference, for: policy)
    decode = { tokenizer.decode($0, specialTokens: .skipped) }
    rewards = try RewardSet(
      configuration.reward, endOfText: frame.endOfText, decode: decode, on: device)
    let longest = try PolicyPreparation.longestPrompt(configuration, policy.configuration, frame)
    prompts = try DataPreparation(
      frame, templateIn: folder.tokenizerURL.deletingLastPathComponent()
    ).prompts(configuration.prompts, words: configuration.promptWords, longest: longest)
  }

  /// Where its trained model goes.
  func saver(_ configuration: some PolicyChoice) -> ModelSaver {
    ModelSaver(
      choice: configuration.lora, base: configuration.policy,
      storedType: configuration.storedType, tokenizer: folder.tokenizerURL)
  }

  // Prompt and completion must fit the policy and the reference; reward models read an end-of-text token more.
  private static func longestPrompt(
    _ configuration: some PolicyChoice, _ policy: DecoderConfiguration, _ frame: TextFrame
  ) throws -> Int {
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
    let longest = positions - configuration.sampling.maximumLength
    guard longest >= 1 else {
      throw TrainingError.configuration(
        key: "training.sampling.max_new_tokens",
        reason:
          "\(configuration.sampling.maximumLength) leaves no room for a prompt in \(positions) positions"
      )
    }
    return longest
  }
}

extension RunContext {
  /// Refuses, before anything is loaded, an output that cannot be written as is wanted.
  func check(_ configuration: some PolicyChoice) throws {
    try check(
      output: configuration.output, storedType: configuration.storedType,
      isAdapter: configuration.lora.leavesAdapter(
        on: ModelFolder(URL(fileURLWithPath: configuration.policy))))
  }
}
