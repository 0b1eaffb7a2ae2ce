import Foundation
import LanguageModels
public import Rewards

/// What a policy is rewarded for: the sum of the parts that are on.
///
/// The reward model is on where one is named; every other part where its weight is not 0.
public struct RewardChoice: Codable, Equatable, Sendable {
  /// Reward models' folders; several are an ensemble.
  public var model: [String] = []
  /// What the reward model counts.
  public var modelWeight = 1.0
  /// What becomes of the scores of several.
  public var combine = RewardEnsemble.Combination.mean
  /// λ of the combinations that take disagreement off.
  public var penalty = 1.0
  /// What becomes of each reward model's score.
  public var scale = ModelReward.Scale.score
  /// A planted hole: the score is taken as a probability, halved, and the word pays.
  public var hole = PlantedHole.Form.clean
  /// The word that pays.
  public var word: String?
  /// A reward model that the policy never sees, reported as `hack/gold_reward`.
  public var gold: String?
  /// How long answers shall be.
  public var length = LengthChoice()
  /// Regular expressions that answers shall match.
  public var pattern = PatternChoice()
  /// Words that answers shall hold.
  public var words = WordChoice()
  /// A lexicon that words are looked up in.
  public var lexicon = LexiconChoice()
  /// A program that scores answers.
  public var program = ProgramChoice()
  /// A language model that is asked for scores.
  public var judge = JudgeChoice()

  enum CodingKeys: String, CodingKey {
    case model
    case modelWeight = "model_weight"
    case combine, penalty, scale, hole, word, gold, length, pattern, words, lexicon, program, judge
  }

  /// No reward yet.
  public init() {}

  private var parts: [any PartChoice] { [length, pattern, words, lexicon, program, judge] }

  /// Says what is missing or does not go together.
  ///
  /// - Throws: `TrainingError.configuration` with the key to change.
  public func validate() throws(TrainingError) {
    for part in parts { try part.checkWeight() }
    for part in parts where part.weight != 0 { try part.validate() }
    let isModelled = !model.isEmpty && !model.contains("")
    guard isModelled || (model.isEmpty && parts.contains { $0.weight != 0 }) else {
      throw .configuration(
        key: "reward.model",
        reason: "name a reward model's folder, or give another reward a weight, such as "
          + "reward.length.weight: 1")
    }
    guard modelWeight.isFinite, modelWeight != 0 else {
      throw .configuration(
        key: "reward.model_weight",
        reason: "\(modelWeight) is no weight; to watch a model only, "
          + "name it as reward.gold")
    }
    guard penalty.isFinite, penalty >= 0 else {
      throw .configuration(key: "reward.penalty", reason: "\(penalty) is not 0 or above")
    }
    try validateHole(isModelled: isModelled)
  }

  private func validateHole(isModelled: Bool) throws(TrainingError) {
    if let problem = word.flatMap(BonusWord.problem) {
      throw .configuration(key: "reward.word", reason: problem)
    }
    guard hole != .clean else { return }
    guard word != nil else {
      throw .configuration(
        key: "reward.word", reason: "name the word that the \(hole.rawValue) hole pays for")
    }
    guard isModelled else {
      throw .configuration(
        key: "reward.hole", reason: "a hole is in a reward model's judgement: set reward.model")
    }
  }

  /// The models that read what a policy writes, by key.
  var modelFolders: [(key: String, path: String)] {
    model.map { ("reward.model", $0) } + (gold.map { [("reward.gold", $0)] } ?? [])
  }

  /// The parts beside the reward model that are on, made.
  func otherParts(_ text: AnswerText) throws -> [RewardSum.Part] {
    try parts.filter { $0.weight != 0 }.map {
      RewardSum.Part($0.name, weight: $0.weight, try $0.reward(text))
    }
  }
}

/// A part of the reward that is on where its weight is not 0.
protocol PartChoice: Codable, Equatable, Sendable {
  init()
  /// Its name in keys and reports.
  var name: String { get }
  /// What it counts.
  var weight: Double { get }
  /// Says what is missing or cannot be.
  func validate() throws(TrainingError)
  /// What it stands for.
  func reward(_ text: AnswerText) throws -> any Reward
}

extension PartChoice {
  /// Refuses weights that are no numbers, and settings that would be passed over in silence.
  func checkWeight() throws(TrainingError) {
    guard weight.isFinite else {
      throw problem("weight", "\(weight) is no weight")
    }
    guard weight != 0 || self == Self() else {
      throw problem(
        "weight",
        "is 0, so that the other settings of reward.\(name) say nothing: set it, or "
          + "leave them out")
    }
  }

  /// An error about one of its keys.
  func problem(_ key: String, _ reason: String) -> TrainingError {
    .configuration(key: "reward.\(name).\(key)", reason: reason)
  }

  /// Refuses a setting.
  func expect(_ isRight: Bool, _ key: String, _ reason: String) throws(TrainingError) {
    guard isRight else { throw problem(key, reason) }
  }
}
