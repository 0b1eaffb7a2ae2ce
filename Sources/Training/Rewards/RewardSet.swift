import Foundation
import LanguageModels
import Rewards
import RunRecords
import Torch

/// What a run is rewarded for, and what only watches.
struct RewardSet {
  /// What the policy is trained on.
  var training: RewardSum
  /// The word that is counted.
  var word: BonusWord?
  /// The judge that the policy never sees.
  var gold: (any Reward)?
  /// The reward models among them, with the keys and folders that name them.
  var models: [(key: String, path: String, model: RewardModel)] = []

  /// Makes what was chosen; the choice has been validated.
  ///
  /// - Parameters:
  ///   - choice: What a run is rewarded for.
  ///   - endOfText: The token that ends texts.
  ///   - decode: Tokens to text.
  ///   - device: Where reward models live.
  /// - Throws: What is wrong with models, files, programs or settings.
  init(
    _ choice: RewardChoice, endOfText: Int, decode: @escaping @Sendable ([Int]) -> String,
    on device: Device
  ) throws {
    let word = choice.word.map { BonusWord($0, decode: decode) }
    // A hole is in a probability, half of which is the true reward.
    let scale = choice.hole == .clean ? choice.scale : .probability
    models = try choice.modelFolders.map { key, path in
      (key, path, try ModelFolder(URL(fileURLWithPath: path)).rewardModel(device: device))
    }
    try choice.check(models)
    let rewards = models.map { _, _, model -> any Reward in
      model.isPerToken
        ? TokenModelReward(model) : ModelReward(model, endOfText: endOfText, scale: scale)
    }
    let holed = { (reward: any Reward, form: PlantedHole.Form) -> any Reward in
      guard choice.hole != .clean, let word else { return reward }
      return PlantedHole(reward, form: form, word: word)
    }
    var parts: [RewardSum.Part] = []
    if !choice.model.isEmpty {
      let members = Array(rewards.prefix(choice.model.count))
      let opinion: any Reward =
        members.count == 1
        ? members[0]
        : RewardEnsemble(members, combination: choice.combine, penalty: choice.penalty)
      parts.append(
        .init("model", weight: choice.modelWeight, holed(opinion, choice.hole)))
    }
    parts += try choice.otherParts(AnswerText(decode: decode))
    training = RewardSum(parts)
    gold = choice.gold.flatMap { _ in rewards.last }.map { holed($0, .clean) }
    self.word = word
  }

  /// What the watchers say of completions.
  func watched(_ completions: [Completion]) throws -> [(metric: Metric, value: Double)] {
    var metrics: [(metric: Metric, value: Double)] = []
    let mean = { (values: [Double]) in values.reduce(0, +) / Double(values.count) }
    if let gold { metrics.append((.goldReward, mean(try gold.scores(completions)))) }
    if let word {
      metrics.append((.honeypotRate, mean(completions.map { word.count(in: $0) > 0 ? 1 : 0 })))
    }
    return metrics
  }
}

extension RewardChoice {
  /// Refuses a model of single tokens where only a judge of whole texts can stand.
  fileprivate func check(
    _ models: [(key: String, path: String, model: RewardModel)]
  ) throws(TrainingError) {
    let found = models.filter(\.model.isPerToken)
    guard let last = found.last else { return }
    let reason = { (end: String) in
      "\(last.path) was trained on marks and pays for single tokens: \(end)"
    }
    guard last.key == "reward.model" else {
      throw .configuration(key: last.key, reason: reason("name a judge of whole texts"))
    }
    guard model.count == 1 else {
      throw .configuration(key: last.key, reason: reason("it has no place in an ensemble"))
    }
    guard hole == .clean, scale == .score else {
      throw .configuration(
        key: hole == .clean ? "reward.scale" : "reward.hole",
        reason: reason("leave this out, it is for scores of whole texts"))
    }
  }
}
