import Feedback
import Files
import Tokenization

extension DataPreparation {
  /// A prompt and what follows it, as tokens.
  struct Continuations {
    var prompt: [Int]
    var answers: [[Int]]
  }

  /// A prompt with one or more answers, each encoded as one text with the prompt.
  ///
  /// What counts as the prompt is what the tokens of all texts and of the prompt by itself begin with. Nearly always that is the whole
  /// prompt; where a token would reach from the prompt into an answer, or the template goes on otherwise, the answers begin earlier.
  func continuations(
    of prompt: RowContent, _ answers: [RowContent], _ settings: ChatSettings, at place: RowPlace
  ) throws(FileError) -> Continuations {
    var alone = try beginning(prompt, settings, at: place)
    var texts: [[Int]] = []
    for answer in answers {
      let text = try whole(prompt, answer, settings, at: place)
      alone = Array(zip(alone, text.dropLast()).prefix { $0 == $1 }.map(\.0))
      texts.append(text)
    }
    let rest = texts.map { Array($0.dropFirst(alone.count)) }
    guard alone.isEmpty else { return Continuations(prompt: alone, answers: rest) }
    guard case .text = prompt else {
      throw place.refused(
        "the chat template begins otherwise once an answer follows, so there is no prompt")
    }
    return Continuations(prompt: frame.opening(""), answers: rest)
  }

  // A prompt by itself; of text it may be nothing.
  private func beginning(
    _ prompt: RowContent, _ settings: ChatSettings, at place: RowPlace
  ) throws(FileError) -> [Int] {
    switch prompt {
    case .text(let text): frame.tokenizer.tokensBeforeText + frame.tokenizer.encode(text)
    case .messages(let messages):
      try tokens(settings.conversation(messages), .generationPrompt, at: place)
    }
  }

  // A text ends with the end-of-text token, of which there is one; a conversation as its template ends it.
  private func whole(
    _ prompt: RowContent, _ answer: RowContent, _ settings: ChatSettings, at place: RowPlace
  ) throws(FileError) -> [Int] {
    switch (prompt, answer) {
    case (.messages(let prompt), .messages(let answer)):
      return try tokens(settings.conversation(prompt + answer), .complete, at: place)
    case (.text(let prompt), .text(let answer)):
      let framed = frame.framed(prompt + answer)
      return framed.dropLast().last == frame.endOfText ? Array(framed.dropLast()) : framed
    default: throw place.refused("prompt and answer must both be text or both messages")
    }
  }
}
