/// What the page of an experiment shows: an introduction and parts with words, tables and curves.
///
/// It knows nothing of any one experiment; those that compare seeds give bands, those that are exact give none.
public struct ExperimentReport: Sendable {
  /// A table with its heading.
  public struct Table: Sendable {
    /// The heading.
    public var title: String
    /// How to read it, in a sentence; may be empty.
    public var caption: String
    /// The table.
    public var content: TextTable

    /// Makes a table with a heading.
    public init(title: String, caption: String = "", _ content: TextTable) {
      self.title = title
      self.caption = caption
      self.content = content
    }
  }

  /// A chart with its caption; the chart's own title is the heading.
  public struct Chart: Sendable {
    /// How to read it, in a sentence; may be empty.
    public var caption: String
    /// The chart.
    public var content: LineChart

    /// Makes a chart with a caption.
    public init(caption: String = "", _ content: LineChart) {
      self.caption = caption
      self.content = content
    }
  }

  /// A question and its answer.
  public struct Part: Sendable {
    /// The heading.
    public var heading: String
    /// What the line of links calls it; empty takes the heading.
    public var shortHeading: String
    /// What was done and seen, one paragraph each.
    public var paragraphs: [String]
    /// The tables.
    public var tables: [Table]
    /// The charts.
    public var charts: [Chart]
    /// Remarks below them, one paragraph each.
    public var notes: [String]

    /// Makes a part.
    public init(
      heading: String, shortHeading: String = "", paragraphs: [String] = [], tables: [Table] = [],
      charts: [Chart] = [], notes: [String] = []
    ) {
      self.heading = heading
      self.shortHeading = shortHeading
      self.paragraphs = paragraphs
      self.tables = tables
      self.charts = charts
      self.notes = notes
    }
  }

  /// The title of the page.
  public var title: String
  /// What the experiment asks, one paragraph each.
  public var introduction: [String]
  /// The parts, in order.
  public var parts: [Part]
  /// How the numbers were made.
  public var provenance: Provenance
  /// Remarks on the whole, one paragraph each.
  public var notes: [String]

  /// Makes a report.
  public init(
    title: String, introduction: [String], parts: [Part], provenance: Provenance,
    notes: [String] = []
  ) {
    self.title = title
    self.introduction = introduction
    self.parts = parts
    self.provenance = provenance
    self.notes = notes
  }
}
