/// Curves over training steps: the mean of the seeds, the 95 % interval of that mean, and a name at each end.
///
/// Two seeds are drawn themselves: their interval would fill the picture and say nothing.
public struct LineChart: Sendable {
  /// One method's curves.
  public struct Series: Sendable {
    /// The name, written at the end of the line.
    public var name: String
    /// The look.
    public var style: SeriesStyle
    /// The seeds, combined.
    public var band: Band
    /// Where single values lie, drawn as an area in place of the interval.
    public var spread: Spread

    /// Makes a series from one curve per seed.
    public init(name: String, style: SeriesStyle, band: Band, spread: Spread = .none) {
      self.name = name
      self.style = style
      self.band = band
      self.spread = spread
    }

    /// The areas' ends: those of the spread, or of the intervals.
    var area: [Spread.Point] {
      guard spread.points.isEmpty else { return spread.points }
      return band.points.compactMap { point in
        point.summary.tellingInterval.map {
          Spread.Point(step: point.step, lower: $0.lower, upper: $0.upper)
        }
      }
    }
  }

  /// A level that curves are compared with, drawn as a dotted line with its name beside it.
  public struct Reference: Hashable, Sendable {
    /// The name.
    public var name: String
    /// The level.
    public var value: Double
    /// The look.
    public var style: SeriesStyle

    /// Makes a level, in the background's grey unless it belongs to a series.
    public init(name: String, value: Double, style: SeriesStyle = .baseline) {
      self.name = name
      self.value = value
      self.style = style
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
  /// The levels that curves are compared with; a level that is not finite is not drawn.
  public var references: [Reference]
  /// How steps spread along the horizontal axis.
  public var stepSpacing: Spacing
  /// The vertical range, where it is known beforehand, such as 0…1 for a rate; otherwise taken from the curves.
  public var range: ClosedRange<Double>?
  /// The single seeds.
  public var members: Members

  /// The room.
  public var size: Size

  /// Makes a chart.
  public init(
    text: ChartText, series: [Series], references: [Reference] = [], stepSpacing: Spacing = .linear,
    range: ClosedRange<Double>? = nil, members: Members = .hidden, size: Size = .regular
  ) {
    self.text = text
    self.series = series
    self.references = references
    self.stepSpacing = stepSpacing
    self.range = range
    self.members = members
    self.size = size
  }

  /// The drawing.
  ///
  /// Bands reach as far as the interval says and are cut off at the frame.
  public var svg: String {
    let shown = shownSeries
    let levels = references.filter(\.value.isFinite)
    let curves =
      shown.flatMap { one in
        one.band.points.compactMap(\.summary.mean)
          + (members == .faint || one.band.isPair ? one.band.members.joined().map(\.value) : [])
      } + levels.map(\.value)
    let values = curves + shown.flatMap { areaEnds($0, beside: curves) }
    let steps = shown.flatMap { $0.band.points.map(\.step) }
    let vertical = range ?? Ticks.range(of: values)
    let names = (series.count > 1 ? shown.map(\.name) : []) + levels.map(\.name)
    let margin =
      names.map { textWidth($0, size: ChartMetrics.fontSize) }.max().map { $0 + 24 } ?? 12
    let left = PlotFrame.marginForTicks(of: vertical)
    let frame = PlotFrame(
      left: left, top: text.vertical.isEmpty ? 8 : 26, width: size.width - left - margin,
      height: size.plotHeight,
      horizontal: horizontalRange(of: steps), vertical: vertical, horizontalSpacing: stepSpacing)
    return drawing(text, width: size.width, height: frame.bottom + 40) {
      frame.axes(text)
      if shown.isEmpty { frame.emptyNote() }
      frame.clipped(slack: 1, levels.map { referenceLine($0, frame) })
      frame.clipped(shown.map { area($0, frame) })
      frame.clipped(slack: 3, shown.map { lines($0, frame) })
      endLabels(shown, levels, frame)
    }
  }

  /// The series that have something to draw; a logarithmic axis has no place for steps at or below zero.
  private var shownSeries: [Series] {
    let known = series.map { one in
      var one = one
      if stepSpacing == .logarithmic { one.band = one.band.filtered { $0 > 0 } }
      return one
    }
    return known.filter { !$0.band.points.isEmpty }
  }

  private func horizontalRange(of steps: [Double]) -> ClosedRange<Double> {
    guard stepSpacing == .logarithmic else { return Ticks.range(of: steps, padding: 0) }
    guard let low = steps.min(), let high = steps.max() else { return 1...10 }
    return low < high ? low...high : (low / 2)...(high * 2)
  }

  /// The ends of the area at a quarter of its steps away from the extremes, and no farther from the curves than half of what they
  /// span: an interval over three seeds can be many times wider than the curves, and must not flatten them.
  private func areaEnds(_ series: Series, beside curves: [Double]) -> [Double] {
    let intervals = series.area
    guard !intervals.isEmpty, let lowest = curves.min(), let highest = curves.max() else {
      return []
    }
    let lower = intervals.map(\.lower).sorted()
    let upper = intervals.map(\.upper).sorted()
    guard highest > lowest else { return [lower[lower.count / 4], upper[upper.count * 3 / 4]] }
    let room = (highest - lowest) / 2
    return [
      max(lower[lower.count / 4], lowest - room), min(upper[upper.count * 3 / 4], highest + room),
    ]
  }
}
