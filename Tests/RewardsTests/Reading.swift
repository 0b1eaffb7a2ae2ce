import LanguageModels
import Rewards

/// Tokens are characters, by their code; token 0 ends a text and has none.
enum Reading {
  static let text = AnswerText {
    String(String.UnicodeScalarView($0.compactMap(Unicode.Scalar.init)))
  }

  /// The tokens of a text.
  static func tokens(_ text: String) -> [Int] { text.unicodeScalars.map { Int($0.value) } }

  /// An answer that stopped by itself.
  static func answer(_ answer: String, to prompt: String = "p:") -> Completion {
    Completion(prompt: tokens(prompt), tokens: tokens(answer) + [0], finish: .stopToken)
  }

  /// An answer that was cut.
  static func cut(_ answer: String, to prompt: String = "p:") -> Completion {
    Completion(prompt: tokens(prompt), tokens: tokens(answer), finish: .length)
  }
}

/// A reward that is a function of one completion.
struct EachGrade: Reward {
  var waits = false
  var grade: @Sendable (Completion) throws -> Grade

  func grades(_ completions: [Completion]) throws -> [Grade] { try completions.map(grade) }
}

/// Answers numbers that are given, one for each completion.
struct Fixed: Reward {
  var values: [Double]

  init(_ values: [Double]) { self.values = values }

  func grades(_ completions: [Completion]) -> [Grade] { values.map { Grade($0) } }
}
