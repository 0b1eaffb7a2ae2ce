import Foundation
import LanguageModels

extension RowScene {
  /// The scene of `rein sft` as it is configured: everything is loaded as the run would load it.
  ///
  /// - Parameter configuration: What the run would be given.
  /// - Throws: What the run would throw before its first step.
  public init(_ configuration: SupervisedRun.Configuration) throws {
    let prepared = try SupervisedPreparation(configuration)
    self.init(
      try SupervisedTrainer(
        prepared.model, examples: prepared.train.examples, configuration: configuration.training,
        seed: configuration.seed),
      frame: prepared.frame, heldOut: prepared.heldOut.examples,
      leftOutCount: prepared.train.leftOut.count)
  }

  /// The scene of `rein reward` as it is configured.
  ///
  /// - Parameter configuration: What the run would be given.
  /// - Throws: What the run would throw before its first step.
  public init(_ configuration: RewardRun.Configuration) throws {
    let prepared = try RewardPreparation(configuration)
    self.init(
      try RewardTrainer(
        prepared.model, preferences: prepared.preferences, configuration: configuration.training,
        seed: configuration.seed),
      frame: prepared.frame,
      heldOut: prepared.heldOut.flatMap(\.ratings))
  }

  /// The scene of `rein dpo` as it is configured.
  ///
  /// - Parameter configuration: What the run would be given.
  /// - Throws: What the run would throw before its first step.
  public init(_ configuration: PreferenceRun.Configuration) throws {
    let prepared = try PreferencePreparation(configuration)
    let isPolicy = configuration.reference.map {
      URL(fileURLWithPath: $0).standardizedFileURL.path
        == prepared.folder.url.standardizedFileURL.path
    }
    self.init(
      try PreferenceTrainer(
        prepared.policy, reference: prepared.reference, examples: prepared.train.examples,
        configuration: configuration.training, seed: configuration.seed),
      frame: prepared.frame, heldOut: prepared.heldOut.examples,
      leftOutCount: prepared.train.leftOut.count, longest: prepared.longest,
      isReferenceThePolicy: isPolicy ?? true)
  }

  /// The scene of `rein tokens` as it is configured.
  ///
  /// - Parameter configuration: What the run would be given.
  /// - Throws: What the run would throw before its first step.
  public init(_ configuration: TokenRun.Configuration) throws {
    let prepared = try TokenPreparation(configuration)
    let isPolicy = configuration.reference.map {
      URL(fileURLWithPath: $0).standardizedFileURL.path
        == prepared.folder.url.standardizedFileURL.path
    }
    self.init(
      try TokenTrainer(
        prepared.policy, reference: prepared.reference, examples: prepared.train.examples,
        configuration: configuration.training, seed: configuration.seed),
      frame: prepared.frame, heldOut: prepared.heldOut.examples,
      leftOutCount: prepared.train.leftOut.count, longest: prepared.longest,
      isReferenceThePolicy: isPolicy ?? true)
  }
}
