/// When alarms went off: one row per method, time to the right, one shape per meter.
struct AlarmTimeline {
  /// One alarm.
  struct Event {
    /// The training step.
    var step: Double
    /// The place of the meter among all meters, which chooses the shape.
    var meter: Int
    /// Which of the rows' lanes it takes, so that seeds do not cover each other.
    var lane: Int
    /// What stands in the tooltip.
    var tooltip: String
    /// What it links to on the page.
    var target: String
  }

  /// One method.
  struct Row {
    /// The name.
    var name: String
    /// The look.
    var style: SeriesStyle
    /// Its alarms.
    var events: [Event]
  }

  private static let rowHeight = 30.0
  private static let lanes = 3

  /// The words; the vertical title is not used.
  let text: ChartText
  /// The rows, from the top.
  let rows: [Row]
  /// The names of the meters.
  let meters: [String]
  /// From the first to the last step of training.
  let steps: ClosedRange<Double>

  /// The drawing; every mark is a link.
  var svg: String {
    let names = rows.map { textWidth($0.name, size: ChartMetrics.fontSize) }.max() ?? 0
    let frame = PlotFrame(
      left: names + 16, top: 4, width: ChartMetrics.width - names - 28,
      height: Double(rows.count) * AlarmTimeline.rowHeight, horizontal: steps, vertical: 0...1)
    let legend = Legend(
      entries: meters.enumerated().map { place, name in
        .init(name: name, style: AlarmTimeline.shape(place))
      }, width: ChartMetrics.width, hasLines: false)
    return drawing(text, height: frame.bottom + 44 + legend.height) {
      axis(frame)
      rows.enumerated().map { place, row in
        let middle = frame.top + (Double(place) + 0.5) * AlarmTimeline.rowHeight
        return tag("g", ["data-series": row.style.identifier]) {
          label(row.name, x: 0, y: middle + 4)
          rule(frame.left, middle, frame.right, middle, color: "var(--grid,#e5e7eb)")
          row.events.map { mark($0, row.style, middle, frame) }
        }
      }
      legend.markup(x: 0, y: frame.bottom + 46)
    }
  }

  private func mark(
    _ event: Event, _ style: SeriesStyle, _ middle: Double, _ frame: PlotFrame
  ) -> Markup {
    let lane = Double(event.lane % AlarmTimeline.lanes) - Double(AlarmTimeline.lanes - 1) / 2
    return tag("a", ["href": "#\(event.target)", "aria-label": event.tooltip]) {
      marker(
        AlarmTimeline.shape(event.meter, color: style), x: frame.x.position(event.step),
        y: middle + lane * 8.5, radius: 4.4, tooltip: event.tooltip)
    }
  }

  private func axis(_ frame: PlotFrame) -> Markup {
    let ticks = Ticks(covering: frame.horizontal, about: max(2, Int(frame.width / 60)))
    return Markup([
      rule(frame.left, frame.bottom, frame.right, frame.bottom, color: "var(--axis,#9ca3af)"),
      Markup(
        ticks.values.map { value in
          let place = frame.x.position(value)
          return Markup([
            rule(place, frame.top, place, frame.bottom + 4, color: "var(--grid,#e5e7eb)"),
            label(
              ticks.label(value), x: place, y: frame.bottom + 16, anchor: "middle", style: .quiet),
          ])
        }),
      label(text.horizontal, x: frame.right, y: frame.bottom + 31, anchor: "end", style: .quiet),
    ])
  }

  /// The shape of a meter, in the colour of a method or in the text's.
  private static func shape(_ meter: Int, color style: SeriesStyle? = nil) -> SeriesStyle {
    SeriesStyle(
      color: style?.color ?? "var(--muted,#6b7280)", dash: nil,
      marker: SeriesStyle.Marker.allCases[meter % SeriesStyle.Marker.allCases.count],
      identifier: style?.identifier ?? "meter")
  }
}
