/// A curve in one line of text, ▁▂▃▄▅▆▇█, for progress lines and tables.
///
/// The lowest finite value is ▁ and the highest █; a constant curve stays in the middle; a value that is not finite
/// shows as ·. Longer curves are averaged down to `width` characters.
public func sparkline(_ values: [Double], width: Int = 24) -> String {
  let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
  let shown = averaged(values, to: width)
  let finite = shown.filter(\.isFinite)
  guard let low = finite.min(), let high = finite.max() else {
    return String(repeating: "·", count: shown.count)
  }
  return String(
    shown.map { value -> Character in
      guard value.isFinite else { return "·" }
      guard high > low else { return bars[3] }
      // Halved first, so that a span beyond the largest number does not become infinite.
      let share = (value / 2 - low / 2) / (high / 2 - low / 2)
      return bars[min(bars.count - 1, Int(share * Double(bars.count)))]
    })
}

private func averaged(_ values: [Double], to width: Int) -> [Double] {
  guard width > 0 else { return [] }
  guard values.count > width else { return values }
  return (0..<width).map { cell in
    let start = cell * values.count / width
    let end = (cell + 1) * values.count / width
    return Summary(values[start..<end]).mean ?? .nan
  }
}
