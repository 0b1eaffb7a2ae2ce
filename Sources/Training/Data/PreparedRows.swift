public import Files

/// What rows became, and which were left out for want of room.
public struct PreparedRows<Example: Sendable>: Sendable {
  /// What a trainer takes, in the order of the rows.
  public var examples: [Example] = []
  /// The rows that were left out, each with its place and the reason.
  public var leftOut: [FileError] = []

  /// One line about the rows that were left out; nil where there are none.
  public var note: String? {
    guard let first = leftOut.first else { return nil }
    let rows = leftOut.count == 1 ? "1 row is" : "\(leftOut.count) rows are"
    return "\(rows) left out; the first: \(first)"
  }

  /// The rows, unless none is left of some.
  func checked() throws(FileError) -> PreparedRows {
    if examples.isEmpty, let first = leftOut.first { throw first }
    return self
  }
}
