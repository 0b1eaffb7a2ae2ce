import Feedback
public import Files
import Tokenization

extension DataPreparation {
  /// Prompts for a policy, from rows of `prompt`, or of `text` whose opening is the prompt.
  ///
  /// Messages end with the beginning of an answer; where the last is the assistant's, the policy goes on with it.
  ///
  /// - Parameters:
  ///   - files: JSON Lines files.
  ///   - words: How many words of text are used; nil uses all.
  ///   - longest: The most tokens that a prompt may have.
  /// - Returns: The prompts; longer ones are left out.
  /// - Throws: `FileError` with file and line.
  public func prompts(
    _ files: [String], words: Int?, longest: Int
  ) throws(FileError) -> PreparedRows<[Int]> {
    var prepared = PreparedRows<[Int]>()
    for item in try rows(PromptRow.self, in: files) {
      let prompt = try prompt(item.row, at: item.place, words: words)
      if prompt.count <= longest {
        prepared.examples.append(prompt)
      } else {
        prepared.leftOut.append(
          item.place.refused(
            "the prompt has \(prompt.count) tokens, and there is room for \(longest)"))
      }
    }
    return try prepared.checked()
  }

  private func prompt(
    _ row: PromptRow, at place: RowPlace, words: Int?
  ) throws(FileError) -> [Int] {
    switch row.prompt {
    case .text(let text): return frame.opening(text, words: words)
    case .messages(let messages):
      guard words == nil else {
        throw place.refused("is a conversation, of which `prompt_words` takes no part; unset it")
      }
      let ending: ConversationEnding =
        messages.last?.role == "assistant" ? .openMessage : .generationPrompt
      return try tokens(row.settings.conversation(messages), ending, at: place)
    }
  }
}
