import Foundation
import LanguageModels
import Tokenization
import Torch

/// Policy, reference, rewards and prompts as a run loads them: what all runs have in common in which a policy answers.
struct PolicyScene {
  /// What is asked for.
  struct Choice {
    /// The checkpoint folder of the policy.
    var policy: String
    /// The checkpoint folder of the reference; nil is the policy at the start.
    var reference: String?
    /// Files of prompts.
    var prompts: [String]
    /// How many words of a prompt are used.
    var promptWords: Int?
    /// What is rewarded.
    var reward: RewardChoice
    /// Whether an adapter is trained.
    var lora: AdapterChoice
    /// How passes are computed.
    var computation: Computation
    /// Where models live.
    var device: String
    /// How completions are drawn.
    var sampling: Sampling
    /// The run's seed.
    var seed: UInt64
  }

  let policy: LanguageModel
  let reference: LanguageModel
  let rewards: RewardSet
  let prompts: [[Int]]
  let decode: @Sendable ([Int]) -> String
  let saver: ModelSaver

  /// Loads what was chosen.
  ///
  /// - Parameters:
  ///   - choice: What is asked for.
  ///   - context: Where the run will write.
  ///   - output: Where the trained model shall go.
  ///   - type: The type weights are stored in.
  ///   - observer: Who hears of prompts that are left out.
  /// - Throws: What is wrong with configuration or files.
  init(
    _ choice: Choice, _ context: RunContext, output: String?, storedType type: DataType,
    _ observer: RunObserver
  ) throws {
    guard !choice.policy.isEmpty else {
      throw TrainingError.configuration(key: "policy", reason: "name a model's folder")
    }
    try choice.reward.validate()
    if let words = choice.promptWords, words < 1 {
      throw TrainingError.configuration(key: "prompt_words", reason: "\(words) is below 1")
    }
    let device = try Device(named: choice.device)
    let folder = ModelFolder(URL(fileURLWithPath: choice.policy))
    try context.check(
      output: output, storedType: type, isAdapter: choice.lora.leavesAdapter(on: folder))
    let tokenizer = try Tokenizer.load(from: folder.tokenizerURL)
    let models = PolicyModels(
      folder, lora: choice.lora, computation: choice.computation, device: device)
    policy = try models.policy(seed: choice.seed)
    let frame = try TextFrame(tokenizer, file: folder.tokenizerURL, model: policy.configuration)
    reference = try models.reference(choice.reference, for: policy)
    let decode = { @Sendable (tokens: [Int]) in
      tokenizer.decode(tokens, specialTokens: .skipped)
    }
    self.decode = decode
    rewards = try RewardSet(
      choice.reward, endOfText: frame.endOfText, decode: decode, on: device)
    let found = try DataPreparation(
      frame, templateIn: folder.tokenizerURL.deletingLastPathComponent()
    ).prompts(
      choice.prompts, words: choice.promptWords,
      longest: choice.longestPrompt(policy.configuration, frame))
    found.note.map(observer.note)
    prompts = found.examples
    saver = ModelSaver(
      choice: choice.lora, base: choice.policy, storedType: type, tokenizer: folder.tokenizerURL)
  }
}

extension PolicyScene.Choice {
  // Prompt and completion must fit the policy and the reference; reward models read an end-of-text token more.
  fileprivate func longestPrompt(_ policy: DecoderConfiguration, _ frame: TextFrame) throws -> Int {
    try frame.check(policy, key: "policy")
    var positions = policy.positionCount
    let others =
      (reference.map { [("reference", $0, 0)] } ?? [])
      + reward.modelFolders.map { ($0.key, $0.path, 1) }
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
    let longest = positions - sampling.maximumLength
    guard longest >= 1 else {
      throw TrainingError.configuration(
        key: "training.sampling.max_new_tokens",
        reason:
          "\(sampling.maximumLength) leaves no room for a prompt in \(positions) positions")
    }
    return longest
  }
}
