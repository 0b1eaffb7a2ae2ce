import Foundation
public import LanguageModels

/// What the length of an answer is worth: a target band, or so much for each unit.
public struct LengthReward: Reward {
  /// What is counted, the stop token never.
  public enum Unit: String, Codable, Sendable, CaseIterable {
    /// Tokens.
    case tokens
    /// Words that begin in the answer.
    case words
    /// Characters as people see them, the space after the prompt included.
    case characters
  }

  /// How a length n is paid.
  public enum Rule: Equatable, Sendable {
    /// 1 from `low` to `high`, both included; outside less by `slope` for each unit, at most by `cap`.
    case band(low: Int?, high: Int?, slope: Double, cap: Double)
    /// slope·n, but never beyond `cap` to either side.
    case slope(Double, cap: Double)
  }

  private let unit: Unit
  private let rule: Rule
  private let text: AnswerText

  /// A reward.
  ///
  /// - Parameters:
  ///   - unit: What is counted.
  ///   - rule: How it is paid.
  ///   - text: The reader of answers.
  public init(_ unit: Unit, _ rule: Rule, text: AnswerText) {
    self.unit = unit
    self.rule = rule
    self.text = text
  }

  /// What each completion earned.
  public func grades(_ completions: [Completion]) -> [Grade] {
    completions.map { Grade(Self.worth(of: length(of: $0), rule)) }
  }

  private func length(of completion: Completion) -> Int {
    switch unit {
    case .tokens: completion.text.count
    case .words: text.words(of: completion).count
    case .characters: text.answer(of: completion).count
    }
  }

  /// What a length is worth.
  static func worth(of length: Int, _ rule: Rule) -> Double {
    switch rule {
    case .band(let low, let high, let slope, let cap):
      let distance = max((low ?? length) - length, length - (high ?? length), 0)
      return 1 - min(slope * Double(distance), cap)
    case .slope(let slope, let cap):
      return min(max(slope * Double(length), -cap), cap)
    }
  }
}
