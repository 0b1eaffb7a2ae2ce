public import Files
import Tokenization

/// A row of two answers, of which people like one better: `chosen` and `rejected`, with or without `prompt`.
public struct PreferenceRow: DatasetRow {
  /// What both answer; nil where `chosen` and `rejected` both begin with it, or stand for themselves.
  public var prompt: RowContent?
  /// What is preferred.
  public var chosen: RowContent
  /// What is not.
  public var rejected: RowContent
  /// How probably a person prefers `chosen`.
  public var probability: Double
  /// What the chat template is told beside messages.
  public var settings: ChatSettings

  /// Reads a row.
  public init(_ fields: RowFields) throws(FileError) {
    guard fields.has("chosen") || fields.has("rejected") else {
      throw PreferenceRow.noPair(fields)
    }
    chosen = try fields.answer("chosen")
    rejected = try fields.answer("rejected")
    prompt = fields.has("prompt") ? try fields.content("prompt") : nil
    let form = prompt.map { [(key: "prompt", content: $0)] } ?? []
    try fields.requireOneForm(form + [("chosen", chosen), ("rejected", rejected)])
    guard chosen != rejected else {
      throw fields.place.refused(
        "`chosen` and `rejected` are the same: there is nothing to prefer; leave the row out")
    }
    probability = try PreferenceRow.probability(fields)
    settings = try fields.settings(for: chosen)
  }

  private static func noPair(_ fields: RowFields) -> FileError {
    let needed = "pairs need `chosen` and `rejected`"
    if fields.has("ratings") {
      return fields.place.refused("is a text with ratings; \(needed)")
    }
    if fields.has("completion") {
      return fields.place.refused(
        fields.has("label")
          ? "is an unpaired preference (`completion` and `label`); \(needed): "
            + "put a good and a bad answer to one prompt in one row"
          : "is a prompt with one answer; \(needed)")
    }
    return fields.place.refused("\(needed), and this row has \(fields.names)")
  }

  private static func probability(_ fields: RowFields) throws(FileError) -> Double {
    let number: Double
    switch fields.value("probability") {
    case nil: return 1
    case .integer(let value)?: number = Double(value)
    case .number(let value)?: number = value
    case let other?: throw fields.wrong("probability", "must be a number, not \(other.kind)")
    }
    guard (0...1).contains(number) else {
      throw fields.wrong("probability", "must be in 0...1, and is \(number)")
    }
    return number
  }
}
