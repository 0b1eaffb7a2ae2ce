import Foundation
import LanguageModels
import NeuralNetworks
import Tokenization

extension PolicyScene {
  /// The scene of a run as it is configured: everything is loaded as the run would load it.
  ///
  /// - Parameter configuration: What `rein ppo` would be given.
  /// - Throws: What a run would throw before its first step.
  public init(_ configuration: PolicyRun.Configuration) throws {
    try PolicyPreparation.check(configuration)
    let prepared = try PolicyPreparation(configuration)
    let paths =
      (configuration.reference.map { [("reference", $0)] } ?? [])
      + configuration.reward.modelFolders.map { ($0.key, $0.path) }
    let neighbours = try paths.map { key, path in
      let folder = ModelFolder(URL(fileURLWithPath: path))
      let hasTokenizer = FileManager.default.fileExists(atPath: folder.tokenizerURL.path)
      return Neighbour(
        key: key, vocabularyCount: try folder.configuration().vocabularyCount,
        tokenizer: hasTokenizer ? try Tokenizer.load(from: folder.tokenizerURL) : nil)
    }
    try self.init(
      configuration.training,
      Parts(
        policy: prepared.policy, reference: prepared.reference,
        isReferenceThePolicy: configuration.reference.map(prepared.isPolicy) ?? true,
        frame: prepared.frame, prompts: prepared.prompts.examples,
        leftOutCount: prepared.prompts.leftOut.count, reward: prepared.rewards.training,
        rewardModels: prepared.rewards.models.map { RewardReader(key: $0.key, $0.model) },
        neighbours: neighbours, budgetHead: try prepared.folder.budgetHead(for: prepared.policy)),
      seed: configuration.seed)
  }
}

extension PolicyScene {
  /// The scene of a run that chooses among answers: what policy optimization from the same policy, prompts and reward would begin with.
  ///
  /// - Parameter configuration: What `rein best-of-n` would be given.
  /// - Throws: What a run would throw before its first round.
  public init(_ configuration: BestOfNRun.Configuration) throws {
    try PolicyPreparation.check(configuration)
    var task = PolicyRun.Task(preset: .reinforce)
    task.policy = configuration.policy
    task.prompts = configuration.prompts
    task.promptWords = configuration.promptWords
    task.reward = configuration.reward
    task.training.sampling = configuration.training.sampling
    task.training.completions = configuration.training.completions
    var same = PolicyRun.Configuration(task)
    same.settings = configuration.settings
    try self.init(same)
  }
}

extension PolicyPreparation {
  /// Whether a path is the policy's own.
  fileprivate func isPolicy(_ path: String) -> Bool {
    URL(fileURLWithPath: path).standardizedFileURL.path == folder.url.standardizedFileURL.path
  }
}
