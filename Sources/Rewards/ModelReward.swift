import Foundation
public import LanguageModels
import Torch

/// A reward model's opinion of prompt and answer together, read at the end-of-text token.
public struct ModelReward: Reward {
  /// What becomes of the normalised score r.
  public enum Scale: String, Codable, Sendable, CaseIterable {
    /// r itself.
    case score
    /// σ(r), the probability that the text is preferred to an average one: between 0 and 1.
    case probability
  }

  private let model: RewardModel
  private let endOfText: Int
  private let scale: Scale

  /// A reward.
  ///
  /// - Parameters:
  ///   - model: The reward model.
  ///   - endOfText: The token that was the last one of every text the model was trained on; it is put at the end of cut
  ///     completions too, so that the model always reads where it has learned to.
  ///   - scale: What becomes of the score.
  public init(_ model: RewardModel, endOfText: Int, scale: Scale = .score) {
    self.model = model
    self.endOfText = endOfText
    self.scale = scale
  }

  /// What each completion earned.
  public func grades(_ completions: [Completion]) -> [Grade] {
    scores(completions).map { Grade($0) }
  }

  /// One number for each completion.
  public func scores(_ completions: [Completion]) -> [Double] {
    let texts = completions.map { $0.prompt + $0.text + [endOfText] }
    let scores = Tensor.withoutRecording { model.scores(texts) }
    switch scale {
    case .score: return scores
    case .probability: return scores.map { 1 / (1 + exp(-$0)) }
    }
  }
}
