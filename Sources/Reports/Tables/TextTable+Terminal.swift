extension TextTable {
  /// Whether a rendering may use escape sequences.
  public enum Coloring: Hashable, Sendable {
    /// Characters only, for files, pipes and `NO_COLOR`.
    case plain
    /// ANSI colours and weights.
    case ansi
  }

  /// The table for a terminal, columns two cells apart, with a rule under the titles; no newline at the end.
  public func terminal(coloring: Coloring = .plain) -> String {
    let laidOut = columns.indices.map(laidOutColumn)
    let widths = laidOut.map { $0.map(terminalWidth).max() ?? 0 }
    var lines: [String] = []
    for line in 0...rows.count {
      let cells = columns.indices.map { index in
        let text = padded(laidOut[index][line], to: widths[index], columns[index].alignment)
        let emphasis = line == 0 ? .strong : cell(rows[line - 1], index).emphasis
        return coloring == .ansi ? colored(text, emphasis) : text
      }
      lines.append(trimmedAtEnd(cells.joined(separator: "  ")))
      if line == 0 {
        lines.append(widths.map { String(repeating: "─", count: $0) }.joined(separator: "  "))
      }
    }
    return lines.joined(separator: "\n")
  }

  /// The title and the cells of a column, decimal columns already lined up at their points.
  func laidOutColumn(_ index: Int) -> [String] {
    let texts = rows.map { cell($0, index).text }
    guard columns[index].alignment == .decimal else { return [columns[index].title] + texts }
    let parts = texts.map(splitAtPoint)
    let before = parts.map { terminalWidth(of: $0.before) }.max() ?? 0
    let middle = parts.map { terminalWidth(of: $0.fraction) }.max() ?? 0
    let after = parts.map { terminalWidth(of: $0.rest) }.max() ?? 0
    let cells = parts.map { part in
      spaces(before - terminalWidth(of: part.before)) + part.before
        + part.fraction + spaces(middle - terminalWidth(of: part.fraction))
        + part.rest + spaces(after - terminalWidth(of: part.rest))
    }
    return [columns[index].title] + cells
  }

  /// Parts a number at its decimal point and where its digits end: “−1” “.25” “ ± 0.1”.
  private func splitAtPoint(_ text: String) -> (before: String, fraction: String, rest: String) {
    let digits: Set<Character> = ["+", "-", "−", ",", "∞", "—"]
    let whole = text.prefix { $0.isNumber || digits.contains($0) }
    let tail = text.dropFirst(whole.count)
    guard tail.first == "." else { return (String(whole), "", String(tail)) }
    let fraction = tail.prefix { $0 == "." || $0.isNumber || $0 == "e" || $0 == "−" }
    return (String(whole), String(fraction), String(tail.dropFirst(fraction.count)))
  }

  private func padded(_ text: String, to width: Int, _ alignment: Alignment) -> String {
    let gap = spaces(width - terminalWidth(of: text))
    return alignment == .leading ? text + gap : gap + text
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

  private func trimmedAtEnd(_ line: String) -> String {
    var line = line
    while line.last == " " { line.removeLast() }
    return line
  }

  private func colored(_ text: String, _ emphasis: Emphasis) -> String {
    let code: String
    switch emphasis {
    case .none: return text
    case .strong: code = "1"
    case .muted: code = "2"
    case .good: code = "32"
    case .caution: code = "33"
    case .bad: code = "31"
    }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}
