/// What a chat template is given: messages, tools, and variables of its own.
public struct Conversation: Sendable {
  /// The messages, from the first on.
  public var messages: [ChatMessage]
  /// The JSON schemas of the functions that the model may call; nil for none.
  public var tools: [JSON]?
  /// Further variables, such as Qwen3's `enable_thinking`; they go before the special tokens of the model.
  public var variables: [JSON.Member]

  /// A conversation.
  ///
  /// - Parameters:
  ///   - messages: The messages, from the first on.
  ///   - tools: The JSON schemas of the functions that the model may call; nil for none.
  ///   - variables: Further variables that the template reads.
  public init(_ messages: [ChatMessage], tools: [JSON]? = nil, variables: [JSON.Member] = []) {
    self.messages = messages
    self.tools = tools
    self.variables = variables
  }

  /// Reads a conversation from JSON: messages in an array, or an object with `messages` and, if any, `tools`.
  ///
  /// - Parameter json: The text, such as a line of a data set.
  /// - Throws: ``ChatTemplateError`` that says what is not as it should be.
  public init(json: String) throws(ChatTemplateError) {
    let value: JSON
    do throws(JSONParser.Failure) {
      value = try JSONParser.parse(Array(json.utf8))
    } catch {
      throw ChatTemplateError(
        .conversation("the conversation is not JSON at byte \(error.offset): \(error.reason)"))
    }
    switch value {
    case .array(let messages): self.init(try Self.messages(messages))
    case .object(let members):
      guard case .array(let messages)? = members.first(where: { $0.key == "messages" })?.value
      else {
        throw ChatTemplateError(.conversation("messages: must be an array of messages"))
      }
      var tools: [JSON]?
      switch members.first(where: { $0.key == "tools" })?.value {
      case nil, JSON.null?: break
      case .array(let values)?: tools = values
      case let other?:
        throw ChatTemplateError(.conversation("tools: must be an array, not \(other.kind)"))
      }
      self.init(try Self.messages(messages), tools: tools)
    default: throw ChatTemplateError(.conversation("messages: must be an array, not \(value.kind)"))
    }
  }

  private static func messages(_ values: [JSON]) throws(ChatTemplateError) -> [ChatMessage] {
    var messages: [ChatMessage] = []
    for (index, value) in values.enumerated() {
      guard case .object(let fields) = value else {
        throw ChatTemplateError(
          .conversation("messages[\(index)]: must be an object, not \(value.kind)"))
      }
      messages.append(ChatMessage(fields: fields))
    }
    return messages
  }
}

/// How the text of a conversation ends.
public enum ConversationEnding: Hashable, Sendable {
  /// After its last message.
  case complete
  /// Where the model is to say something: with the beginning of an assistant's message.
  case generationPrompt
  /// Inside of its last message, which the model is to go on with.
  case openMessage
}
