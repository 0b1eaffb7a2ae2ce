extension TextTable {
  /// The table in GitHub's Markdown, padded so that its source reads as a table too; no newline at the end.
  public var markdown: String {
    let titles = columns.map { escapedForMarkdown($0.title) }
    let texts = rows.map { row in
      columns.indices.map { index in
        let cell = cell(row, index)
        let text = escapedForMarkdown(cell.text)
        return cell.emphasis == .strong && !text.isEmpty ? "**\(text)**" : text
      }
    }
    let widths = columns.indices.map { index in
      max(3, ([titles] + texts).map { terminalWidth(of: $0[index]) }.max() ?? 0)
    }
    let rule = columns.indices.map { index in
      columns[index].alignment == .leading
        ? String(repeating: "-", count: widths[index])
        : String(repeating: "-", count: widths[index] - 1) + ":"
    }
    return ([titles, rule] + texts).map { line in
      let cells = columns.indices.map { index in
        let gap = String(repeating: " ", count: widths[index] - terminalWidth(of: line[index]))
        return columns[index].alignment == .leading ? line[index] + gap : gap + line[index]
      }
      return "| " + cells.joined(separator: " | ") + " |"
    }.joined(separator: "\n")
  }

  private func escapedForMarkdown(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("|", with: "\\|").replacing("<", with: "&lt;")
  }
}
