/// Paths in a plane, such as reward against √KL: one per method, with where each seed ended.
public struct TrajectoryChart: Sendable {
  /// A place in the plane.
  public struct Point: Hashable, Sendable {
    /// The horizontal value.
    public var x: Double
    /// The vertical value.
    public var y: Double

    /// Makes a point.
    public init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }

    var isFinite: Bool { x.isFinite && y.isFinite }
  }

  /// One method's path.
  public struct Series: Sendable {
    /// The name.
    public var name: String
    /// The look.
    public var style: SeriesStyle
    /// The path, in the order of training.
    public var path: [Point]
    /// Where each seed ended.
    public var ends: [Point]
    /// Whether it is what a formula says, which ends nowhere and has no marker.
    public var isFit: Bool

    /// Makes a path; points that are not finite are left out.
    public init(
      name: String, style: SeriesStyle, path: [Point], ends: [Point], isFit: Bool = false
    ) {
      self.name = name
      self.style = style
      self.path = path.filter(\.isFinite)
      self.ends = ends.filter(\.isFinite)
      self.isFit = isFit
    }
  }

  /// The words.
  public var text: ChartText
  /// The paths, the last on top.
  public var series: [Series]
  /// Places that none beats, less being better across and more upwards; empty draws no staircase.
  public var front: [Point]

  /// Makes a chart.
  public init(text: ChartText, series: [Series], front: [Point] = []) {
    self.text = text
    self.series = series
    self.front = front.filter(\.isFinite).sorted { $0.x < $1.x }
  }

  /// The drawing.
  public var svg: String {
    let shown = series.filter { !$0.path.isEmpty || !$0.ends.isEmpty }
    let points = shown.flatMap { $0.path + $0.ends } + front
    let vertical = Ticks.range(of: points.map(\.y), padding: 0.1)
    let left = PlotFrame.marginForTicks(of: vertical)
    let legend = Legend(
      entries: shown.map { .init(name: $0.name, style: $0.style, hasMarker: !$0.isFit) }
        + (front.isEmpty
          ? [] : [.init(name: "front", style: TrajectoryChart.frontStyle, hasMarker: false)]),
      width: ChartMetrics.width - left)
    let frame = PlotFrame(
      left: left, top: 26, width: ChartMetrics.width - left - 14, height: 216,
      horizontal: Ticks.range(of: points.map(\.x), padding: 0.07), vertical: vertical)
    return drawing(text, height: frame.bottom + 46 + legend.height) {
      frame.axes(text)
      if shown.isEmpty { frame.emptyNote() }
      staircase(frame)
      shown.map { path($0, frame) }
      labels(shown, frame)
      legend.markup(x: left, y: frame.bottom + 46)
    }
  }

  private static let frontStyle = SeriesStyle(
    color: "var(--ink,#1b1f24)", dash: "1 3", marker: .circle, identifier: "front")

  /// From each place of the front to the right, up to where the next one begins, and on to the frame's edge.
  private func staircase(_ frame: PlotFrame) -> Markup {
    guard let last = front.last else { return .empty }
    let steps = zip(front, front.dropFirst()).flatMap { [$0, Point(x: $1.x, y: $0.y)] } + [last]
    let places = steps.map { (x: frame.x.position($0.x), y: frame.y.position($0.y)) }
    return tag(
      "path",
      [
        "d": pathData(places + [(frame.right, frame.y.position(last.y))]),
        "stroke-dasharray": TrajectoryChart.frontStyle.dash,
        "style": "fill:none;stroke:\(TrajectoryChart.frontStyle.color);stroke-width:1.6",
      ])
  }

  private func path(_ series: Series, _ frame: PlotFrame) -> Markup {
    let places = series.path.map { (x: frame.x.position($0.x), y: frame.y.position($0.y)) }
    return tag("g", ["data-series": series.style.identifier]) {
      if places.count > 1 {
        tag(
          "path",
          [
            "d": pathData(places), "stroke-linejoin": "round",
            "stroke-dasharray": series.style.dash,
            "style": "fill:none;stroke:\(series.style.color);stroke-width:1.8",
          ])
      }
      series.ends.map { end in
        marker(
          series.style, x: frame.x.position(end.x), y: frame.y.position(end.y), radius: 3,
          opacity: 0.6)
      }
      if let last = places.last, !series.isFit {
        marker(series.style, x: last.x, y: last.y, radius: 4.4)
      }
    }
  }

  /// Names beside the ends, where there is free room; the legend names all of them in any case.
  private func labels(_ shown: [Series], _ frame: PlotFrame) -> Markup {
    let ends = shown.map { one in
      one.isFit
        ? nil
        : one.path.last.map { (x: frame.x.position($0.x), y: frame.y.position($0.y)) }
    }
    let obstacles = shown.flatMap { one in
      (one.path + one.ends).map { (x: frame.x.position($0.x), y: frame.y.position($0.y)) }
    }
    var taken = ends.compactMap { end in
      end.map { LabelBox(x: $0.x - 6, y: $0.y - 6, width: 12, height: 12) }
    }
    let bounds = LabelBox(
      x: frame.left, y: frame.top - 6, width: frame.width + 14, height: frame.height + 6)
    return Markup(
      shown.indices.map { index in
        guard let end = ends[index] else { return .empty }
        let width = textWidth(shown[index].name, size: ChartMetrics.smallFontSize)
        let candidates = LabelBox.candidates(beside: end, width: width, height: 13)
        let free = candidates.filter { box in
          bounds.contains(box) && !taken.contains { $0.overlaps(box) }
        }.map { box in (box, obstacles.count { box.contains($0) }) }
        guard let (box, covered) = free.min(by: { $0.1 < $1.1 }), covered <= 2 else {
          return .empty
        }
        taken.append(box)
        return tag("g", ["data-series": shown[index].style.identifier]) {
          label(shown[index].name, x: box.x, y: box.y + 10, style: .small)
        }
      })
  }
}
