/// Curves over training steps: the mean of the seeds, the 95 % interval of that mean, and a name at each end.
public struct LineChart: Sendable {
  /// One method's curves.
  public struct Series: Sendable {
    /// The name, written at the end of the line.
    public var name: String
    /// The look.
    public var style: SeriesStyle
    /// The seeds, combined.
    public var band: Band

    /// Makes a series from one curve per seed.
    public init(name: String, style: SeriesStyle, band: Band) {
      self.name = name
      self.style = style
      self.band = band
    }
  }

  /// Whether the single seeds are drawn behind their mean.
  public enum Members: Hashable, Sendable {
    /// Mean and band only.
    case hidden
    /// As faint lines.
    case faint
  }

  /// How much room the drawing takes.
  public enum Size: Hashable, Sendable {
    /// Two beside each other on a page.
    case regular
    /// Three beside each other.
    case small

    var width: Double { self == .regular ? ChartMetrics.width : 330 }
    var plotHeight: Double { self == .regular ? 196 : 140 }
  }

  /// The words.
  public var text: ChartText
  /// The series, drawn in order, the last on top.
  public var series: [Series]
  /// The vertical range, where it is known beforehand, such as 0…1 for a rate; otherwise taken from the curves.
  public var range: ClosedRange<Double>?
  /// The single seeds.
  public var members: Members

  /// The room.
  public var size: Size

  /// Makes a chart.
  public init(
    text: ChartText, series: [Series], range: ClosedRange<Double>? = nil,
    members: Members = .hidden, size: Size = .regular
  ) {
    self.text = text
    self.series = series
    self.range = range
    self.members = members
    self.size = size
  }

  /// The drawing.
  ///
  /// Bands reach as far as the interval says and are cut off at the frame.
  public var svg: String {
    let shown = series.filter { !$0.band.points.isEmpty }
    let values = shown.flatMap { one in
      one.band.points.compactMap(\.summary.mean)
        + (members == .faint ? one.band.members.joined().map(\.value) : [])
        + interquartileBandEnds(one.band)
    }
    let steps = shown.flatMap { $0.band.points.map(\.step) }
    let vertical = range ?? Ticks.range(of: values)
    let names = series.count > 1 ? shown.map(\.name) : []
    let margin =
      names.map { textWidth($0, size: ChartMetrics.fontSize) }.max().map { $0 + 24 } ?? 12
    let left = PlotFrame.marginForTicks(of: vertical)
    let frame = PlotFrame(
      left: left, top: text.vertical.isEmpty ? 8 : 26, width: size.width - left - margin,
      height: size.plotHeight,
      horizontal: Ticks.range(of: steps, padding: 0), vertical: vertical)
    return drawing(text, width: size.width, height: frame.bottom + 40) {
      frame.axes(text)
      if shown.isEmpty { frame.emptyNote() }
      frame.clipped(shown.map { bandArea($0, frame) })
      frame.clipped(slack: 3, shown.map { lines($0, frame) })
      endLabels(shown, frame)
    }
  }

  /// The ends of the band at a quarter of its steps away from the extremes: an interval over two or three seeds can be
  /// many times wider than the curves, and must not flatten them.
  private func interquartileBandEnds(_ band: Band) -> [Double] {
    let intervals = band.points.compactMap(\.summary.interval)
    guard !intervals.isEmpty else { return [] }
    let lower = intervals.map(\.lower).sorted()
    let upper = intervals.map(\.upper).sorted()
    return [lower[lower.count / 4], upper[upper.count * 3 / 4]]
  }

  private func endLabels(_ shown: [Series], _ frame: PlotFrame) -> Markup {
    guard series.count > 1 else { return .empty }
    let ends = shown.map { one in
      frame.y.position(one.band.points.last?.summary.mean ?? 0)
    }.map { min(frame.bottom, max(frame.top, $0)) }
    let places = LabelStack.positions(
      ends, gap: ChartMetrics.labelGap, within: frame.top...frame.bottom)
    return Markup(
      shown.indices.map { index in
        let style = shown[index].style
        let end = frame.x.position(shown[index].band.points.last?.step ?? 0)
        return tag("g", ["data-series": style.identifier]) {
          tag(
            "path",
            [
              "d": pathData([
                (end + 4, ends[index]), (frame.right + 8, places[index]),
                (frame.right + 13, places[index]),
              ]),
              "style": "fill:none;stroke:\(style.color);stroke-width:1", "opacity": "0.7",
            ])
          marker(style, x: end, y: ends[index], radius: 3.4)
          label(shown[index].name, x: frame.right + 17, y: places[index] + 4)
        }
      })
  }
}
