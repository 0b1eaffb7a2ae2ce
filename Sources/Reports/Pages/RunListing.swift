/// A list of runs, for a terminal and as the page that leads to their own pages.
public struct RunListing: Sendable {
  /// One run.
  public struct Row: Sendable {
    /// The name, its path below the folder.
    public var name: String
    /// The subcommand that made it.
    public var command: String
    /// When it began.
    public var started: String
    /// Its last step.
    public var steps: Int
    /// How far it has come, in a word.
    public var state: String
    /// The bytes in its files.
    public var bytes: Int
    /// The last values of the metrics that matter for it.
    public var values: [Value]
    /// Why it cannot be read; nil where it can.
    public var problem: String?
    /// Where its own page is, relative to this one; nil where it has none.
    public var page: String?

    /// Makes a row.
    public init(
      name: String, command: String, started: String, steps: Int, state: String, bytes: Int,
      values: [Value] = [], problem: String? = nil, page: String? = nil
    ) {
      self.name = name
      self.command = command
      self.started = started
      self.steps = steps
      self.state = state
      self.bytes = bytes
      self.values = values
      self.problem = problem
      self.page = page
    }
  }

  /// A metric's last value.
  public struct Value: Hashable, Sendable {
    /// The metric.
    public var name: String
    /// The value.
    public var value: Double

    /// Makes a value.
    public init(_ name: String, _ value: Double) {
      self.name = name
      self.value = value
    }

    var text: String { "\(name) \(NumberFormat.significant(value))" }
  }

  /// The title.
  public var title: String
  /// The runs, in order.
  public var rows: [Row]
  /// Metrics with a column of their own; without any, each row tells what matters for it.
  public var metrics: [String]

  /// Makes a list.
  public init(title: String, rows: [Row], metrics: [String] = []) {
    self.title = title
    self.rows = rows
    self.metrics = metrics
  }

  /// The list as a table; what cannot be read says why in the last column.
  public var table: TextTable {
    let values: [TextTable.Column] =
      metrics.isEmpty
      ? [.init("last values")] : metrics.map { .init($0, alignment: .decimal) }
    let hasProblems = rows.contains { $0.problem != nil }
    return TextTable(
      columns: [
        .init("run"), .init("command"), .init("started"), .init("steps", alignment: .trailing),
        .init("state"), .init("size", alignment: .trailing),
      ] + values + (hasProblems && !metrics.isEmpty ? [.init("problem")] : []),
      rows: rows.map { row in
        [
          .init(row.name), .init(row.command), .init(row.started), .init("\(row.steps)"),
          .init(row.state, emphasis: RunListing.emphasis(of: row)),
          .init(NumberFormat.bytes(row.bytes)),
        ] + cells(of: row)
      })
  }

  private func cells(of row: Row) -> [TextTable.Cell] {
    let problem = row.problem.map { TextTable.Cell($0, emphasis: .bad) }
    guard metrics.isEmpty else {
      return metrics.map { name in
        .init(row.values.first { $0.name == name }.map { NumberFormat.significant($0.value) } ?? "")
      } + [problem].compactMap(\.self)
    }
    return [problem ?? .init(row.values.map(\.text).joined(separator: " · "))]
  }

  static func emphasis(of row: Row) -> TextTable.Emphasis {
    switch row.state {
    case "running", "finished": .good
    case "unfinished": .caution
    case "damaged": .bad
    default: .none
    }
  }

  /// The list as one file, with links to the pages of the runs.
  public var html: String {
    Page(
      title: title, kind: "runs", introduction: [],
      sections: [
        Page.Section("runs", rows.isEmpty ? "No runs" : "Runs") {
          if !rows.isEmpty {
            tag("div", ["class": "card"]) {
              tag(
                "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": "Runs"]
              ) { pageTable }
            }
          }
        }
      ]
    ).html
  }

  private var pageTable: Markup {
    tag("table") {
      tag("thead") {
        tag("tr") {
          ["Run", "State", "Command", "Started"].map { title in
            tag("th", ["scope": "col"]) { title }
          }
          ["Steps", "Size"].map { title in
            tag("th", ["scope": "col", "class": "number"]) { title }
          }
          tag("th", ["scope": "col"]) { "Last values" }
        }
      }
      tag("tbody") {
        rows.map { row in
          tag("tr") {
            tag("th", ["scope": "row"]) {
              if let page = row.page { tag("a", ["href": page]) { row.name } } else { row.name }
            }
            tag("td") { tag("span", ["class": badge(row)]) { row.state } }
            [row.command, row.started].map { text in tag("td") { text } }
            ["\(row.steps)", NumberFormat.bytes(row.bytes)].map { text in
              tag("td", ["class": "number"]) { text }
            }
            tag("td", ["class": "wrapped"]) {
              row.problem ?? row.values.map(\.text).joined(separator: " · ")
            }
          }
        }
      }
    }
  }

  private func badge(_ row: Row) -> String {
    switch RunListing.emphasis(of: row) {
    case .good: "badge good"
    case .caution: "badge caution"
    case .bad: "badge bad"
    default: "badge"
    }
  }
}
