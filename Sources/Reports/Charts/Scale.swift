import Foundation

/// How values spread along an axis.
public enum Spacing: Hashable, Sendable {
  /// Equal differences take equal room.
  case linear
  /// Equal ratios take equal room; only what is above zero can be shown.
  case logarithmic

  func place(_ value: Double) -> Double { self == .linear ? value : log10(value) }
}

/// A map from values to places on the canvas.
struct Scale: Sendable {
  let domain: ClosedRange<Double>
  let start: Double
  let end: Double
  var spacing = Spacing.linear

  func position(_ value: Double) -> Double {
    // Halved, so that a domain near the largest numbers does not overflow.
    let low = spacing.place(domain.lowerBound) / 2
    let high = spacing.place(domain.upperBound) / 2
    let share = (spacing.place(value) / 2 - low) / (high - low)
    return start + share * (end - start)
  }
}

/// A coordinate with one decimal: a tenth of a pixel is finer than any screen shows.
func coordinate(_ value: Double) -> String {
  guard value.isFinite else { return "0" }
  let tenths = Int((min(1e6, max(-1e6, value)) * 10).rounded())
  let (whole, part) = abs(tenths).quotientAndRemainder(dividingBy: 10)
  return (tenths < 0 ? "-" : "") + String(whole) + (part == 0 ? "" : ".\(part)")
}

/// Path data through points, with a pen lift where `points` has a gap.
func pathData(_ points: [(x: Double, y: Double)]) -> String {
  points.enumerated().map { index, point in
    "\(index == 0 ? "M" : "L")\(coordinate(point.x)) \(coordinate(point.y))"
  }.joined()
}

/// The width of a text in the charts' sans-serif, estimated from classes of letters.
///
/// Errs on the wide side, because the reader's font is not known.
func textWidth(_ text: String, size: Double) -> Double {
  let narrow: Set<Character> = ["i", "l", "j", "t", "f", "r", ".", ",", ":", "|", "'", " ", "I"]
  let wide: Set<Character> = ["m", "w", "M", "W", "%", "±"]
  return text.reduce(0) { sum, character in
    if narrow.contains(character) { return sum + 0.32 * size }
    if wide.contains(character) { return sum + 0.88 * size }
    return sum + (terminalWidth(of: String(character)) > 1 ? 1.05 : 0.59) * size
  }
}
