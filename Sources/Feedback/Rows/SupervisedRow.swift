public import Files
public import Tokenization

/// A row for supervised fine-tuning: `text`, `messages`, or `prompt` and `completion`.
public enum SupervisedRow: DatasetRow {
  /// Text to be learned as it is.
  case text(String)
  /// A conversation, of which what the assistant says is learned.
  case conversation(Conversation)
  /// A prompt and what should follow it, both text or both messages.
  case completion(prompt: RowContent, completion: RowContent, settings: ChatSettings)

  /// Reads a row: a completion where it has one, otherwise messages, otherwise text.
  public init(_ fields: RowFields) throws(FileError) {
    if fields.has("completion") {
      let (prompt, completion) = (try fields.content("prompt"), try fields.answer("completion"))
      try fields.requireOneForm([("prompt", prompt), ("completion", completion)])
      self = .completion(
        prompt: prompt, completion: completion, settings: try fields.settings(for: prompt))
    } else if fields.has("messages") {
      let messages = try fields.messages("messages")
      guard messages.contains(where: { $0.role == "assistant" }) else {
        throw fields.wrong(
          "messages", "holds nothing that the assistant says, so there is nothing to learn")
      }
      let settings = try fields.settings(for: .messages(messages))
      self = .conversation(settings.conversation(messages))
    } else if fields.has("text") {
      self = .text(try fields.text("text"))
    } else if fields.has("prompt"), !fields.has("chosen") {
      throw fields.missing("completion")
    } else {
      throw fields.place.refused(
        fields.has("chosen")
          ? "is a preference row; texts to be learned are `text`, `messages`, or `prompt` and `completion`"
          : "has none of `text`, `messages`, and `prompt` with `completion`, but \(fields.names)")
    }
  }
}
