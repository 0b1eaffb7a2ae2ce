public import Foundation

/// A conversation as a model is trained on it.
public struct EncodedConversation: Hashable, Sendable {
  /// The identifiers of the whole text.
  public var ids: [Int]
  /// Whether each of them is what the assistant says, the end of its turn included.
  public var assistantMask: [Bool]

  /// An encoded conversation.
  ///
  /// - Parameters:
  ///   - ids: The identifiers of the whole text.
  ///   - assistantMask: Whether each of them is what the assistant says.
  public init(ids: [Int], assistantMask: [Bool]) {
    self.ids = ids
    self.assistantMask = assistantMask
  }
}

extension Tokenizer {
  /// The identifiers of a conversation.
  ///
  /// Nothing is put around the text, for templates write their own `<s>`. Like transformers, special tokens that a message's text
  /// contains are encoded as such.
  ///
  /// - Parameters:
  ///   - conversation: One message or more.
  ///   - template: The template of the model.
  ///   - ending: Where the text ends.
  ///   - date: What time it is, for templates that write the day.
  /// - Returns: Identifiers in the order of the text.
  /// - Throws: ``ChatTemplateError`` where the template does not write the conversation.
  public func encode(
    _ conversation: Conversation, with template: ChatTemplate,
    ending: ConversationEnding = .generationPrompt,
    date: Date = Date()
  ) throws(ChatTemplateError) -> [Int] {
    encode(try template.render(conversation, ending: ending, date: date))
  }

  /// The identifiers of a complete conversation, and which of them the assistant says.
  ///
  /// A token is the assistant's where any of its bytes is: a token that a turn begins or ends in the middle of counts. This is the mask
  /// of transformers' `return_assistant_tokens_mask`, also for templates without `generation` blocks, with three differences: of a
  /// character that several tokens spell, all belong; tokens of white space have a place, which `trim_offsets` takes from them there; and
  /// blocks inside of macros are an error rather than misplaced.
  ///
  /// The time grows with the square of the number of turns for templates without such blocks.
  ///
  /// - Parameters:
  ///   - conversation: One message or more.
  ///   - template: The template of the model.
  ///   - turns: Which of the assistant's messages to mark.
  ///   - date: What time it is, for templates that write the day.
  /// - Returns: The identifiers and the mask, of one length.
  /// - Throws: ``ChatTemplateError`` where the template does not write the conversation, or writes it so that there is no mask: use
  ///   ``encodeTurns(of:with:date:)`` then.
  public func encodeForTraining(
    _ conversation: Conversation, with template: ChatTemplate, turns: AssistantTurns = .all,
    date: Date = Date()
  ) throws(ChatTemplateError) -> EncodedConversation {
    guard !conversation.messages.isEmpty else {
      throw ChatTemplateError(
        .conversation("the conversation has no messages; there must be one at least"))
    }
    let (text, ranges) = try template.assistantRanges(of: conversation, turns: turns, date: date)
    let tokens = placedTokens(of: text)
    var mask = Array(repeating: false, count: tokens.count)
    var next = 0
    for range in ranges where !range.isEmpty {
      while next < tokens.count, tokens[next].range.upperBound <= range.lowerBound { next += 1 }
      var place = next
      while place < tokens.count, tokens[place].range.lowerBound < range.upperBound {
        mask[place] = true
        place += 1
      }
    }
    return EncodedConversation(ids: tokens.map(\.id), assistantMask: mask)
  }

  /// Each of the assistant's turns with the conversation before it, as the model sees it when it takes that turn.
  ///
  /// This suits every template, also those that rewrite earlier turns: Qwen3's leaves out the reasoning of all turns but those after the last
  /// question, so that a conversation of several turns is several texts.
  ///
  /// - Parameters:
  ///   - conversation: One message or more.
  ///   - template: The template of the model.
  ///   - date: What time it is, for templates that write the day.
  /// - Returns: One encoded conversation for each message of the assistant, whose mask marks that message.
  /// - Throws: ``ChatTemplateError`` where the template does not write one of the conversations, or a turn does not go on from its generation prompt.
  public func encodeTurns(
    of conversation: Conversation, with template: ChatTemplate, date: Date = Date()
  ) throws(ChatTemplateError) -> [EncodedConversation] {
    var encoded: [EncodedConversation] = []
    for place in conversation.messages.indices where conversation.messages[place].isAssistant {
      var part = conversation
      part.messages = Array(conversation.messages[...place])
      encoded.append(try encodeForTraining(part, with: template, turns: .last, date: date))
    }
    return encoded
  }
}
