/// A function of two variables as coloured levels with lines, and paths that runs took across it.
public struct SurfaceChart: Sendable {
  /// The levels that are told apart by colour, from `lower` to `upper` in equal steps.
  public struct Levels: Hashable, Sendable {
    /// The range of the colour bar.
    public var range: ClosedRange<Double>
    /// The distance between level lines.
    public var step: Double
    /// The value at which nothing happens; it gets the neutral colour.
    public var middle: Double

    /// Makes levels.
    public init(range: ClosedRange<Double>, step: Double, middle: Double) {
      precondition(step > 0, "level lines need a distance")
      self.range = range
      self.step = step
      self.middle = middle
    }
  }

  /// The words.
  public var text: ChartText
  /// The colours' scale.
  public var levels: Levels
  /// Paths over the surface, in the surface's own variables.
  public var paths: [TrajectoryChart.Series]
  /// The function, on the unit square.
  public var function: @Sendable (_ x: Double, _ y: Double) -> Double

  /// Makes a chart of a function on the unit square.
  public init(
    text: ChartText, levels: Levels, paths: [TrajectoryChart.Series] = [],
    function: @escaping @Sendable (_ x: Double, _ y: Double) -> Double
  ) {
    self.text = text
    self.levels = levels
    self.paths = paths
    self.function = function
  }

  /// The drawing.
  public var svg: String {
    let side = 300.0
    let frame = PlotFrame(
      left: 38, top: 26, width: side + 20, height: side - 40, horizontal: 0...1, vertical: 0...1)
    let contours = Contours(x: 0...1, y: 0...1, count: 36, function: function)
    let shown = paths.filter { !$0.path.isEmpty }
    let legend = Legend(
      entries: shown.map { .init(name: $0.name, style: $0.style) },
      width: ChartMetrics.width - frame.left)
    return drawing(text, height: frame.bottom + 44 + legend.height) {
      filled(contours, frame)
      isolines(contours, frame)
      frame.axes(text, grid: .none)
      shown.map { path($0, frame) }
      colorBar(frame)
      legend.markup(x: frame.left, y: frame.bottom + 46)
    }
  }

  private var steps: [Double] {
    let count = Int(((levels.range.upperBound - levels.range.lowerBound) / levels.step).rounded())
    return (0...max(1, count)).map { levels.range.lowerBound + Double($0) * levels.step }
  }

  /// The colour of values from `lower` to the next level.
  private func color(from lower: Double) -> String {
    let reach = max(
      levels.range.upperBound - levels.middle, levels.middle - levels.range.lowerBound)
    let position = (lower + levels.step / 2 - levels.middle) / reach
    return DivergingColors.color(
      step: Int((position * Double(DivergingColors.reach)).rounded(.toNearestOrAwayFromZero)))
  }

  /// Painted from the lowest level up, each area over the one before.
  private func filled(_ contours: Contours, _ frame: PlotFrame) -> Markup {
    tag("g", ["shape-rendering": "crispEdges"]) {
      tag(
        "rect",
        [
          "x": coordinate(frame.left), "y": coordinate(frame.top),
          "width": coordinate(frame.width), "height": coordinate(frame.height),
          "style": "fill:\(color(from: levels.range.lowerBound))",
        ])
      steps.dropFirst().dropLast().map { level in
        let data = contours.areas(atLeast: level).map { polygon in
          pathData(polygon.map { (frame.x.position($0.x), frame.y.position($0.y)) }) + "Z"
        }
        return tag("path", ["d": data.joined(), "style": "fill:\(color(from: level))"])
      }
    }
  }

  private func isolines(_ contours: Contours, _ frame: PlotFrame) -> Markup {
    Markup(
      steps.dropFirst().dropLast().map { level in
        let data = contours.lines(at: level).map { piece in
          pathData([
            (frame.x.position(piece.from.x), frame.y.position(piece.from.y)),
            (frame.x.position(piece.to.x), frame.y.position(piece.to.y)),
          ])
        }
        let isMiddle = abs(level - levels.middle) < levels.step / 2
        return tag(
          "path",
          [
            "d": data.joined(), "stroke-linecap": "round",
            "style": "fill:none;stroke:var(--isoline,#374151);stroke-width:\(isMiddle ? 1.4 : 0.6)",
            "opacity": isMiddle ? "0.9" : "0.45",
          ])
      })
  }

  private func path(_ series: TrajectoryChart.Series, _ frame: PlotFrame) -> Markup {
    let places = series.path.map { (x: frame.x.position($0.x), y: frame.y.position($0.y)) }
    return tag("g", ["data-series": series.style.identifier]) {
      if places.count > 1 {
        // A wide line in the page's colour below keeps the path apart from any level's colour.
        tag(
          "path",
          [
            "d": pathData(places), "stroke-linejoin": "round",
            "style": "fill:none;stroke:var(--surface,#fff);stroke-width:4.5", "opacity": "0.85",
          ])
        tag(
          "path",
          [
            "d": pathData(places), "stroke-linejoin": "round",
            "style": "fill:none;stroke:\(series.style.color);stroke-width:2",
          ])
      }
      if let last = places.last {
        marker(series.style, x: last.x, y: last.y, radius: 5, tooltip: series.name)
      }
    }
  }

  private func colorBar(_ frame: PlotFrame) -> Markup {
    let y = Scale(domain: levels.range, start: frame.bottom, end: frame.top)
    let left = frame.right + 18
    let named = steps.enumerated().filter { $0.offset.isMultiple(of: steps.count > 7 ? 2 : 1) }
    return Markup([
      Markup(
        steps.dropLast().map { level in
          tag(
            "rect",
            [
              "x": coordinate(left), "y": coordinate(y.position(level + levels.step)),
              "width": "12",
              "height": coordinate(y.position(level) - y.position(level + levels.step)),
              "style": "fill:\(color(from: level))", "shape-rendering": "crispEdges",
            ])
        }),
      Markup(
        named.map { step in
          label(
            NumberFormat.fixed(step.element, decimals: levels.step < 0.1 ? 2 : 1), x: left + 18,
            y: y.position(step.element) + 3.8, style: .quiet)
        }),
    ])
  }
}
