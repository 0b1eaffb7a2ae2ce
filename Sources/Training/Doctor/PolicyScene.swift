public import LanguageModels
import NeuralNetworks
public import Rewards
public import Tokenization
import Torch

/// A run of policy optimization before its first update: its parts, and a few completions with what sampler and trainer say of them.
///
/// Everything that a check looks at can be replaced, so that a fault can be put in and be seen.
public struct PolicyScene {
  /// What a run works with.
  public struct Parts {
    /// The model that is to be trained.
    public var policy: LanguageModel
    /// The model it is held to.
    public var reference: LanguageModel
    /// Whether that is the policy as it is now.
    public var isReferenceThePolicy: Bool
    /// What stands around texts.
    public var frame: TextFrame
    /// Prompts as token ids.
    public var prompts: [[Int]]
    /// How many were left out because they are too long.
    public var leftOutCount: Int
    /// What the policy is to be rewarded for.
    public var reward: any Reward
    /// The reward models in it.
    public var rewardModels: [RewardReader]
    /// The other models that read the policy's tokens.
    public var neighbours: [Neighbour]
    /// What the policy has learned of a budget before.
    public var budgetHead: BudgetHead?

    /// Parts.
    public init(
      policy: LanguageModel, reference: LanguageModel, isReferenceThePolicy: Bool,
      frame: TextFrame, prompts: [[Int]], leftOutCount: Int = 0, reward: any Reward,
      rewardModels: [RewardReader] = [], neighbours: [Neighbour] = [],
      budgetHead: BudgetHead? = nil
    ) {
      self.policy = policy
      self.reference = reference
      self.isReferenceThePolicy = isReferenceThePolicy
      self.frame = frame
      self.prompts = prompts
      self.leftOutCount = leftOutCount
      self.reward = reward
      self.rewardModels = rewardModels
      self.neighbours = neighbours
      self.budgetHead = budgetHead
    }
  }

  /// A model that reads the policy's tokens.
  public struct Neighbour: Sendable {
    /// The key that names it.
    public var key: String
    /// The number of its tokens.
    public var vocabularyCount: Int
    /// The tokenizer that lies beside it.
    public var tokenizer: Tokenizer?

    /// A neighbour.
    public init(key: String, vocabularyCount: Int, tokenizer: Tokenizer?) {
      self.key = key
      self.vocabularyCount = vocabularyCount
      self.tokenizer = tokenizer
    }
  }

  /// Method and sampling; a step is as large as the scene.
  public let configuration: PolicyConfiguration
  /// What a run works with.
  public var parts: Parts
  /// The completions that were drawn.
  public let completions: [Completion]
  /// log π of every token of each completion, as the sampler wrote it down.
  public var sampled: [[Double]]
  /// The tokens that end a completion.
  public var stopTokens: [Int]
  /// How the trainer looks at some of the completions in one batch, short rows filled with a token.
  public var look: (_ rows: [Int], _ padding: Int) -> TrainerView
  /// What trains.
  let agent: LanguageAgent
  let episodes: Episodes<LanguageAgent.Record>

  /// A scene, for which completions are drawn.
  ///
  /// - Parameters:
  ///   - configuration: Method and sampling.
  ///   - parts: What a run works with.
  ///   - count: The most completions, rounded down to whole groups.
  ///   - seed: Decides prompts and draws.
  /// - Throws: `TrainingError`, `WeightError`.
  public init(
    _ configuration: PolicyConfiguration, _ parts: Parts, count: Int = 16, seed: UInt64
  ) throws {
    var configuration = configuration
    let group = min(configuration.method.advantage.groupSize, count)
    configuration.method.advantage.groupSize = group
    configuration.episodesPerStep = count / group * group
    configuration.minibatches = 1
    configuration.microBatches = 1
    let tokenizer = parts.frame.tokenizer
    // The reward is asked by its own checks, so that one that breaks spoils no other.
    let agent = try LanguageAgent(
      configuration,
      .init(
        policy: parts.policy, reference: parts.reference, reward: NoReward(),
        prompts: parts.prompts, budgetHead: parts.budgetHead,
        decode: { tokenizer.decode($0) }), seed: seed)
    let episodes: Episodes<LanguageAgent.Record>
    do {
      episodes = try agent.episodes(step: 1)
    } catch TrainingError.diverged(let metric, _) {
      throw TrainingError.configuration(
        key: "policy", reason: "\(metric) is not finite: the checkpoint holds NaN or infinity")
    }
    self.configuration = configuration
    self.parts = parts
    self.agent = agent
    self.episodes = episodes
    completions = episodes.record.rollout.completions
    sampled = episodes.logProbabilities.doubles.parts(of: episodes.lengths)
    stopTokens = parts.policy.configuration.stopTokens
    look = { rows, padding in TrainerView(agent, episodes, rows: rows, padding: padding) }
  }

  /// All completions.
  var rows: [Int] { Array(completions.indices) }
  /// Those with the most tokens, prompt and answer together.
  var longestRow: Int {
    completions.indices.max { completions[$0].sequence.count < completions[$1].sequence.count }
      ?? 0
  }
  /// A few completions that are shorter than the longest, the shortest first.
  var shorterRows: [Int] {
    let longest = completions[longestRow].sequence.count
    let shorter = rows.filter { completions[$0].sequence.count < longest }
    return Array(
      shorter.sorted { completions[$0].sequence.count < completions[$1].sequence.count }.prefix(4))
  }
  /// What two ways to compute one number may differ by.
  var tolerance: Double {
    parts.policy.configuration.computation.precision == .weights ? 1e-3 : 0.1
  }
  /// A completion as reward models read it.
  func text(_ row: Int) -> [Int] {
    completions[row].prompt + completions[row].text + [parts.frame.endOfText]
  }
}

/// Pays nothing.
private struct NoReward: Reward {
  func grades(_ completions: [Completion]) -> [Grade] { completions.map { _ in Grade(0) } }
}
