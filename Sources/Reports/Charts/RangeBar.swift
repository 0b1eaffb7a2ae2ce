/// An estimate and its interval as small as a word, for cells of a table whose column shares one scale.
struct RangeBar {
  /// The value; nil draws nothing.
  let value: Double?
  /// Its interval.
  let interval: Interval?
  /// The look.
  let style: SeriesStyle
  /// From where to where the column goes.
  let range: ClosedRange<Double>
  /// What it shows, for screen readers.
  let title: String

  /// The scale of a column: all its values and intervals, and zero where that costs no more than half of the room.
  static func range(of estimates: [Estimate]) -> ClosedRange<Double> {
    let ends = estimates.flatMap { estimate in
      [estimate.value, estimate.interval?.lower, estimate.interval?.upper].compactMap(\.self)
    }
    guard let low = ends.min(), let high = ends.max() else { return 0...1 }
    let isZeroNear = (low > 0 && low < high - low) || (high < 0 && -high < high - low)
    return Ticks.range(of: ends + (isZeroNear ? [0] : []), padding: 0)
  }

  /// The drawing, 84 by 12; empty space where there is no value.
  var svg: String {
    let x = Scale(domain: range, start: 5, end: 79)
    return drawing(
      ChartText(title: title, summary: title, horizontal: "", vertical: ""), width: 84, height: 12
    ) {
      if let value {
        rule(2, 6, 82, 6, color: "var(--grid,#e5e7eb)")
        if range.contains(0), range.lowerBound < 0 {
          rule(x.position(0), 1, x.position(0), 11, color: "var(--axis,#9ca3af)")
        }
        if let interval {
          tag(
            "rect",
            [
              "x": coordinate(x.position(interval.lower)), "y": "2.5", "rx": "1.5",
              "width": coordinate(x.position(interval.upper) - x.position(interval.lower)),
              "height": "7", "style": "fill:\(style.color)", "opacity": "0.38",
            ])
        }
        marker(style, x: x.position(value), y: 6, radius: 2.8)
      }
    }
  }
}
