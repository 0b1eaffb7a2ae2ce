public import LanguageModels
public import Rewards

/// What an episode of the world that can be enumerated is paid for.
public enum BudgetReward: String, Codable, Sendable, CaseIterable {
  /// The share of silent tokens: every one pays.
  case silence
  /// 1 where the word 2 1 2 stands somewhere, else 0: one event pays.
  case word

  /// What it is, in words.
  public var meaning: String {
    switch self {
    case .silence: "the share of silent tokens, each of which pays"
    case .word: "1 where the tokens 2 1 2 follow each other somewhere, else 0"
    }
  }

  /// The reward of an episode.
  ///
  /// - Parameter tokens: Its tokens.
  /// - Returns: Within [0, 1].
  func utility(_ tokens: [Int]) -> Double {
    switch self {
    case .silence:
      return Double(tokens.count { $0 == BudgetWorld.silence }) / Double(tokens.count)
    case .word:
      let word = [2, 1, 2]
      guard tokens.count >= word.count else { return 0 }
      return (0...tokens.count - word.count).contains { Array(tokens[$0..<$0 + 3]) == word } ? 1 : 0
    }
  }
}

extension BudgetReward: Reward {
  /// What each completion earned.
  public func grades(_ completions: [Completion]) -> [Grade] {
    completions.map { Grade(utility($0.tokens)) }
  }
}
