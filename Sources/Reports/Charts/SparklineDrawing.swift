/// A curve as small as a word, for cells of a table.
public struct SparklineDrawing: Sendable {
  /// The values, in order.
  public var values: [Double]
  /// The look.
  public var style: SeriesStyle
  /// The range of values, where several sparklines are to be compared.
  public var range: ClosedRange<Double>?
  /// What it shows, for screen readers.
  public var title: String

  /// Makes a sparkline.
  public init(
    values: [Double], style: SeriesStyle, range: ClosedRange<Double>? = nil, title: String
  ) {
    self.values = values
    self.style = style
    self.range = range
    self.title = title
  }

  /// The drawing, 72 by 18; empty space where there are no finite values.
  public var svg: String {
    let text = ChartText(
      title: title, summary: "\(title): \(sparkline(values))", horizontal: "", vertical: "")
    let x = Scale(domain: 0...Double(max(1, values.count - 1)), start: 2, end: 67)
    let y = Scale(domain: range ?? Ticks.range(of: values, padding: 0), start: 15, end: 3)
    let points = values.enumerated().filter(\.element.isFinite)
      .map { (x: x.position(Double($0.offset)), y: y.position($0.element)) }
    return drawing(text, width: 72, height: 18) {
      if points.count > 1 {
        tag(
          "path",
          [
            "d": pathData(points), "style": "fill:none;stroke:\(style.color);stroke-width:1.4",
            "stroke-linejoin": "round",
          ])
      }
      if let last = points.last {
        tag(
          "circle",
          [
            "cx": coordinate(last.x), "cy": coordinate(last.y), "r": "2.2",
            "style": "fill:\(style.color)",
          ])
      }
    }
  }
}
