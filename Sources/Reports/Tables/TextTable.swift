/// A table of short texts, to be shown in a terminal or as Markdown.
public struct TextTable: Hashable, Sendable {
  /// Where the texts of a column line up.
  public enum Alignment: Hashable, Sendable {
    /// At the left.
    case leading
    /// At the right.
    case trailing
    /// At the decimal point; what follows the number (“± 0.03”) trails behind.
    case decimal
  }

  /// What a cell wants to say beside its text; shown only where colours are asked for.
  public enum Emphasis: Hashable, Sendable {
    /// Nothing.
    case none
    /// Look here first.
    case strong
    /// Less important.
    case muted
    /// Good news.
    case good
    /// Something to watch.
    case caution
    /// Bad news.
    case bad
  }

  /// A column's title and alignment.
  public struct Column: Hashable, Sendable {
    /// The title.
    public var title: String
    /// The alignment of the cells and the title.
    public var alignment: Alignment

    /// Makes a column.
    public init(_ title: String, alignment: Alignment = .leading) {
      self.title = title
      self.alignment = alignment
    }
  }

  /// One text in the table.
  public struct Cell: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// The text; line breaks in it become spaces.
    public var text: String
    /// The emphasis.
    public var emphasis: Emphasis

    /// Makes a cell.
    public init(_ text: String, emphasis: Emphasis = .none) {
      self.text = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        .joined(separator: " ")
      self.emphasis = emphasis
    }

    /// Makes a cell without emphasis.
    public init(stringLiteral text: String) { self.init(text) }
  }

  /// The columns, left to right.
  public var columns: [Column]
  /// The rows, top to bottom; missing cells are empty, cells beyond the columns are not shown.
  public var rows: [[Cell]]

  /// Makes a table.
  public init(columns: [Column], rows: [[Cell]] = []) {
    self.columns = columns
    self.rows = rows
  }

  func cell(_ row: [Cell], _ index: Int) -> Cell { index < row.count ? row[index] : "" }
}
