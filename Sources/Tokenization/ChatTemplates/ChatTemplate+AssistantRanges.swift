import Foundation

/// Which of the assistant's messages a model is trained on.
public enum AssistantTurns: Hashable, Sendable {
  /// All of them, in one text.
  case all
  /// The last one only; what goes before is context.
  case last
}

extension ChatTemplate {
  /// The text of a complete conversation, and which bytes of it the assistant said.
  ///
  /// Where the template has `generation` blocks, they say so. Elsewhere a turn is what the conversation up to it adds to the
  /// conversation before it with a generation prompt. That is only so where the template goes on with what it wrote: one that rewrites
  /// earlier turns, as Qwen3's leaves out their reasoning, shows the model a text that it never generates, and is refused for ``AssistantTurns/all``.
  func assistantRanges(
    of conversation: Conversation, turns: AssistantTurns, date: Date
  ) throws(ChatTemplateError) -> (text: String, ranges: [Range<Int>]) {
    let whole = try rendering(conversation, tracksGeneration: true, date: date)
    let text = Array(whole.text.utf8)
    let places = conversation.messages.indices.filter { conversation.messages[$0].isAssistant }
    switch (whole.generated, turns) {
    case (let generated?, .all): return (whole.text, generated)
    case (let generated, .last):
      guard let last = places.last else { return (whole.text, []) }
      let turn = try turn(at: last, of: conversation, in: text, date: date)
      return (whole.text, generated?.map { $0.clamped(to: turn) }.filter { !$0.isEmpty } ?? [turn])
    case (nil, .all):
      var ranges: [Range<Int>] = []
      for place in places {
        ranges.append(try turn(at: place, of: conversation, in: text, date: date))
      }
      return (whole.text, ranges)
    }
  }

  // Where a message of the assistant is.
  private func turn(
    at place: Int, of conversation: Conversation, in text: [UInt8], date: Date
  ) throws(ChatTemplateError) -> Range<Int> {
    // Templates that look at the last message for the prompt write none, and would leave it to the turn.
    guard place > 0 else {
      throw Self.noMask(place, "no message goes before it; begin with another role")
    }
    let before = try bytes(
      of: conversation, messages: ..<place, ending: .generationPrompt, place, date)
    let after =
      place == conversation.messages.count - 1
      ? text : try bytes(of: conversation, messages: ..<(place + 1), ending: .complete, place, date)
    guard after.starts(with: before) else {
      throw Self.noMask(
        place,
        "it does not begin as the generation prompt does; use a template with generation blocks")
    }
    guard text.starts(with: after) else {
      throw Self.noMask(
        place,
        "the template writes it otherwise once more messages follow; encode each turn by itself")
    }
    return before.count..<after.count
  }

  private func bytes(
    of conversation: Conversation, messages: PartialRangeUpTo<Int>, ending: ConversationEnding,
    _ place: Int, _ date: Date
  ) throws(ChatTemplateError) -> [UInt8] {
    var part = conversation
    part.messages = Array(conversation.messages[messages])
    do throws(ChatTemplateError) {
      return Array(try rendering(part, ending: ending, date: date).text.utf8)
    } catch {
      throw Self.noMask(place, "the conversation up to it cannot be written (\(error))")
    }
  }

  private static func noMask(_ place: Int, _ reason: String) -> ChatTemplateError {
    ChatTemplateError(
      .noAssistantMask(
        "messages[\(place)]: which text is the assistant's cannot be told: \(reason)"))
  }
}
