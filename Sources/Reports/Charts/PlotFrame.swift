/// The rectangle that data are drawn in, with its axes.
struct PlotFrame {
  let left: Double
  let top: Double
  let width: Double
  let height: Double
  let horizontal: ClosedRange<Double>
  let vertical: ClosedRange<Double>
  var horizontalSpacing = Spacing.linear

  var right: Double { left + width }
  var bottom: Double { top + height }
  var x: Scale {
    Scale(domain: horizontal, start: left, end: right, spacing: horizontalSpacing)
  }
  var y: Scale { Scale(domain: vertical, start: bottom, end: top) }

  /// The lines that help to read values off an axis.
  enum Grid {
    case horizontal, none
  }

  /// Grid, ticks and titles.
  ///
  /// Only horizontal grid lines: values are read off the vertical axis.
  func axes(_ text: ChartText, grid: Grid = .horizontal) -> Markup {
    let verticalTicks = Ticks(covering: vertical, about: height < 150 ? 3 : 5)
    let count = max(2, Int(width / 75))
    let horizontalTicks =
      horizontalSpacing == .linear
      ? Ticks(covering: horizontal, about: count)
      : Ticks(coveringLogarithmic: horizontal, about: count)
    return Markup([
      label(text.vertical, x: 0, y: 12, style: .quiet),
      Markup(
        verticalTicks.values.map { value in
          let place = y.position(value)
          return Markup([
            grid == .none
              ? .empty
              : rule(
                left, place, right, place,
                color: value == 0 ? "var(--axis,#9ca3af)" : "var(--grid,#e5e7eb)"),
            label(
              verticalTicks.label(value), x: left - 7, y: place + 3.8, anchor: "end", style: .quiet),
          ])
        }),
      rule(left, bottom, right, bottom, color: "var(--axis,#9ca3af)"),
      Markup(
        horizontalTicks.values.map { value in
          let place = x.position(value)
          return Markup([
            rule(place, bottom, place, bottom + 4, color: "var(--axis,#9ca3af)"),
            label(
              horizontalTicks.label(value), x: place, y: bottom + 17, anchor: "middle",
              style: .quiet),
          ])
        }),
      label(text.horizontal, x: right, y: bottom + 33, anchor: "end", style: .quiet),
    ])
  }

  /// Content that is cut off at the frame, in the coordinates of the whole drawing.
  ///
  /// A nested drawing clips without an identifier, and identifiers could collide on a page of many charts.
  /// `slack` leaves room around it for the thickness of lines and markers.
  func clipped(slack: Double = 0, _ content: [Markup]) -> Markup {
    let (x, y) = (coordinate(left - slack), coordinate(top - slack))
    let (width, height) = (coordinate(width + 2 * slack), coordinate(height + 2 * slack))
    return tag(
      "svg",
      ["x": x, "y": y, "width": width, "height": height, "viewBox": "\(x) \(y) \(width) \(height)"]
    ) { content }
  }

  /// What stands in place of data when there are none.
  func emptyNote(_ text: String = "no data") -> Markup {
    label(text, x: left + width / 2, y: top + height / 2, anchor: "middle", style: .quiet)
  }

  /// The room that the labels of a vertical axis need.
  static func marginForTicks(of range: ClosedRange<Double>, about count: Int = 5) -> Double {
    let ticks = Ticks(covering: range, about: count)
    let widths = ticks.values.map {
      textWidth(ticks.label($0), size: ChartMetrics.smallFontSize)
    }
    return (widths.max() ?? 0) + 10
  }
}
