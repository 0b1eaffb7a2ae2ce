extension RunPage {
  /// Those of the metrics that matter most first, what says only how the machine fared last.
  private var prefixes: [String] {
    let telling = content.keyMetrics.compactMap(curve).map(\.prefix)
    let last = ["", "timing", "memory"].filter { !telling.contains($0) }
    let rest = content.metrics.map(\.prefix)
    let ordered =
      telling + rest.filter { !last.contains($0) } + last.filter { rest.contains($0) }
    return ordered.reduce(into: []) { prefixes, prefix in
      if !prefixes.contains(prefix) { prefixes.append(prefix) }
    }
  }

  /// All curves, by the first part of their names.
  var metricSections: [Page.Section] {
    prefixes.enumerated().map { place, prefix in
      Page.Section("metrics-\(place + 1)", prefix.isEmpty ? "General" : prefix) {
        tag("div", ["class": "grid small"]) {
          MetricFigure.figures(of: content.metrics.filter { $0.prefix == prefix }).map(\.markup)
        }
      }
    }
  }

  /// Rewards against √KL: what was bought by moving away from the reference.
  var distanceSections: [Page.Section] {
    guard let divergence = curve("objective/kl") else { return [] }
    let series = [("score", "objective/scores", 0), ("gold", "hack/gold_reward", 3)]
      .compactMap { name, metric, style in
        curve(metric).map { reward in
          TrajectoryChart.Series(
            name: name, style: .numbered(style), path: path(divergence, reward), ends: [])
        }
      }.filter { !$0.path.isEmpty }
    guard !series.isEmpty else { return [] }
    let chart = TrajectoryChart(
      text: ChartText(
        title: "Reward against √KL", summary: "One path through training; the marker is its end.",
        horizontal: "√KL from the reference (√nats per sequence)", vertical: "reward"),
      series: series)
    return [
      Page.Section("distance", "Reward against distance", short: "Distance") {
        tag("p") {
          "How much reward was bought for how much movement away from the reference. A score that rises while "
            + "the gold reward falls is reward hacking."
        }
        tag("div", ["class": "grid"]) {
          figure("Reward against √KL", "markers are the ends", svg: chart.svg)
        }
      }
    ]
  }

  /// Estimates of KL below zero count as zero; only steps that have both numbers.
  private func path(_ divergence: MetricCurve, _ reward: MetricCurve) -> [TrajectoryChart.Point] {
    let roots = divergence.points.map {
      CurvePoint(step: $0.step, value: max(0, $0.value).squareRoot())
    }
    let common = Set(finiteSteps(roots)).intersection(finiteSteps(reward.points))
    let (horizontal, vertical) = (
      roots.filter { common.contains($0.step) },
      reward.points.filter { common.contains($0.step) }
    )
    return Band.joined(Band([horizontal], limit: 60), Band([vertical], limit: 60))
  }

  private func finiteSteps(_ points: [CurvePoint]) -> [Double] {
    points.filter(\.value.isFinite).map(\.step)
  }
}
