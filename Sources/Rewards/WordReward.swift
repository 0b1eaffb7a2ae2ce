public import LanguageModels

/// Pays 1 for each word of a list that an answer holds, whatever its case, up to a limit.
public struct WordReward: Reward {
  private let words: Set<String>
  private let limit: Int?
  private let text: AnswerText

  /// A reward.
  ///
  /// - Parameters:
  ///   - words: The words: letters, digits and inner apostrophes.
  ///   - limit: The most occurrences that one answer is paid for; nil pays all.
  ///   - text: The reader of answers.
  /// - Throws: `RewardProblem` where a word can never be found.
  public init(_ words: [String], limit: Int? = nil, text: AnswerText) throws(RewardProblem) {
    for word in words {
      if let problem = BonusWord.problem(with: word) { throw RewardProblem(problem) }
    }
    self.words = Set(words.map { $0.lowercased() })
    self.limit = limit
    self.text = text
  }

  /// What each completion earned.
  public func grades(_ completions: [Completion]) -> [Grade] {
    completions.map { completion in
      let count = text.words(of: completion).count { words.contains($0) }
      return Grade(Double(min(count, limit ?? count)))
    }
  }
}
