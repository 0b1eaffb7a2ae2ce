public import Environments
public import LanguageModels
public import NeuralNetworks
import PolicyOptimization
public import RunRecords
public import Torch

/// A small decoder that plays an environment and remembers what it did: its own actions are its tokens.
///
/// For worlds whose observation is one-hot of the own last action, such as a game against one's past self. A rollout begins with that
/// action as its only memory and is cut after a number of actions; the world goes on. Where the model has dropout it is on while
/// playing and while learning, as in the code that the action-conditioned error was published with: then ratios are not 1 even
/// before the first update.
public final class SequenceAgent: Agent {
  /// Games with what was known at each action.
  public struct Record {
    var rollout: Rollout
  }

  /// What a run plays with.
  public struct Parts {
    /// The policy, trained in place.
    public var policy: LanguageModel
    /// The world.
    public var environment: any Environment
    /// Games side by side.
    public var games: Int
    /// Actions per game and step.
    public var length: Int

    /// The parts of a run.
    public init(policy: LanguageModel, environment: any Environment, games: Int, length: Int) {
      self.policy = policy
      self.environment = environment
      self.games = games
      self.length = length
    }
  }

  /// One game of a rollout.
  public struct Game: Sendable {
    /// What was done before its first action.
    public var first: Int
    /// The actions.
    public var actions: [Int]
    /// What each of them earned.
    public var rewards: [Double]
  }

  /// The critic.
  public let critic: Critic
  /// The games of the last rollout.
  public private(set) var lastGames: [Game] = []
  private let policy: LanguageModel
  private let sampler: Sampler
  private let draws: Generator
  private let dropout: Generator?
  private var worlds: [any Environment]
  private var lastTokens: [Int]
  private let length: Int

  /// An agent.
  ///
  /// - Parameters:
  ///   - method: The four choices.
  ///   - parts: What it plays with.
  ///   - seed: Decides the critic's weights, first actions, draws and dropout.
  /// - Throws: `TrainingError`, `WeightError`, or what the environment throws.
  public init(_ method: Method, _ parts: Parts, seed: UInt64) throws {
    let shape = parts.policy.configuration
    guard parts.environment.observationCount == shape.vocabularyCount,
      parts.environment.actionCount == shape.vocabularyCount
    else {
      throw TrainingError.configuration(
        key: "environment",
        reason:
          "a sequence of actions needs a world that shows the last of its \(shape.vocabularyCount) actions; this one shows \(parts.environment.observationCount) numbers and has \(parts.environment.actionCount) actions"
      )
    }
    guard parts.length + 1 <= shape.positionCount else {
      throw TrainingError.configuration(
        key: "length", reason: "\(parts.length) actions do not fit \(shape.positionCount) positions"
      )
    }
    guard method.objective.greedyAwareness == nil, method.reference.placement == .none,
      !method.advantage.needsAllActionValues
    else {
      throw TrainingError.configuration(
        key: "method",
        reason: "games of sequences have no greedy awareness, no reference and no Q − V")
    }
    guard method.critic.kind != .valueModel else {
      throw TrainingError.configuration(
        key: "critic.kind",
        reason:
          "games of sequences go on where a rollout is cut, and their critic reads the policy's last state: use a value-head"
      )
    }
    policy = parts.policy
    length = parts.length
    critic = try Critic(
      method.critic, for: policy, generator: Generator(seed: seed, purpose: "critic"))
    dropout = shape.hasDropout ? Generator(seed: seed, purpose: "dropout") : nil
    sampler = Sampler(
      policy, Sampling(maximumLength: parts.length), stopTokens: [], continues: true,
      dropout: dropout)
    draws = Generator(seed: seed, purpose: "rollouts")
    var first = SeededGenerator(
      seed: UInt64(Generator(seed: seed, purpose: "environments").integer(below: 1 << 50)))
    worlds = Array(repeating: parts.environment, count: parts.games)
    lastTokens = []
    for index in worlds.indices {
      let observation = try worlds[index].reset(using: &first)
      lastTokens.append(observation.firstIndex(of: 1) ?? 0)
    }
  }

  /// The weights of the policy.
  public var policyParameters: Parameters { policy.parameters }
  /// The weights of the critic alone.
  public var criticParameters: Parameters { critic.parameters }
  /// Games are computed as a whole.
  public var minibatchUnit: MinibatchUnit { .trajectory }

  /// Plays on from everybody's last action.
  public func episodes(step: Int) throws -> Episodes<Record> {
    let rollout = sampler.rollout(lastTokens.map { [$0] }, using: draws)
    guard rollout.logProbabilities.isAllFinite else {
      throw TrainingError.diverged(metric: "a log-probability", step: step)
    }
    lastGames = try rollout.completions.enumerated().map { index, completion in
      Game(
        first: lastTokens[index], actions: completion.tokens,
        rewards: try completion.tokens.map { try worlds[index].step($0).reward })
    }
    lastTokens = rollout.completions.map { $0.tokens.last ?? 0 }
    return Episodes(
      record: Record(rollout: rollout), lengths: rollout.completions.map(\.tokens.count),
      rewards: Tensor(lastGames.flatMap { $0.rewards.map { Float($0) } }),
      logProbabilities: rollout.logProbabilities)
  }

  /// Values from the states the actions were drawn from, and from the state after the last one.
  public func estimates(_ episodes: Episodes<Record>) -> Estimates {
    let rollout = episodes.record.rollout
    let estimates = critic.estimates(ResponseLayout(rollout.completions), hidden: rollout.hidden)
    let final = rollout.finalHidden.flatMap { critic.values(ofHidden: $0) }
    return Estimates(
      values: estimates.values,
      finalValues: final ?? .zeros([rollout.completions.count]),
      actionValues: estimates.actionValues)
  }

  /// There is none.
  public func reference(_ episodes: inout Episodes<Record>) -> ReferenceView? { nil }

  /// Never asked.
  public func greedyOutcomes(_ episodes: Episodes<Record>, step: Int) throws -> GreedyOutcomes {
    throw TrainingError.configuration(
      key: "objective.greedy_awareness", reason: "games of sequences have none")
  }

  /// Log-probabilities, entropies and values, with dropout where the model has it.
  public func judge(_ record: Record, _ minibatch: Minibatch, _ questions: Questions) -> Judgement {
    let layout = layout(record, minibatch)
    let hidden = layout.predicting(policy.trunk, Trunk.Context(dropout: dropout))
    var judgement = Judgement()
    if questions.policy {
      let statistics = TokenStatistics(
        hidden: hidden, weight: policy.outputWeight, targets: layout.tokens.unsqueezed(1))
      judgement.logProbabilities = statistics.logProbabilities.select(1, 0)
      judgement.entropies = statistics.entropies
    }
    if questions.critic && critic.kind != .none {
      let estimates = critic.estimates(layout, hidden: hidden)
      judgement.values = estimates.values
      judgement.actionValues = estimates.actionValues
    }
    return judgement
  }

  private func layout(_ record: Record, _ minibatch: Minibatch) -> ResponseLayout {
    guard let rows = minibatch.rows else {
      preconditionFailure("a decoder sees whole games")
    }
    return ResponseLayout(rows.map { record.rollout.completions[$0] })
  }

  /// log π of every action, without dropout.
  public func distributions(_ record: Record, _ minibatch: Minibatch) -> Tensor {
    let layout = layout(record, minibatch)
    let hidden = layout.predicting(policy.trunk, Trunk.Context(isTwiceDifferentiable: true))
    return policy.logits(ofHidden: hidden).logSoftmax(along: -1)
  }

  /// The actions taken.
  public func actions(_ record: Record, _ minibatch: Minibatch) -> Tensor {
    layout(record, minibatch).tokens
  }

  /// The mean reward of an action.
  public func describe(_ episodes: Episodes<Record>, step: Int) -> (
    metrics: [(Metric, Double)], samples: [Sample]
  ) {
    ([(.scores, episodes.rewards.mean().item)], [])
  }
}
