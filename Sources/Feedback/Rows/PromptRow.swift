public import Files

/// A row that a policy is asked to go on with: `prompt`, or `text` whose opening is the prompt.
public struct PromptRow: DatasetRow {
  /// The prompt.
  public var prompt: RowContent
  /// What the chat template is told beside messages.
  public var settings: ChatSettings

  /// Reads a row; where there are both, `text` goes first.
  public init(_ fields: RowFields) throws(FileError) {
    if fields.has("text") {
      prompt = .text(try fields.text("text"))
    } else if fields.has("prompt") {
      prompt = try fields.content("prompt")
    } else {
      throw fields.place.refused(
        "has neither `prompt` nor `text`, but \(fields.names)"
          + (fields.has("messages") ? "; name the messages before the answer `prompt`" : ""))
    }
    settings = try fields.settings(for: prompt)
  }
}
