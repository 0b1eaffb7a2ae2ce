import Feedback
public import Files
import Tokenization

extension DataPreparation {
  /// Examples for supervised fine-tuning, from rows of `text`, of `messages`, or of `prompt` and `completion`.
  ///
  /// All of a text is learned, all of a completion, and what the assistant says in a conversation. What is too long is cut at the end.
  ///
  /// - Parameters:
  ///   - files: JSON Lines files.
  ///   - longest: The most tokens that the model takes.
  /// - Returns: The examples; rows of conversations of which nothing to be learned is left after the cut are left out.
  /// - Throws: `FileError` with file and line.
  public func supervised(
    _ files: [String], longest: Int
  ) throws(FileError) -> PreparedRows<SupervisedTrainer.Example> {
    var prepared = PreparedRows<SupervisedTrainer.Example>()
    for item in try rows(SupervisedRow.self, in: files) {
      let examples = try examples(of: item.row, at: item.place, longest: longest)
      if examples.isEmpty {
        prepared.leftOut.append(
          item.place.refused("nothing that is to be learned is within \(longest) tokens"))
      }
      prepared.examples += examples
    }
    return try prepared.checked()
  }

  private func examples(
    of row: SupervisedRow, at place: RowPlace, longest: Int
  ) throws(FileError) -> [SupervisedTrainer.Example] {
    switch row {
    case .text(let text):
      // Every token of a text is learned: the first one after what stands before texts, or after the opener.
      return [example(frame.opening(""), text, length: longest - 1)]
    case .completion(.text(let prompt), .text(let completion), _):
      let start = frame.opening(prompt)
      return [
        example(
          Array(start.prefix(longest - 1)), completion, length: max(1, longest - start.count))
      ]
    case .completion(let prompt, let completion, let settings):
      let tokens = try continuations(of: prompt, [completion], settings, at: place)
      let length = longest - tokens.prompt.count
      return length < 1
        ? [] : tokens.answers.map { example(tokens.prompt, Array($0.prefix(length))) }
    case .conversation(let conversation):
      return try encoded(conversation, at: place).compactMap { learned($0, longest: longest) }
    }
  }

  // Where a text is cut, its bytes are those that are left.
  private func example(_ prompt: [Int], _ text: String, length: Int) -> SupervisedTrainer.Example {
    let tokens = frame.tokenizer.encode(text)
    let kept = Array((tokens + [frame.endOfText]).prefix(length))
    return SupervisedTrainer.Example(
      prompt: prompt, completion: kept,
      byteCount: kept.count > tokens.count
        ? text.utf8.count : frame.tokenizer.decodeBytes(kept).count)
  }

  // One text; or one for each of the assistant's turns, where the template writes earlier turns otherwise than when they were taken.
  private func encoded(
    _ conversation: Conversation, at place: RowPlace
  ) throws(FileError) -> [EncodedConversation] {
    try templated(place) { template, date throws(ChatTemplateError) in
      do throws(ChatTemplateError) {
        return [
          try frame.tokenizer.encodeForTraining(conversation, with: template, date: date)
        ]
      } catch {
        guard case .noAssistantMask = error.problem else { throw error }
        return try frame.tokenizer.encodeTurns(of: conversation, with: template, date: date)
      }
    }
  }

  // From the first token that is learned to the last; the very first is never predicted.
  private func learned(_ encoded: EncodedConversation, longest: Int) -> SupervisedTrainer.Example? {
    let mask = encoded.assistantMask.prefix(longest)
    guard let first = mask.dropFirst().firstIndex(of: true), let last = mask.lastIndex(of: true)
    else { return nil }
    let isLearned = Array(mask[first...last])
    return example(
      Array(encoded.ids[..<first]), Array(encoded.ids[first...last]),
      isLearned: isLearned.contains(false) ? isLearned : nil)
  }

  // The tokens that templates put around turns stand for no text.
  private func example(
    _ prompt: [Int], _ completion: [Int], isLearned: [Bool]? = nil
  ) -> SupervisedTrainer.Example {
    var example = SupervisedTrainer.Example(
      prompt: prompt, completion: completion, byteCount: 0, isLearned: isLearned)
    let tokens = example.learnedPlaces.map { completion[$0] }
    example.byteCount = frame.tokenizer.decodeBytes(tokens, specialTokens: .skipped).count
    return example
  }
}
