/// A row of plain text and nothing else, as corpora hold it.
public struct Text: Codable, Hashable, Sendable {
  /// The text.
  public var text: String

  /// Creates a row.
  public init(text: String) {
    self.text = text
  }
}
