extension TextTable {
  /// The table on a page; the first column names the rows.
  var markup: Markup {
    let texts = columns.indices.map(linedUpTexts)
    return tag("table") {
      tag("thead") {
        tag("tr") {
          columns.map { column in
            tag("th", ["scope": "col", "class": cellClass(column, .none)]) { column.title }
          }
        }
      }
      tag("tbody") {
        rows.enumerated().map { place, row in
          tag("tr") {
            columns.indices.map { index in
              markup(of: Cell(texts[index][place], emphasis: cell(row, index).emphasis), in: index)
            }
          }
        }
      }
    }
  }

  /// The texts of a column; at the right of a decimal one stand as many figure spaces as digits are missing.
  private func linedUpTexts(_ index: Int) -> [String] {
    guard columns[index].alignment == .decimal else { return rows.map { cell($0, index).text } }
    return laidOutColumn(index).dropFirst().map { text in
      let end = text.reversed().prefix { $0 == " " }.count
      let shown = text.drop { $0 == " " }.dropLast(end)
      return shown.isEmpty ? "" : shown + String(repeating: "\u{2007}", count: end)
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
