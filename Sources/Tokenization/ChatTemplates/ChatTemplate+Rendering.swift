import Foundation

extension ChatTemplate {
  /// A text, and the bytes of it that `generation` blocks wrote.
  struct Rendering {
    var text: String
    /// Nil for a template that has no such blocks.
    var generated: [Range<Int>]?
  }

  /// Writes a conversation, which may be empty.
  func rendering(
    _ conversation: Conversation, ending: ConversationEnding = .complete,
    tracksGeneration: Bool = false,
    date: Date
  ) throws(ChatTemplateError) -> Rendering {
    let (template, source) = try template(for: conversation)
    var messages: [JinjaDictionary] = []
    for message in conversation.messages { messages.append(try Self.variables(of: message)) }
    var opened: OpenMessage?
    if ending == .openMessage { opened = try OpenMessage(&messages, template: source) }

    var variables = JinjaDictionary()
    for name in specialTokens.keys.sorted() {
      try variables.set(name, to: .string(specialTokens[name] ?? ""))
    }
    try variables.set("documents", to: .none)
    for member in conversation.variables {
      try variables.set(member.key, to: JinjaValue(member.value))
    }
    try variables.set("messages", to: .list(JinjaList(messages.map { .dictionary($0) })))
    try variables.set(
      "tools",
      to: conversation.tools.map { t throws(ChatTemplateError) in try JinjaValue(.array(t)) }
        ?? .none)
    try variables.set("add_generation_prompt", to: .boolean(ending == .generationPrompt))

    let renderer = JinjaRenderer(
      tracksGeneration: tracksGeneration && template.hasGeneration, now: date)
    var text = try renderer.render(template.statements, variables: variables)
    if let opened { text = try opened.cut(text) }
    return Rendering(text: text, generated: renderer.generated)
  }

  // A message as templates see it: without fields that are null, and with the reasoning under each name that templates know.
  private static func variables(of message: ChatMessage) throws(ChatTemplateError)
    -> JinjaDictionary
  {
    var fields: [JSON.Member] = message.fields.filter {
      if case .null = $0.value { false } else { true }
    }
    let named = { (name: String) in fields.last { $0.key == name }?.value }
    if let reasoning = named("reasoning_content") ?? named("thinking") ?? named("reasoning") {
      fields.insert(JSON.Member(key: "thinking", value: reasoning), at: 0)
      fields.append(JSON.Member(key: "reasoning_content", value: reasoning))
    }
    var result = JinjaDictionary()
    for field in fields { try result.set(field.key, to: JinjaValue(field.value)) }
    return result
  }
}

/// A last message that the model goes on with: marked before the template is rendered, and cut at the mark after it.
private struct OpenMessage {
  private static let mark = "CONTINUE_FINAL_MESSAGE_TAG "
  private static let trimmedMark = "CONTINUE_FINAL_MESSAGE_TAG"
  private let content: String

  init(_ messages: inout [JinjaDictionary], template: String) throws(ChatTemplateError) {
    guard var last = messages.popLast(), let value = last.value(named: "content") else {
      throw ChatTemplateError(.conversation("the last message has no content to go on with"))
    }
    guard PythonText.firstRange(of: Array("content".utf8), in: Array(template.utf8), from: 0) != nil
    else {
      throw ChatTemplateError(.conversation("the template does not write the content of messages"))
    }
    switch value {
    case .string(let text):
      content = text
      try last.set("content", to: .string(text + Self.mark))
    case .list(let list):
      var blocks = list.elements
      guard
        let place = blocks.lastIndex(where: {
          if case .dictionary(let block) = $0 { block.value(named: "text") != nil } else { false }
        }), case .dictionary(var block) = blocks[place],
        case .string(let text)? = block.value(named: "text")
      else { throw ChatTemplateError(.conversation("the last message has no text to go on with")) }
      content = text
      try block.set("text", to: .string(text + Self.mark))
      blocks[place] = .dictionary(block)
      try last.set("content", to: .list(JinjaList(blocks)))
    default: throw ChatTemplateError(.conversation("the content of the last message is not text"))
    }
    messages.append(last)
  }

  /// The text up to where the last message's content ends.
  func cut(_ text: String) throws(ChatTemplateError) -> String {
    let bytes = Array(text.utf8)
    let holds = { (part: String) in
      PythonText.firstRange(of: Array(part.utf8), in: bytes, from: 0) != nil
    }
    guard holds(PythonText.stripped(content)), holds(Self.trimmedMark) else {
      throw ChatTemplateError(
        .conversation(
          "the template does not write the last message as it is, so that it cannot be gone on with"
        ))
    }
    let pieces = PythonText.split(text, at: Self.trimmedMark, most: nil)
    let kept = pieces.dropLast().joined(separator: Self.trimmedMark)
    // Without the space after the mark, the template trims: white space before the mark would go too.
    return pieces.last?.utf8.first == UInt8(ascii: " ") ? kept : PythonText.stripped(kept, .right)
  }
}
