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

    /// Parts.
    public init(
      policy: LanguageModel, reference: LanguageModel, isReferenceThePolicy: Bool,
      frame: TextFrame, prompts: [[Int]], leftOutCount: Int = 0, reward: any Reward,
      rewardModels: [RewardReader] = [], neighbours: [Neighbour] = []
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
        prompts: parts.prompts, decode: { tokenizer.decode($0) }), seed: seed)
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

/// What the trainer says of completions, one list each.
public struct TrainerView: Equatable, Sendable {
  /// The tokens that are trained on.
  public var tokens: [[Int]]
  /// log π of them.
  public var logProbabilities: [[Double]]
  /// The entropies of the distributions they stand in.
  public var entropies: [[Double]]
  /// V of the states before them.
  public var values: [[Double]]

  /// Looks as the trainer does when it forms a loss.
  init(
    _ agent: LanguageAgent, _ episodes: Episodes<LanguageAgent.Record>, rows: [Int], padding: Int
  ) {
    agent.padding = padding
    defer { agent.padding = 0 }
    let minibatch = Minibatch(rows, of: episodes.lengths)
    let (now, actions) = Tensor.withoutRecording {
      (
        agent.judge(episodes.record, minibatch, Questions()),
        agent.actions(episodes.record, minibatch)
      )
    }
    let lengths = rows.map { episodes.lengths[$0] }
    let split = { (tensor: Tensor?) in tensor?.doubles.parts(of: lengths) ?? [] }
    tokens = actions.integers.parts(of: lengths)
    logProbabilities = split(now.logProbabilities)
    entropies = split(now.entropies)
    values = split(now.values)
  }

  /// What is compared of one completion.
  func numbers(of row: Int) -> [Double] { logProbabilities[row] + values[row] }
}

/// A reward model as a function of whole texts.
public struct RewardReader {
  /// The key that names it.
  public var key: String
  /// What its scores are divided by.
  public var normalization: RewardModel.Normalization
  /// The norm of its head.
  public var headNorm: Double
  /// Raw scores of texts in one batch, short rows filled with a token.
  public var score: (_ texts: [[Int]], _ padding: Int) -> [Double]

  /// A reader.
  public init(key: String, _ model: RewardModel) {
    self.key = key
    normalization = model.normalization
    let all = model.parameters + (model.adapter?.parameters ?? .init())
    let heads = zip(all.names, all.tensors).filter { $0.0.contains("score") }
    headNorm = heads.last.map { $0.1.detached().squared().sum().item.squareRoot() } ?? 0
    let device = all.tensors.first?.device ?? .cpu
    score = { texts, padding in
      Tensor.withoutRecording {
        model.rawScores(TokenBatch(texts, padding: padding, device: device)).doubles
      }
    }
  }
}

/// Pays nothing.
private struct NoReward: Reward {
  func grades(_ completions: [Completion]) -> [Grade] { completions.map { _ in Grade(0) } }
}

extension Minibatch {
  /// Some trajectories of a step whose lengths are known.
  init(_ rows: [Int], of lengths: [Int]) {
    var starts = [0]
    for length in lengths { starts.append((starts.last ?? 0) + length) }
    self.init(
      rows: rows, places: Tensor(rows.flatMap { Array(starts[$0]..<starts[$0 + 1]) }),
      packing: Packing(lengths: rows.map { lengths[$0] }))
  }
}

extension Array {
  /// The elements in runs of given lengths.
  func parts(of lengths: [Int]) -> [[Element]] {
    var start = 0
    return lengths.map { length in
      defer { start += length }
      return Array(self[start..<start + length])
    }
  }
}
