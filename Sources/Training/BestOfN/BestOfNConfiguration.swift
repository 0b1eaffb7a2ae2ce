import Foundation
public import LanguageModels
import NeuralNetworks

/// How many answers are drawn, kept and imitated.
public struct BestOfNConfiguration: Codable, Equatable, Sendable {
  /// How completions are drawn.
  public var sampling = Sampling()
  /// What becomes of scores, and of completions that are cut: masked ones are never kept.
  public var completions = CompletionRules()
  /// Rounds of drawing, and of imitating.
  public var rounds = 1
  /// Prompts in a round.
  public var promptsPerRound = 64
  /// n: answers to each prompt, of which one is kept.
  public var answers = 16
  /// The share of the prompts' best answers that is kept, those that score highest.
  public var keepShare = 1.0
  /// Whether the policy learns the answers that are kept.
  public var imitates = false
  /// How it learns them, with a fresh optimizer in each round.
  public var imitation: SupervisedTrainer.Configuration = {
    var configuration = SupervisedTrainer.Configuration()
    configuration.epochs = 1
    configuration.optimizer.learningRate = 1e-4
    configuration.optimizer.weightDecay = 0
    configuration.schedule.decay = .constant
    configuration.schedule.warmUpShare = 0
    return configuration
  }()

  enum CodingKeys: String, CodingKey {
    case sampling, completions, rounds
    case promptsPerRound = "prompts_per_round"
    case answers
    case keepShare = "keep_share"
    case imitates = "imitate"
    case imitation
  }

  /// The best of 16, and no training.
  public init() {}

  /// Says what cannot be.
  ///
  /// - Throws: `TrainingError.configuration` with the key to change.
  public func validate() throws(TrainingError) {
    if let problem = sampling.problem { throw .configuration(key: "sampling", reason: problem) }
    try completions.validate(hasCritic: nil)
    for (key, value) in [
      ("rounds", rounds), ("prompts_per_round", promptsPerRound), ("answers", answers),
    ] where value < 1 {
      throw .configuration(key: key, reason: "\(value) is below 1")
    }
    guard keepShare > 0, keepShare <= 1 else {
      throw .configuration(key: "keep_share", reason: "\(keepShare) is outside (0, 1]")
    }
    guard sampling.temperature > 0 || answers == 1 else {
      throw .configuration(
        key: "sampling.temperature", reason: "at 0 all answers to a prompt are the same")
    }
    do {
      try imitation.validate()
    } catch .configuration(let key, let reason) {
      throw .configuration(key: "imitation.\(key)", reason: reason)
    }
  }

  /// The best answer to each prompt, and of these the share that scores highest, best first.
  ///
  /// - Parameters:
  ///   - scores: What all answers earned; those to one prompt stand side by side.
  ///   - masked: The places of answers that are not to be kept; a prompt may then keep none.
  /// - Returns: Their places; at ties the first.
  func chosen(_ scores: [Double], masked: Set<Int> = []) -> [Int] {
    let best = stride(from: 0, to: scores.count, by: answers).compactMap { start in
      (start..<min(start + answers, scores.count)).filter { !masked.contains($0) }
        .max { (scores[$0], $1) < (scores[$1], $0) }
    }
    let ranked = best.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
    return Array(ranked.prefix(Int((keepShare * Double(best.count)).rounded(.up))))
  }
}
