/// The words on a chart.
public struct ChartText: Hashable, Sendable {
  /// What the chart shows; read out by screen readers, and its tooltip.
  public var title: String
  /// The same in a sentence or two, with the numbers that matter, for those who cannot see the drawing.
  public var summary: String
  /// The title of the horizontal axis.
  public var horizontal: String
  /// The title of the vertical axis.
  public var vertical: String

  /// Makes the words of a chart.
  public init(title: String, summary: String, horizontal: String, vertical: String) {
    self.title = title
    self.summary = summary
    self.horizontal = horizontal
    self.vertical = vertical
  }
}

/// Sizes that all charts share, in units of the drawing.
enum ChartMetrics {
  static let width = 440.0
  static let fontSize = 11.5
  static let smallFontSize = 10.5
  static let labelGap = 14.0
}

/// The root of a drawing, readable alone and inside a page.
func drawing(
  _ text: ChartText, width: Double = ChartMetrics.width, height: Double,
  @MarkupBuilder content: () -> Markup
) -> String {
  tag(
    "svg",
    [
      "xmlns": "http://www.w3.org/2000/svg", "role": "img", "class": "chart",
      "viewBox": "0 0 \(coordinate(width)) \(coordinate(height))",
      "font-family":
        "Inter, ui-sans-serif, system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
      "font-size": coordinate(ChartMetrics.fontSize), "fill": "currentColor",
    ]
  ) {
    tag("title") { text.title }
    tag("desc") { text.summary }
    content()
  }.source
}

/// A text in the drawing.
func label(
  _ text: String, x: Double, y: Double, anchor: String = "start", style: LabelStyle = .plain
) -> Markup {
  tag(
    "text",
    [
      "x": coordinate(x), "y": coordinate(y), "text-anchor": anchor == "start" ? nil : anchor,
      "font-size": style == .plain ? nil : coordinate(ChartMetrics.smallFontSize),
      "style": style == .quiet ? "fill:var(--muted,#6b7280)" : nil,
    ]
  ) { text }
}

/// The voices of a text in a drawing.
enum LabelStyle {
  case plain, small, quiet
}

/// A straight line in the drawing.
func rule(
  _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, color: String, width: Double = 1,
  dash: String? = nil
) -> Markup {
  tag(
    "line",
    [
      "x1": coordinate(x1), "y1": coordinate(y1), "x2": coordinate(x2), "y2": coordinate(y2),
      "style": "stroke:\(color);stroke-width:\(coordinate(width))", "stroke-dasharray": dash,
    ])
}

/// The marker of a series at a point, with what it stands for as a tooltip.
func marker(
  _ style: SeriesStyle, x: Double, y: Double, radius: Double, opacity: Double = 1,
  tooltip: String? = nil
) -> Markup {
  tag(
    "path",
    [
      "d": style.markerPath(x: x, y: y, radius: radius),
      "style": "fill:\(style.color);stroke:var(--surface,#fff);stroke-width:1",
      "opacity": opacity == 1 ? nil : String(opacity),
    ]
  ) {
    if let tooltip { tag("title") { tooltip } }
  }
}
