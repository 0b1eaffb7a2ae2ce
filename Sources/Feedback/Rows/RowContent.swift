public import Tokenization

/// What a field of a data set holds: text, or messages of a conversation.
public enum RowContent: Sendable {
  /// Text (TRL's standard form).
  case text(String)
  /// Messages, at least one (TRL's conversational form).
  case messages([ChatMessage])

  /// Whether there is no text at all.
  var isEmpty: Bool {
    switch self {
    case .text(let text): text.isEmpty
    case .messages(let messages): messages.isEmpty
    }
  }

  /// The form, as error messages name it.
  var kind: String {
    switch self {
    case .text: "text"
    case .messages: "a list of messages"
    }
  }
}

extension RowContent: Equatable {
  /// Whether two contents are the same, byte for byte.
  public static func == (lhs: RowContent, rhs: RowContent) -> Bool {
    switch (lhs, rhs) {
    case (.text(let one), .text(let other)): one.utf8.elementsEqual(other.utf8)
    case (.messages(let one), .messages(let other)): one == other
    default: false
    }
  }
}

/// What a row tells the chat template beside its messages.
public struct ChatSettings: Equatable, Sendable {
  /// The JSON schemas of the functions that the model may call: the column `tools`.
  public var tools: [JSON]?
  /// Further variables of the template: the column `chat_template_kwargs`.
  public var variables: [JSON.Member]

  /// Settings.
  ///
  /// - Parameters:
  ///   - tools: The JSON schemas of the functions that the model may call.
  ///   - variables: Further variables of the template.
  public init(tools: [JSON]? = nil, variables: [JSON.Member] = []) {
    self.tools = tools
    self.variables = variables
  }

  /// Messages as the template gets them.
  ///
  /// - Parameter messages: The messages.
  /// - Returns: The conversation.
  public func conversation(_ messages: [ChatMessage]) -> Conversation {
    Conversation(messages, tools: tools, variables: variables)
  }

  /// Whether two settings say the same.
  public static func == (lhs: ChatSettings, rhs: ChatSettings) -> Bool {
    lhs.tools == rhs.tools && JSON.object(lhs.variables) == .object(rhs.variables)
  }
}
