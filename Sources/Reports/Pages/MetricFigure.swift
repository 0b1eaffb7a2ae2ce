/// A curve and the two that go with it: `mean_reward` is drawn between `min_reward` and `max_reward`.
struct MetricFigure {
  let metric: MetricCurve
  let lower: MetricCurve?
  let upper: MetricCurve?

  /// One figure for each metric; those that are another's lower or upper end have none of their own.
  static func figures(of metrics: [MetricCurve]) -> [MetricFigure] {
    let byName = Dictionary(metrics.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let figures = metrics.map { metric in
      let ends = ["min", "max"].map { end in
        metric.name.firstRange(of: "mean").flatMap {
          byName[metric.name[..<$0.lowerBound] + end + metric.name[$0.upperBound...]]
        }
      }
      guard let lower = ends[0], let upper = ends[1] else {
        return MetricFigure(metric: metric, lower: nil, upper: nil)
      }
      return MetricFigure(metric: metric, lower: lower, upper: upper)
    }
    let drawn = Set(figures.flatMap { [$0.lower?.name, $0.upper?.name] })
    return figures.filter { !drawn.contains($0.metric.name) }
  }

  /// The area behind the curve: up to the two others, or the extremes of what was averaged to fit.
  var spread: Spread {
    guard let lower, let upper else { return Spread(within: metric.points) }
    return Spread(from: lower.points, to: upper.points)
  }

  /// What three metrics span together; the curve's own range otherwise.
  private func range(_ spread: Spread) -> ClosedRange<Double>? {
    guard lower != nil, !spread.points.isEmpty else { return nil }
    return Ticks.range(of: spread.points.flatMap { [$0.lower, $0.upper] })
  }

  var markup: Markup {
    let rejected = metric.points.count { !$0.value.isFinite }
    let spread = spread
    let note =
      (rejected > 0 ? "\(rejected) values were not finite and are left out. " : "")
      + (lower.map { "Shaded from \($0.name) to \(upper?.name ?? ""). " } ?? "")
      + (lower == nil && !spread.points.isEmpty
        ? "Averaged; shaded where the single values lie. " : "")
    let last = NumberFormat.significant(metric.points.last?.value)
    let chart = LineChart(
      text: ChartText(
        title: metric.name, summary: "Last value \(last). \(note)\(metric.explanation)",
        horizontal: "step", vertical: ""),
      series: [
        LineChart.Series(
          name: metric.name, style: .numbered(3), band: Band([metric.points]), spread: spread)
      ], range: range(spread), size: .small)
    let caption = note + metric.explanation
    return figure(metric.name, caption.isEmpty ? nil : caption, svg: chart.svg)
  }
}
