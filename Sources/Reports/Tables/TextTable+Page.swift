extension TextTable {
  /// The table on a page; the first column names the rows.
  var markup: Markup {
    tag("table") {
      tag("thead") {
        tag("tr") {
          columns.map { column in
            tag("th", ["scope": "col", "class": cellClass(column, .none)]) { column.title }
          }
        }
      }
      tag("tbody") {
        rows.map { row in
          tag("tr") { columns.indices.map { markup(of: cell(row, $0), in: $0) } }
        }
      }
    }
  }

  private func markup(of cell: Cell, in index: Int) -> Markup {
    let attributes = cellClass(columns[index], cell.emphasis)
    guard index > 0 else {
      return tag("th", ["scope": "row", "class": attributes]) { cell.text }
    }
    return tag("td", ["class": attributes]) { cell.text }
  }

  private func cellClass(_ column: Column, _ emphasis: Emphasis) -> String? {
    let alignment = column.alignment == .leading ? nil : "number"
    let voice: String? =
      switch emphasis {
      case .none: nil
      case .strong: "strong"
      case .muted: "muted"
      case .good: "good"
      case .caution: "caution"
      case .bad: "bad"
      }
    let classes = [alignment, voice].compactMap(\.self)
    return classes.isEmpty ? nil : classes.joined(separator: " ")
  }
}
