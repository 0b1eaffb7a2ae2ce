extension MethodComparisonPage {
  /// Each method by itself: what it is, what it fell into, and its curves.
  var storySections: [Page.Section] {
    guard !content.methods.isEmpty else { return [] }
    return [
      Page.Section("methods", "Method by method", short: "Methods") {
        tag("p") {
          "Curves are means over tasks, with the 95\u{202F}% interval over seeds as a band: full line the holes, dashed the controls."
        }
        panels(
          "methods", purpose: "Choose a method",
          content.methods.map { ($0.name, content.style(of: $0.name), story($0)) })
      }
    ]
  }

  private func story(_ method: MethodComparison.Method) -> Markup {
    Markup([
      tag("div", ["class": "grid"]) {
        tag("div", ["class": "card"]) {
          tag("p", ["class": "eyebrow"]) { "What it is" }
          if !method.explanation.isEmpty { tag("p") { method.explanation } }
          tag("dl") {
            method.settings.map { setting in
              Markup([tag("dt") { setting.name }, tag("dd") { setting.value }])
            }
          }
        }
        tag("div", ["class": "card"]) {
          tag("p", ["class": "eyebrow"]) { "What became of it" }
          tag("ul", ["class": "methods tasks"]) {
            content.outcomes(of: method.name).map { outcome($0, method.name) }
          }
        }
      },
      tag("div", ["class": "grid small"]) {
        MethodMetric.allCases.map { chart($0, of: method.name) }
      },
    ])
  }

  private func outcome(_ outcome: HoleOutcome, _ method: String) -> Markup {
    let rate = results.estimate(.hackRate, of: method, in: .task(outcome.hole))
    let failures = content.runs(of: method, on: outcome.hole).compactMap(\.failure)
    return tag("li") {
      tag("b") { outcome.hole }
      tag("span", ["class": badgeClass(outcome.kind)]) { outcome.badge }
      if rate.value != nil || !failures.isEmpty {
        tag("p") {
          if rate.value != nil { "Hack rate \(MethodMetric.hackRate.text(rate)). " }
          failures.map { "A seed diverged: \($0). " }.joined()
        }
      }
    }
  }

  private func badgeClass(_ kind: HoleOutcome.Kind) -> String {
    switch kind {
    case .fell: "badge bad"
    case .divided: "badge caution"
    case .stayedOut: "badge good"
    case .unknown: "badge"
    }
  }

  private func chart(_ metric: MethodMetric, of method: String) -> Markup {
    let look = content.style(of: method)
    let parts: [(String, MethodComparison.Scope, SeriesStyle)] = [
      ("controls", .controls, look.drawn(dash: "5 3", marker: .square)),
      ("holes", .holes, look.drawn(dash: nil, marker: .circle)),
    ]
    let series = parts.compactMap { name, scope, style -> LineChart.Series? in
      let curves = content.seedCurves(metric, of: method, in: scope).map { curve in
        curve.map { CurvePoint(step: $0.step, value: $0.value * metric.factor) }
      }
      return curves.isEmpty
        ? nil : LineChart.Series(name: name, style: style, band: Band(curves))
    }
    guard !series.isEmpty else { return .empty }
    let ends = series.compactMap { one in
      one.band.points.last.map { "\(one.name) \(NumberFormat.significant($0.summary.mean))" }
    }
    let title = metric.title + (metric.isPercentage ? ", %" : "")
    let chart = LineChart(
      text: ChartText(
        title: "\(title), \(method)", summary: "At the end: \(ends.joined(separator: ", ")).",
        horizontal: "step", vertical: ""),
      series: series,
      range: metric.isPercentage ? 0...100 : metric.range, size: .small)
    return figure(title, nil, svg: chart.svg)
  }
}

extension SeriesStyle {
  /// The same colour with another line and marker, for parts of one series.
  func drawn(dash: String?, marker: Marker) -> SeriesStyle {
    SeriesStyle(color: color, dash: dash, marker: marker, identifier: identifier)
  }
}
