/// A message of a conversation: who says it, what it says, and whatever else a model's template reads.
///
/// Fields keep their order, in which templates write tool calls out; that is why this is not `Codable`, whose containers have none.
public struct ChatMessage: Sendable {
  /// All fields, among them `role` and `content`.
  public var fields: [JSON.Member]

  /// A message from its fields.
  ///
  /// - Parameter fields: The fields, such as `role`, `content`, `tool_calls` and `reasoning_content`.
  public init(fields: [JSON.Member]) { self.fields = fields }

  /// A message of text.
  ///
  /// - Parameters:
  ///   - role: Who says it: `system`, `user`, `assistant` or what the model's template knows.
  ///   - content: What it says.
  public init(role: String, content: String) {
    fields = [
      JSON.Member(key: "role", value: .string(role)),
      JSON.Member(key: "content", value: .string(content)),
    ]
  }

  /// What the model is told about its task.
  ///
  /// - Parameter content: The text.
  /// - Returns: The message.
  public static func system(_ content: String) -> ChatMessage {
    ChatMessage(role: "system", content: content)
  }

  /// What a human says.
  ///
  /// - Parameter content: The text.
  /// - Returns: The message.
  public static func user(_ content: String) -> ChatMessage {
    ChatMessage(role: "user", content: content)
  }

  /// What the model says.
  ///
  /// - Parameter content: The text.
  /// - Returns: The message.
  public static func assistant(_ content: String) -> ChatMessage {
    ChatMessage(role: "assistant", content: content)
  }

  /// A field by its name; nil where there is none.
  public subscript(_ name: String) -> JSON? {
    get { fields.first { $0.key.utf8.elementsEqual(name.utf8) }?.value }
    set {
      let place = fields.firstIndex { $0.key.utf8.elementsEqual(name.utf8) }
      switch (place, newValue) {
      case (let place?, let value?): fields[place].value = value
      case (let place?, nil): fields.remove(at: place)
      case (nil, let value?): fields.append(JSON.Member(key: name, value: value))
      case (nil, nil): break
      }
    }
  }

  /// Who says it; nil where the field `role` is not text.
  public var role: String? { if case .string(let role)? = self["role"] { role } else { nil } }

  /// What it says; nil where the field `content` is not text.
  public var content: String? {
    if case .string(let content)? = self["content"] { content } else { nil }
  }

  var isAssistant: Bool { role == "assistant" }
}
