extension HoneypotPage {
  /// Curves over training, and rewards against the distance from the base.
  var curveSections: [Page.Section] {
    let metrics: [HoneypotMetric] = [
      .honeypotRate, .proxyReward, .goldReward, .divergence, .entropy,
    ]
    return [
      Page.Section("curves", "During training", short: "Training") {
        tag("p") {
          "Mean over seeds with the 95\u{202F}% interval of the mean as a band; of two seeds, both lines."
        }
        seriesKey(content.methodNames.map { ($0, content.style(of: $0)) }, of: "method")
        tag("div", ["class": "grid"]) {
          metrics.map { metric in content.forms.map { curveFigure(metric, $0) } }.map(Markup.init)
        }
      },
      Page.Section("distance", "Reward against distance from the base", short: "Distance") {
        tag("p") {
          "How much reward each method bought for how much movement away from the base policy. Lines follow the mean "
            + "over seeds through training; the large marker is its end, the small ones are the single seeds."
        }
        tag("div", ["class": "grid"]) {
          [HoneypotMetric.goldReward, .proxyReward]
            .map { metric in content.forms.map { trajectoryFigure(metric, $0) } }.map(Markup.init)
        }
      },
    ]
  }

  /// The final values of every seed.
  var intervalSection: Page.Section {
    let metrics: [HoneypotMetric] = [.honeypotRate, .goldReward, .proxyReward]
    return Page.Section("final", "After training, seed by seed", short: "Seeds") {
      tag("p") {
        "Large markers are means, bars their 95\u{202F}% intervals (from three seeds on), dots the single seeds. The dashed line is the mean "
          + "of \(content.task.baseMethod)."
      }
      tag("div", ["class": "grid"]) {
        metrics.map { metric in content.forms.map { intervalFigure(metric, $0) } }.map(Markup.init)
      }
    }
  }

  private func curveFigure(_ metric: HoneypotMetric, _ form: HoneypotForm) -> Markup {
    let bands = form.methods.map { ($0, $0.band(metric)) }
    let steps = bands.flatMap { $0.1.points.map(\.step) }
    let series = bands.map { method, band in
      // What does not train has no curve; its value is a level line to compare with.
      let level = Band(level: method.final(metric), from: steps.min(), to: steps.max())
      return LineChart.Series(
        name: method.name, style: content.style(of: method.name),
        band: band.points.isEmpty ? level : band)
    }.filter { !$0.band.points.isEmpty }
    let ends = series.compactMap { one in
      one.band.points.last.map { "\(one.name) \(NumberFormat.significant($0.summary.mean))" }
    }
    let chart = LineChart(
      text: ChartText(
        title: "\(metric.title) during training, \(form.name)",
        summary: "At the end: " + (ends.isEmpty ? "no data" : ends.joined(separator: ", ")) + ".",
        horizontal: "step", vertical: metric.axis),
      series: series, range: metric.range)
    return figure(metric.title, form.name, svg: chart.svg)
  }

  private func trajectoryFigure(_ metric: HoneypotMetric, _ form: HoneypotForm) -> Markup {
    let series = form.methods.map { method in
      let ends = method.ends(of: metric)
      // The base does not train; its place is the mean of its seeds.
      let path = method.path(of: metric)
      let place = TrajectoryChart.Point(
        x: Summary(ends.map(\.x)).mean ?? .nan, y: Summary(ends.map(\.y)).mean ?? .nan)
      return TrajectoryChart.Series(
        name: method.name, style: content.style(of: method.name),
        path: path.isEmpty ? [place] : path, ends: ends)
    }
    let chart = TrajectoryChart(
      text: ChartText(
        title: "\(metric.title) against √KL, \(form.name)",
        summary: "One path per method through training, with the end point of each seed.",
        horizontal: "√KL from base (√nats per sequence)", vertical: metric.axis),
      series: series)
    return figure("\(metric.title) against √KL", form.name, svg: chart.svg)
  }

  private func intervalFigure(_ metric: HoneypotMetric, _ form: HoneypotForm) -> Markup {
    let rows = form.methods.map { method in
      IntervalChart.Row(
        name: method.name, style: content.style(of: method.name), summary: method.final(metric))
    }
    let base = form.methods.first { $0.name == content.task.baseMethod }
    let estimates = rows.map { "\($0.name) \(NumberFormat.estimate($0.summary))" }
    let chart = IntervalChart(
      text: ChartText(
        title: "\(metric.title) after training, \(form.name)",
        summary: estimates.joined(separator: "; ") + ".", horizontal: metric.axis, vertical: ""),
      rows: rows, range: metric.range.map { $0.lowerBound - 0.03...$0.upperBound + 0.03 },
      reference: base?.final(metric).mean)
    return figure(metric.title, form.name, svg: chart.svg)
  }
}
