import Environments
import Foundation
import LanguageModels
import NeuralNetworks
import Pessimism
import Torch
import Training

/// A language so small that all its episodes can be written down: four tokens, six of them in an episode.
///
/// Three tokens talk, the last is silence: rare after talk, likely after silence, as in a dialogue that has died. The base policy is a
/// decoder trained on episodes of a Markov chain whose numbers the seed draws.
struct BudgetWorld: Sendable {
  static let tokenCount = 4
  static let length = 6
  static let silence = 3
  static let prompt = [0]

  /// The base policy.
  let base: LanguageModel
  /// log β of every episode, those that begin alike beside each other.
  let logProbabilities: [Double]
  /// All episodes, in the same order.
  static let episodes: [[Int]] = (0..<power(length)).map { index in
    (0..<length).map { index / power(length - 1 - $0) % tokenCount }
  }

  /// How many beginnings of some length there are.
  static func power(_ length: Int) -> Int {
    (0..<length).reduce(1) { power, _ in power * tokenCount }
  }

  /// A world.
  ///
  /// - Parameter seed: Decides the chain, the texts and the weights.
  /// - Throws: What stops training.
  init(seed: UInt64) throws {
    var draws = SeededGenerator(seed: seed)
    let rows = (0..<Self.tokenCount).map { token in
      let silent = token == Self.silence ? 0.6 : 0.05
      let talk = (1..<Self.tokenCount).map { _ in Double.random(in: 0.2..<1.2, using: &draws) }
      return talk.map { $0 / talk.reduce(0, +) * (1 - silent) } + [silent]
    }
    let examples = (0..<4096).map { _ in
      var tokens: [Int] = []
      for _ in 0..<Self.length {
        var rest = Double.random(in: 0..<1, using: &draws)
        let row = rows[tokens.last ?? Self.prompt[0]]
        tokens.append(
          row.firstIndex { probability in
            rest -= probability
            return rest < 0
          } ?? Self.silence)
      }
      return SupervisedTrainer.Example(
        prompt: Self.prompt, completion: tokens, byteCount: tokens.count)
    }
    var shape = DecoderConfiguration(
      vocabularyCount: Self.tokenCount, positionCount: Self.length + 2, width: 16, layerCount: 1,
      headCount: 2)
    shape.initializerRange = 0.1
    base = try LanguageModel(
      shape, ParameterBuilder(generator: Generator(seed: seed, purpose: "weights")))
    var configuration = SupervisedTrainer.Configuration()
    configuration.epochs = 20
    configuration.optimizer.learningRate = 1e-2
    configuration.optimizer.weightDecay = 0
    let trainer = try SupervisedTrainer(
      base, examples: examples, configuration: configuration, seed: seed)
    while trainer.stepsTaken < trainer.stepCount { _ = try trainer.step() }
    logProbabilities = EnumeratedPolicy(base).logProbabilities
  }

  /// β of every episode.
  var probabilities: [Double] { logProbabilities.map { exp($0) } }

  /// The reward of every episode.
  static func utilities(_ reward: BudgetReward) -> [Double] { episodes.map(reward.utility) }

  /// The best that so many nats of expected KL can buy.
  ///
  /// - Parameters:
  ///   - reward: What is paid for.
  ///   - nats: KL per episode, above 0.
  /// - Returns: The mean reward of the exact optimum, and its multiplier: reward per nat.
  func optimum(_ reward: BudgetReward, nats: Double) -> (value: Double, price: Double) {
    let found = BudgetedOptimum.withinDivergence(
      nats, of: Self.utilities(reward), from: logProbabilities)
    guard let found else { preconditionFailure("a budget of \(nats) nats") }
    return (found.value, found.price)
  }

  /// A bound on what no-refund can buy: no episode may become more than e^nats times as probable as it was.
  ///
  /// - Parameters:
  ///   - reward: What is paid for.
  ///   - nats: The budget.
  /// - Returns: The mean reward of the best e^−nats of the base policy's episodes.
  func boundedRatioOptimum(_ reward: BudgetReward, nats: Double) -> Double {
    var rest = exp(-nats)
    let whole = rest
    let ordered = zip(Self.utilities(reward), probabilities).sorted { $0.0 > $1.0 }
    return ordered.reduce(0) { sum, episode in
      let taken = min(rest, episode.1)
      rest -= taken
      return sum + taken * episode.0
    } / whole
  }
}
