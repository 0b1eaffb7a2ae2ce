import Feedback
import Files
public import Foundation
import Tokenization

/// Turns rows of data sets into what trainers take: tokens in a model's frame, conversations by its chat template.
///
/// The formats are TRL's; what comes out is what TRL 1.9 makes of them, but for these:
/// a prompt has one token at least, a text has one beginning-of-text token, and of a conversation only the assistant's turns are learned.
public struct DataPreparation: Sendable {
  let frame: TextFrame
  private let template: Result<ChatTemplate, ChatTemplateError>
  private let date: Date

  /// A preparation for a model.
  ///
  /// - Parameters:
  ///   - frame: What stands around the model's texts.
  ///   - folder: Where the chat template is, beside the tokenizer; it may lack one as long as no row holds messages.
  ///   - date: What time it is, for templates that write the day.
  public init(_ frame: TextFrame, templateIn folder: URL, date: Date = Date()) {
    self.frame = frame
    self.date = date
    template = Result { () throws(ChatTemplateError) in try ChatTemplate.load(from: folder) }
  }

  /// The rows of all files.
  func rows<Row: DatasetRow>(_ type: Row.Type, in files: [String]) throws(FileError)
    -> [PlacedRow<Row>]
  {
    var rows: [PlacedRow<Row>] = []
    for file in files {
      rows += try JSONLines.rows(type, from: URL(fileURLWithPath: file))
    }
    return rows
  }

  /// Does something with the chat template, and says of which row it was if that fails.
  func templated<Value>(
    _ place: RowPlace, _ body: (ChatTemplate, Date) throws(ChatTemplateError) -> Value
  ) throws(FileError) -> Value {
    do throws(ChatTemplateError) {
      return try body(template.get(), date)
    } catch {
      throw place.refused("\(error)")
    }
  }

  /// The tokens of a conversation, with nothing around them but what the template writes.
  func tokens(
    _ conversation: Conversation, _ ending: ConversationEnding, at place: RowPlace
  ) throws(FileError) -> [Int] {
    try templated(place) { template, date throws(ChatTemplateError) in
      try frame.tokenizer.encode(conversation, with: template, ending: ending, date: date)
    }
  }
}
