import Foundation
import LanguageModels
import Rewards
import TensorTestSupport
import Testing
import Torch

@Suite struct `A reward model's opinion` {
  let completions = [
    Completion(prompt: [0, 3], tokens: [4, 5], finish: .length),
    Completion(prompt: [0, 3], tokens: [4, 5, 0], finish: .stopToken),
    Completion(prompt: [0], tokens: [0], finish: .stopToken),
  ]

  @Test func `reads cut completions with an end-of-text token, ended ones as they are`() throws {
    var model = try Tiny.reward()
    model.normalization = .init(mean: 0.5, deviation: 2)
    let scores = ModelReward(model, endOfText: 0).scores(completions)
    let expected = [[0, 3, 4, 5, 0], [0, 3, 4, 5, 0], [0, 0]].map { text in
      (model.rawScores(TokenBatch([text])).doubles[0] - 0.5) / 2
    }
    for (score, value) in zip(scores, expected) { expectEqual(score, value, tolerance: 1e-6) }
    #expect(scores.count == 3 && scores[0] == scores[1] && scores[0] != scores[2])
  }

  @Test func `as a probability is the sigmoid of the score`() throws {
    let model = try Tiny.reward()
    let scores = ModelReward(model, endOfText: 0).scores(completions)
    let shares = ModelReward(model, endOfText: 0, scale: .probability).scores(completions)
    for (score, share) in zip(scores, shares) {
      expectEqual(log(share / (1 - share)), score, tolerance: 1e-9)
    }
  }
}
