import Foundation
public import LanguageModels
import Torch

/// What a reward model that was trained on marks thinks of every token: rₜ = 2·Dₜ − 1, with Dₜ = σ(score) the probability that the token is good.
///
/// Paid where the token stands, from −1 to 1. With γ = 0 each token answers for itself alone: horizon-1 reinforcement learning.
/// E. Yoon and others, TLCR: token-level continuous reward for fine-grained RLHF, 2024, arXiv 2407.16574, section 3.2.
public struct TokenModelReward: Reward {
  private let model: RewardModel
  private let rows: Int

  /// A reward.
  ///
  /// - Parameters:
  ///   - model: A reward model trained on marks.
  ///   - rows: Completions per forward pass.
  public init(_ model: RewardModel, rows: Int = 64) {
    self.model = model
    self.rows = rows
  }

  /// What each token earned; nothing is paid for the whole.
  public func grades(_ completions: [Completion]) -> [Grade] {
    stride(from: 0, to: completions.count, by: rows).flatMap { start -> [Grade] in
      let part = Array(completions[start..<min(start + rows, completions.count)])
      let layout = ResponseLayout(part, device: model.trunk.tokenEmbedding.device)
      let scores = Tensor.withoutRecording { model.rawScores(ofTokens: layout).doubles }
      var places = scores[...]
      return part.map { completion in
        defer { places = places.dropFirst(completion.tokens.count) }
        return Grade(
          0, tokens: places.prefix(completion.tokens.count).map { 2 / (1 + exp(-$0)) - 1 })
      }
    }
  }
}
