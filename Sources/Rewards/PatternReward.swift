import Foundation
public import LanguageModels

/// Pays for what regular expressions find in an answer: 1 for each match, up to a limit.
///
/// Expressions are those of ICU (`NSRegularExpression`): `(?i)` at the beginning ignores case, `^` and `$` are the ends of the answer
/// unless `(?m)` asks for lines. An answer's first character is often the space after the prompt.
public struct PatternReward: Reward {
  private let expressions: [NSRegularExpression]
  private let limit: Int?
  private let text: AnswerText

  /// A reward.
  ///
  /// - Parameters:
  ///   - patterns: The expressions.
  ///   - limit: The most matches that one answer is paid for; nil pays all.
  ///   - text: The reader of answers.
  /// - Throws: `RewardProblem` where a pattern is no regular expression.
  public init(_ patterns: [String], limit: Int? = 1, text: AnswerText) throws(RewardProblem) {
    var expressions: [NSRegularExpression] = []
    for pattern in patterns {
      guard !pattern.isEmpty, let expression = try? NSRegularExpression(pattern: pattern) else {
        throw RewardProblem("'\(pattern)' is no regular expression")
      }
      expressions.append(expression)
    }
    self.expressions = expressions
    self.limit = limit
    self.text = text
  }

  /// What each completion earned.
  public func grades(_ completions: [Completion]) -> [Grade] {
    completions.map { completion in
      let answer = text.answer(of: completion)
      let range = NSRange(answer.startIndex..., in: answer)
      let count = expressions.reduce(0) { $0 + $1.numberOfMatches(in: answer, range: range) }
      return Grade(Double(min(count, limit ?? count)))
    }
  }
}
