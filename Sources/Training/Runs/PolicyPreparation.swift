import Foundation
import LanguageModels
import Rewards
import Tokenization
import Torch

/// What a task says of a policy that answers prompts and is rewarded for it.
protocol PolicyTask: RunTask {
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
  /// How completions are drawn.
  var sampling: Sampling { get }

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
  static func check(_ configuration: ModelRunConfiguration<some PolicyTask>) throws {
    guard !configuration.task.policy.isEmpty else {
      throw TrainingError.configuration(key: "policy", reason: "name a model's folder")
    }
    try configuration.task.reward.validate()
    if let words = configuration.task.promptWords, words < 1 {
      throw TrainingError.configuration(key: "prompt_words", reason: "\(words) is below 1")
    }
    try configuration.task.validateTraining()
    _ = try Device(named: configuration.device)
  }

  /// Loads everything; the configuration has been checked.
  init(_ configuration: ModelRunConfiguration<some PolicyTask>) throws {
    let device = try Device(named: configuration.device)
    folder = ModelFolder(URL(fileURLWithPath: configuration.task.policy))
    let tokenizer = try Tokenizer.load(from: folder.tokenizerURL)
    let models = try PolicyModels(folder, configuration.settings)
    policy = try models.policy()
    frame = try TextFrame(tokenizer, file: folder.tokenizerURL, model: policy.configuration)
    reference = try models.reference(configuration.task.reference, for: policy)
    decode = { tokenizer.decode($0, specialTokens: .skipped) }
    rewards = try RewardSet(
      configuration.task.reward, endOfText: frame.endOfText, decode: decode, on: device)
    let longest = try PolicyPreparation.longestPrompt(configuration, policy.configuration, frame)
    prompts = try DataPreparation(
      frame, templateIn: folder.tokenizerURL.deletingLastPathComponent()
    ).prompts(configuration.task.prompts, words: configuration.task.promptWords, longest: longest)
  }

  /// Where its trained model goes.
  func saver(_ configuration: ModelRunConfiguration<some PolicyTask>) -> ModelSaver {
    ModelSaver(
      configuration.settings, base: configuration.task.policy, tokenizer: folder.tokenizerURL)
  }

  // Prompt and completion must fit the policy and the reference; reward models read an end-of-text token more.
  private static func longestPrompt(
    _ configuration: ModelRunConfiguration<some PolicyTask>, _ policy: DecoderConfiguration,
    _ frame: TextFrame
  ) throws -> Int {
    try frame.check(policy, key: "policy")
    var positions = policy.positionCount
    let others =
      (configuration.task.reference.map { [("reference", $0, 0)] } ?? [])
      + configuration.task.reward.modelFolders.map { ($0.key, $0.path, 1) }
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
    let longest = positions - configuration.task.sampling.maximumLength
    guard longest >= 1 else {
      throw TrainingError.configuration(
        key: "training.sampling.max_new_tokens",
        reason:
          "\(configuration.task.sampling.maximumLength) leaves no room for a prompt in \(positions) positions"
      )
    }
    return longest
  }
}
