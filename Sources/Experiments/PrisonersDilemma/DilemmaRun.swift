import Environments
import Foundation
import LanguageModels
import NeuralNetworks
import RunRecords
import Torch
import Training

/// What games of a rollout were like.
public struct DilemmaPoint: Codable, Equatable, Sendable {
  /// Optimizer steps before the rollout.
  public var update: Int
  /// Share of actions unlike the one before.
  public var alternating: Double
  /// Share of actions that cooperate after cooperating.
  public var cooperating: Double
  /// Share of actions that defect after defecting.
  public var defecting: Double
  /// Mean discounted return to go, over the first nine tenths of the actions, whose future is in the rollout.
  public var meanReturn: Double

  enum CodingKeys: String, CodingKey {
    case update, alternating, cooperating, defecting
    case meanReturn = "mean_return"
  }
}

/// One variant with one seed: its curve.
public struct DilemmaRun: Codable, Equatable, Sendable {
  /// The variant.
  public var variant: DilemmaVariant
  /// The seed.
  public var seed: Int
  /// Every rollout up to 400 optimizer steps, then every tenth.
  public var curve: [DilemmaPoint]
  /// Wall-clock time, beside other runs.
  public var seconds: Double

  /// The last point.
  public var last: DilemmaPoint? { curve.last }

  /// The share of alternating, cooperating or defecting at a number of optimizer steps: the nearest point there is.
  public func point(at update: Int) -> DilemmaPoint? {
    curve.min { abs($0.update - update) < abs($1.update - update) }
  }
}

/// A run to be made.
struct DilemmaJob: SweepJob {
  typealias Run = DilemmaRun

  let variant: DilemmaVariant
  let seed: Int

  var name: String { "\(variant.rawValue)-\(seed)" }

  /// Plays and learns.
  ///
  /// - Parameters:
  ///   - configuration: The setting.
  ///   - step: Told after every rollout how many updates were made; false stops the run.
  /// - Returns: The curve, or nil if it was stopped.
  /// - Throws: What stops training.
  func run(_ configuration: DilemmaConfiguration, step: (Int) -> Bool) throws -> DilemmaRun? {
    let begin = Date()
    let policy = try LanguageModel(
      configuration.shape(variant),
      ParameterBuilder(generator: Generator(seed: UInt64(seed), purpose: "weights")))
    let method = configuration.method(variant)
    let agent = try SequenceAgent(
      method,
      .init(
        policy: policy, environment: PrisonersDilemma(payoffs: configuration.payoffs),
        games: configuration.games, length: configuration.length), seed: UInt64(seed))
    let rollouts =
      (configuration.updates + configuration.updatesPerRollout - 1)
      / configuration.updatesPerRollout
    let trainer = try PolicyTrainer(
      method, configuration.update(variant), steps: rollouts, agent: agent, seed: UInt64(seed))
    var curve: [DilemmaPoint] = []
    while trainer.stepsTaken < rollouts {
      let updates = trainer.stepsTaken * configuration.updatesPerRollout
      _ = try trainer.step()
      let isLast = trainer.stepsTaken == rollouts
      if updates < 400 || (updates / configuration.updatesPerRollout) % 10 == 0 || isLast {
        curve.append(point(agent, configuration, updates))
      }
      guard step(trainer.stepsTaken * configuration.updatesPerRollout) else { return nil }
    }
    return DilemmaRun(
      variant: variant, seed: seed, curve: curve, seconds: -begin.timeIntervalSinceNow)
  }

  private func point(
    _ agent: SequenceAgent, _ configuration: DilemmaConfiguration, _ updates: Int
  ) -> DilemmaPoint {
    var counts = [0, 0, 0]
    var (sum, terms) = (0.0, 0)
    for game in agent.lastGames {
      var before = game.first
      for action in game.actions {
        counts[action != before ? 0 : action + 1] += 1
        before = action
      }
      var toGo = 0.0
      for (time, reward) in game.rewards.enumerated().reversed() {
        toGo = reward + configuration.discount * toGo
        if time < game.rewards.count * 9 / 10 {
          sum += toGo
          terms += 1
        }
      }
    }
    let total = Double(counts.reduce(0, +))
    return DilemmaPoint(
      update: updates, alternating: Double(counts[0]) / total,
      cooperating: Double(counts[1]) / total, defecting: Double(counts[2]) / total,
      meanReturn: sum / Double(max(1, terms)))
  }
}
