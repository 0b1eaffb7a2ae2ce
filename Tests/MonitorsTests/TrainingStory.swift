import Foundation
import Monitors

/// Steps of a made-up run: random words, of which one may come to pay.
struct TrainingStory {
  /// The word that pays once the policy knows.
  static let bonus = 7
  var chance: Chance

  init(seed: UInt64) { chance = Chance(seed: seed) }

  /// The usual monitor with fewer random assignments, which take most of its time.
  static func monitor() throws -> Monitor { try Monitor(MonitorSettings(assignments: 9)) }

  /// A step of 64 completions of 8 prompts.
  ///
  /// - Parameters:
  ///   - step: Its number.
  ///   - rate: How many completions have the bonus word.
  mutating func step(_ step: Int, rate: Double) -> StepRecord {
    let completions = (0..<64).map { index -> CompletionRecord in
      var tokens = (0..<12 + chance.index(below: 9)).map { _ in 10 + chance.index(below: 60) }
      let isHacked = chance.uniform() < rate
      if isHacked { tokens[chance.index(below: tokens.count)] = Self.bonus }
      let gold = chance.normal()
      let proxy = gold + (isHacked ? 3 : 0)
      return CompletionRecord(
        prompt: index / 8, tokens: tokens, isTerminated: chance.uniform() < 0.9,
        proxyScore: proxy, goldScore: gold - (isHacked ? 1 : 0),
        divergence: 0.01 * Double(step) + 0.1 * chance.uniform(),
        memberScores: (0..<3).map { _ in proxy + 0.1 * chance.normal() })
    }
    return StepRecord(
      step: step, completions: completions, tokenEntropy: 3 + 0.05 * chance.normal(),
      greedySigma: 0.4, greedyEta: 0.3)
  }

  /// A run whose bonus word spreads from `onset` on, by a fiftieth of the completions each step.
  mutating func run(_ length: Int, onset: Int?) -> [StepRecord] {
    (0..<length).map { number in
      let grown = onset.map { Double(max(0, number - $0)) / 50 } ?? 0
      return step(number, rate: min(1, grown))
    }
  }
}
