public import Files
import Tokenization

/// A row that a reward model learns from: a text with `ratings`, one with `marks`, or a pair.
public enum JudgedRow: DatasetRow {
  /// A text and what each of several people thought of it.
  case rated(RatedText)
  /// Two answers, and which of them is preferred.
  case pair(PreferenceRow)
  /// A completion with marks on single tokens.
  case marked(MarkedRow)

  /// Reads a row: ratings or marks where it has them.
  public init(_ fields: RowFields) throws(FileError) {
    guard !fields.has("marks") else {
      self = .marked(try MarkedRow(fields))
      return
    }
    guard fields.has("ratings") else {
      self = .pair(try PreferenceRow(fields))
      return
    }
    self = .rated(RatedText(text: try fields.text("text"), ratings: try JudgedRow.ratings(fields)))
  }

  private static func ratings(_ fields: RowFields) throws(FileError) -> [Int] {
    guard case .array(let values)? = fields.value("ratings") else {
      throw fields.wrong("ratings", "must be a list of whole numbers")
    }
    guard !values.isEmpty else { throw fields.wrong("ratings", "must hold at least one rating") }
    var ratings: [Int] = []
    for (index, value) in values.enumerated() {
      switch value {
      case .integer(let rating): ratings.append(rating)
      case .number(let number):
        guard let rating = Int(exactly: number) else { fallthrough }
        ratings.append(rating)
      default: throw fields.wrong("ratings[\(index)]", "must be a whole number")
      }
    }
    return ratings
  }
}
