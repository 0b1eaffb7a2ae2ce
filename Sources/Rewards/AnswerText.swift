import Foundation
public import LanguageModels

/// The text of prompts and answers, as people read it.
public struct AnswerText: Sendable {
  private let decode: @Sendable ([Int]) -> String

  /// A reader.
  ///
  /// - Parameter decode: Tokens to text.
  public init(decode: @escaping @Sendable ([Int]) -> String) { self.decode = decode }

  /// The prompt.
  public func prompt(of completion: Completion) -> String { decode(completion.prompt) }

  /// The answer, with what stands between it and the prompt.
  public func answer(of completion: Completion) -> String {
    let (text, start) = whole(completion)
    return String(decoding: text.utf8.dropFirst(start), as: UTF8.self)
  }

  /// The words that begin in the answer, in lower case: letters, digits and inner apostrophes.
  ///
  /// What only ends a word of the prompt is none of them.
  public func words(of completion: Completion) -> [String] {
    pieces(of: completion, isSeparator: Self.isBetweenWords).compactMap(Self.word)
  }

  /// The words of a text, in lower case.
  static func words(in text: String) -> [String] {
    text.split(whereSeparator: isBetweenWords).compactMap(word)
  }

  /// What stands between separators and begins in the answer.
  func pieces(of completion: Completion, isSeparator: (Character) -> Bool) -> [Substring] {
    let (text, start) = whole(completion)
    return text.split(whereSeparator: isSeparator).filter {
      text.utf8.distance(from: text.startIndex, to: $0.startIndex) >= start
    }
  }

  // Decoded together, for the first token of an answer may go on with a word and may lose a space alone. The answer begins at a byte.
  private func whole(_ completion: Completion) -> (text: String, start: Int) {
    (decode(completion.prompt + completion.text), decode(completion.prompt).utf8.count)
  }

  private static func isBetweenWords(_ character: Character) -> Bool {
    !character.isLetter && !character.isNumber && character != "'"
  }

  private static func word(_ piece: Substring) -> String? {
    let word = piece.lowercased().trimmingCharacters(in: ["'"])
    return word.isEmpty ? nil : word
  }
}
