import Foundation
public import LanguageModels

/// What the words of an answer are worth by a lexicon.
///
/// Words are found as VADER finds them (Hutto & Gilbert 2014): the answer is split at white space, and punctuation around a piece is taken
/// off unless two characters or fewer would be left, so that `:)` stays what it is; case does not matter. Nothing else of VADER is done: no
/// negation ("not good" is "good"), no boosters ("very"), no idioms, no weight for capitals, exclamation marks or what follows "but".
public struct LexiconReward: Reward {
  /// What becomes of the words' values.
  public enum Form: String, Codable, Sendable, CaseIterable {
    /// s / √(s² + 15) for a sum s, as VADER's compound score: between −1 and 1.
    case normalized
    /// The sum.
    case sum
    /// The sum over the number of all words, known or not.
    case mean
  }

  private let lexicon: SentimentLexicon
  private let form: Form
  private let text: AnswerText

  /// A reward.
  ///
  /// - Parameters:
  ///   - lexicon: What words are worth.
  ///   - form: What becomes of their values.
  ///   - text: The reader of answers.
  public init(_ lexicon: SentimentLexicon, form: Form = .normalized, text: AnswerText) {
    self.lexicon = lexicon
    self.form = form
    self.text = text
  }

  /// What each completion earned.
  public func grades(_ completions: [Completion]) -> [Grade] {
    completions.map { completion in
      let words = text.pieces(of: completion, isSeparator: \.isWhitespace).map(Self.word)
      return Grade(worth(of: words))
    }
  }

  private func worth(of words: [String]) -> Double {
    let sum = words.reduce(0) { $0 + (lexicon.values[$1] ?? 0) }
    return switch form {
    case .normalized: sum / (sum * sum + 15).squareRoot()
    case .sum: sum
    case .mean: words.isEmpty ? 0 : sum / Double(words.count)
    }
  }

  // ASCII's punctuation, as Python's string.punctuation.
  private static let punctuation = CharacterSet(
    charactersIn: "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")

  private static func word(_ piece: Substring) -> String {
    let bare = piece.trimmingCharacters(in: punctuation)
    return (bare.unicodeScalars.count <= 2 ? String(piece) : bare).lowercased()
  }
}
