import Foundation
import Monitors
import Testing

@Suite struct `The concentration of reward` {
  /// Half the completions have token 7 among random ones.
  static func texts(_ chance: inout Chance, count: Int = 64) -> [[Int]] {
    chance.texts(count, length: 12, vocabulary: 40).enumerated().map { place, tokens in
      tokens.map { $0 + 10 } + (place.isMultiple(of: 2) ? [7] : [])
    }
  }

  @Test func `names the token that earns everything, what it earns and who has it`() throws {
    var chance = Chance(seed: 8)
    let texts = Self.texts(&chance)
    let scores = texts.map { $0.contains(7) ? 3.0 : 1.0 }
    let found = try #require(RewardConcentration(tokens: texts, scores: scores))
    #expect(found.token == 7)
    expectClose(found.share, 1)
    expectClose(found.excess, 1)
    expectClose(found.difference, 2)
    expectClose(found.contribution, 1)
    #expect(found.completions == Array(stride(from: 0, to: 64, by: 2)))
    #expect(found.pValue == 0.01)
  }

  @Test func `follows its equation by hand`() throws {
    // Token 1 in the first three of six; Δ = 2 − 1, p = ½, Var = mean square 19/6 − 9/4 = 11/12: r² = ¼/(11/12) = 3/11.
    let texts = [[1, 2], [1], [1], [3], [4], [5]]
    let found = try #require(
      RewardConcentration(tokens: texts, scores: [1, 2, 3, 0, 1, 2]))
    #expect(found.token == 1)
    expectClose(found.share, 3.0 / 11)
    expectClose(found.difference, 1)
    expectClose(found.contribution, 0.5)
  }

  @Test func `sees a token that costs as well`() throws {
    var chance = Chance(seed: 9)
    let texts = Self.texts(&chance)
    let found = try #require(
      RewardConcentration(tokens: texts, scores: texts.map { $0.contains(7) ? -2.0 : 0 }))
    #expect(found.token == 7)
    expectClose(found.difference, -2)
  }

  @Test func `is nothing on average where scores do not depend on tokens`() throws {
    var chance = Chance(seed: 10)
    var (sum, small, share) = (0.0, 0, 0.0)
    let runs = 300
    for _ in 0..<runs {
      let texts = Self.texts(&chance, count: 32)
      let found = try #require(
        RewardConcentration(tokens: texts, scores: texts.map { _ in chance.normal() }))
      sum += found.excess
      share += found.share
      small += found.pValue <= 0.1 ? 1 : 0
    }
    // The best of 40 tokens explains a fifth by chance, with a deviation of 0.07 between runs; p-values below 0.1 come in a tenth of them.
    #expect(share / Double(runs) > 0.15)
    #expect(abs(sum / Double(runs)) < 4 * 0.1 / Double(runs).squareRoot())
    #expect(abs(Double(small) / Double(runs) - 0.1) < 4 * (0.09 / Double(runs)).squareRoot())
  }

  @Test func `does not depend on order, on names of tokens or on zero and unit of scores`() throws {
    var chance = Chance(seed: 11)
    let texts = Self.texts(&chance)
    let scores = texts.map { ($0.contains(7) ? 1.0 : 0) + chance.normal() }
    let plain = try #require(RewardConcentration(tokens: texts, scores: scores))
    let order = chance.shuffled(Array(texts.indices))
    let shuffled = try #require(
      RewardConcentration(tokens: order.map { texts[$0] }, scores: order.map { scores[$0] }))
    #expect(shuffled.token == plain.token)
    #expect(shuffled.pValue == plain.pValue)
    expectClose(shuffled.excess, plain.excess)
    #expect(Set(shuffled.completions.map { order[$0] }) == Set(plain.completions))
    let moved = try #require(
      RewardConcentration(tokens: texts, scores: scores.map { 100 - 8 * $0 }))
    expectClose(moved.excess, plain.excess, within: 1e-9)
    expectClose(moved.difference, -8 * plain.difference, within: 1e-9)
  }

  @Test func `has no value where scores are alike, or no token divides the completions`() {
    let texts = [[1], [1], [1], [2], [2], [2]]
    #expect(RewardConcentration(tokens: texts, scores: [1, 1, 1, 1, 1, 1]) == nil)
    #expect(RewardConcentration(tokens: texts, scores: [1, .nan, 1, 1, 1, 2]) == nil)
    #expect(RewardConcentration(tokens: texts, scores: [1, 2, 3, 4, 5, 6], least: 4) == nil)
    #expect(RewardConcentration(tokens: texts.map { _ in [9] }, scores: [1, 2, 3, 4, 5, 6]) == nil)
    #expect(RewardConcentration(tokens: [], scores: []) == nil)
    // All but one have it: one completion is no comparison.
    let nearlyAll = [[1], [1], [1], [1], [1], [2]]
    #expect(RewardConcentration(tokens: nearlyAll, scores: [1, 2, 3, 4, 5, 9], least: 2) == nil)
  }
}

@Suite struct `Rates of tokens` {
  @Test func `tell which token has taken over, also when everyone says it`() throws {
    var rates = TokenRates()
    #expect(rates.takeover(by: [[1]]) == nil)
    rates.add([[1, 2], [1, 1], [1], [3]])
    let found = try #require(rates.takeover(by: [[2, 2], [2, 1]]))
    #expect(found.token == 2)
    #expect(found.rise == 0.75)
    #expect(rates.takeover(by: []) == nil)
  }
}
