public import Files
import Tokenization

/// A row of a completion with marks on parts of it: `prompt`, `completion` and `marks`, or `text` and `marks`.
///
///     {"prompt": "The capital of France is", "completion": " Lyon.", "marks": [{"start": 1, "end": 5, "mark": -1, "instead": "Paris"}]}
///
/// A mark says which part it is of, in one of two ways. Both count from the beginning of the completion (or of `text`), from 0:
///
/// - `start` and `end`: characters, the end exclusive, counted as Python counts them (in Unicode scalars).
/// - `token`, or `first_token` and `last_token`: tokens, both inclusive. After the last one of the completion comes the one that ends the text.
///
/// `mark` is 1 for what was good and −1 for what was bad, each given what stands before it. `instead`, beside −1, is what should have stood in
/// place of exactly what is marked. A completion of which everything may stay as it is has the marks `[]`.
///
/// TRL has no such format. Other columns are ignored, as in all rows; other keys in a mark are refused.
public struct MarkedRow: DatasetRow, Equatable {
  /// What the completion goes on from; empty where the row has `text`.
  public var prompt: String
  /// What is marked.
  public var completion: String
  /// The marks, in the order of the row.
  public var marks: [TextMark]

  /// A row.
  ///
  /// - Parameters:
  ///   - prompt: What the completion goes on from.
  ///   - completion: What is marked.
  ///   - marks: The marks.
  public init(prompt: String = "", completion: String, marks: [TextMark]) {
    self.prompt = prompt
    self.completion = completion
    self.marks = marks
  }

  /// Reads a row, and checks all of its marks that can be checked without a tokenizer.
  ///
  /// - Parameter fields: What stands on its line.
  /// - Throws: `FileError` with file, line, key and what to do.
  public init(_ fields: RowFields) throws(FileError) {
    let key = try MarkedRow.completionKey(fields)
    completion = try MarkedRow.text(key, fields)
    prompt = key == "text" ? "" : try MarkedRow.text("prompt", fields)
    guard !completion.isEmpty else {
      throw fields.wrong(key, "is empty: there is nothing to mark; leave the row out")
    }
    let values: [JSON]
    switch fields.value("marks") {
    case .array(let list)?: values = list
    case let other?: throw fields.wrong("marks", "must be a list of marks, not \(other.kind)")
    case nil: throw fields.missing("marks")
    }
    let text = CountedText(completion)
    let promptCount = prompt.unicodeScalars.count
    marks = []
    for (index, value) in values.enumerated() {
      let mark = try MarkFields(value, key: "marks[\(index)]", of: fields)
      marks.append(try mark.mark(on: text, after: promptCount))
    }
  }

  private static func completionKey(_ fields: RowFields) throws(FileError) -> String {
    guard fields.has("text") else {
      guard fields.has("completion") || fields.has("prompt") else {
        throw fields.place.refused(
          "marked texts are `text`, or `prompt` and `completion`, and this row has \(fields.names)")
      }
      return "completion"
    }
    for key in ["prompt", "completion"] where fields.has(key) {
      throw fields.place.refused(
        "has both `text` and `\(key)`, so marks could count from either; leave one out")
    }
    return "text"
  }

  private static func text(_ key: String, _ fields: RowFields) throws(FileError) -> String {
    if case .array? = fields.value(key) {
      throw fields.wrong(
        key, "is a list of messages, and marks are on text; write out what the template makes of it"
      )
    }
    return try fields.text(key)
  }
}
