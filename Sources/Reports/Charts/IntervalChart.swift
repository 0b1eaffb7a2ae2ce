/// Final values, one row per method: every seed as a dot, their mean, and its 95 % interval from three seeds on.
public struct IntervalChart: Sendable {
  /// One method.
  public struct Row: Sendable {
    /// The name.
    public var name: String
    /// The look.
    public var style: SeriesStyle
    /// The seeds' values.
    public var summary: Summary

    /// Makes a row.
    public init(name: String, style: SeriesStyle, summary: Summary) {
      self.name = name
      self.style = style
      self.summary = summary
    }
  }

  /// The words; the vertical title is not used.
  public var text: ChartText
  /// The rows, from the top.
  public var rows: [Row]
  /// The range of values, where it is known beforehand.
  public var range: ClosedRange<Double>?
  /// A value to compare with, drawn as a line through all rows.
  public var reference: Double?

  /// Makes a chart.
  public init(
    text: ChartText, rows: [Row], range: ClosedRange<Double>? = nil, reference: Double? = nil
  ) {
    self.text = text
    self.rows = rows
    self.range = range
    self.reference = reference
  }

  private static let rowHeight = 25.0

  /// The drawing.
  ///
  /// Intervals are cut off at the frame.
  public var svg: String {
    let names = rows.map { textWidth($0.name, size: ChartMetrics.fontSize) }.max() ?? 0
    let decimals = NumberFormat.decimals(forColumn: rows.map(\.summary))
    let estimates = rows.map { NumberFormat.estimate($0.summary, decimals: decimals) }
    let right = (estimates.map { textWidth($0, size: ChartMetrics.smallFontSize) }.max() ?? 0) + 22
    let values = rows.flatMap { $0.summary.values } + [reference].compactMap { $0 }
    // Room for intervals, but no more than the spread of the seeds themselves on either side.
    let seeds = Ticks.range(of: values, padding: 0)
    let spread = seeds.upperBound - seeds.lowerBound
    let ends = rows.compactMap(\.summary.tellingInterval).flatMap { [$0.lower, $0.upper] }
      .map { min(seeds.upperBound + spread, max(seeds.lowerBound - spread, $0)) }
    let frame = PlotFrame(
      left: names + 14, top: 8, width: max(120, ChartMetrics.width - names - 14 - right),
      height: max(1, Double(rows.count)) * IntervalChart.rowHeight,
      horizontal: range ?? Ticks.range(of: values + ends, padding: 0.04), vertical: 0...1)
    return drawing(text, height: frame.bottom + 40) {
      axis(frame)
      if rows.isEmpty { frame.emptyNote() }
      frame.clipped(slack: 5, rows.indices.map { marks(rows[$0], middle(of: $0, frame), frame) })
      rows.indices.map { index in
        tag("g", ["data-series": rows[index].style.identifier]) {
          label(rows[index].name, x: 0, y: middle(of: index, frame) + 4)
          label(
            estimates[index], x: ChartMetrics.width, y: middle(of: index, frame) + 4, anchor: "end",
            style: .small)
        }
      }
    }
  }

  private func middle(of row: Int, _ frame: PlotFrame) -> Double {
    frame.top + (Double(row) + 0.5) * IntervalChart.rowHeight
  }

  private func axis(_ frame: PlotFrame) -> Markup {
    let ticks = Ticks(covering: frame.horizontal, about: max(2, Int(frame.width / 60)))
    return Markup([
      Markup(
        ticks.values.map { value in
          let place = frame.x.position(value)
          return Markup([
            rule(place, frame.top, place, frame.bottom, color: "var(--grid,#e5e7eb)"),
            label(
              ticks.label(value), x: place, y: frame.bottom + 16, anchor: "middle", style: .quiet),
          ])
        }),
      reference.map { value in
        let place = frame.x.position(value)
        return rule(
          place, frame.top, place, frame.bottom, color: "var(--muted,#6b7280)", dash: "3 3")
      } ?? .empty,
      label(text.horizontal, x: frame.right, y: frame.bottom + 33, anchor: "end", style: .quiet),
    ])
  }

  private func marks(_ row: Row, _ y: Double, _ frame: PlotFrame) -> Markup {
    guard let mean = row.summary.mean else {
      return label("no data", x: frame.left + 6, y: y + 4, style: .quiet)
    }
    return tag("g", ["data-series": row.style.identifier]) {
      if let interval = row.summary.tellingInterval {
        rule(
          frame.x.position(interval.lower), y, frame.x.position(interval.upper), y,
          color: row.style.color, width: 2.4)
      }
      row.summary.values.map { value in
        tag(
          "circle",
          [
            "cx": coordinate(frame.x.position(value)), "cy": coordinate(y + 6.5), "r": "2.1",
            "style": "fill:\(row.style.color)", "opacity": "0.55",
          ])
      }
      marker(
        row.style, x: frame.x.position(mean), y: y, radius: 4.2,
        tooltip: "\(row.name): \(NumberFormat.estimate(row.summary))")
    }
  }
}
