import Foundation
import LanguageModels
import Tokenization
import Torch

/// What a run on marked tokens works with, loaded and fitted together.
struct TokenPreparation {
  let folder: ModelFolder
  let frame: TextFrame
  let policy: LanguageModel
  let reference: LanguageModel
  let longest: Int
  let train: PreparedRows<MarkedExample>
  let heldOut: PreparedRows<MarkedExample>

  /// Says what a configuration lacks, before anything is loaded.
  static func check(_ configuration: TokenRun.Configuration) throws {
    guard !configuration.policy.isEmpty else {
      throw TrainingError.configuration(key: "policy", reason: "name a model's folder")
    }
  }

  /// Loads everything.
  init(_ configuration: TokenRun.Configuration) throws {
    try Self.check(configuration)
    folder = ModelFolder(URL(fileURLWithPath: configuration.policy))
    let models = try PolicyModels(
      folder, configuration.settings, dropout: configuration.dropout)
    policy = try models.policy()
    reference = try models.reference(configuration.reference, for: policy)
    frame = try TextFrame(
      Tokenizer.load(from: folder.tokenizerURL), file: folder.tokenizerURL,
      model: policy.configuration)
    try frame.check(policy.configuration, key: "policy")
    longest = try Self.longest(configuration.longest, policy.configuration, reference.configuration)
    let data = DataPreparation(frame, templateIn: folder.url)
    train = try data.marked(configuration.train, longest: longest)
    heldOut = try data.marked(configuration.heldOut, longest: longest)
  }

  private static func longest(
    _ wanted: Int?, _ policy: DecoderConfiguration, _ reference: DecoderConfiguration
  ) throws -> Int {
    guard policy.vocabularyCount == reference.vocabularyCount else {
      throw TrainingError.configuration(
        key: "reference",
        reason:
          "has \(reference.vocabularyCount) tokens, the policy \(policy.vocabularyCount)")
    }
    let room = min(policy.positionCount, reference.positionCount)
    let longest = wanted ?? room
    guard (2...room).contains(longest) else {
      throw TrainingError.configuration(
        key: "max_length", reason: "\(longest) is outside 2 to \(room), the model's positions")
    }
    return longest
  }
}
