extension RunPage {
  /// The state, what to know at first sight, and the numbers that matter most.
  var overviewSection: Page.Section {
    Page.Section("overview", "Overview") {
      if !content.state.isEmpty || !content.facts.isEmpty {
        tag("div", ["class": "card"]) {
          if !content.state.isEmpty { tag("span", ["class": "badge"]) { content.state } }
          tag("dl") {
            content.facts.map { fact in
              Markup([tag("dt") { fact.name }, tag("dd") { fact.value }])
            }
          }
        }
      }
      if content.metrics.isEmpty { tag("p") { "No metrics were recorded." } }
      tag("div", ["class": "tiles"]) { content.keyMetrics.compactMap(curve).map(tile) }
    }
  }

  private func tile(_ metric: MetricCurve) -> Markup {
    let values = metric.points.map(\.value)
    return tag("div", ["class": "card tile"]) {
      tag("h3") { metric.name }
      tag("p", ["class": "big"]) { NumberFormat.significant(values.last) }
      sparkline(metric)
      tag("p", ["class": "note"]) {
        values.count > 1 ? "at first \(NumberFormat.significant(values.first))" : "one value"
      }
    }
  }

  private func sparkline(_ metric: MetricCurve) -> Markup {
    Markup(
      verbatim: SparklineDrawing(
        values: Band([metric.points]).points.compactMap(\.summary.mean), style: .numbered(3),
        title: metric.name
      ).svg)
  }

  /// First, last and extreme values of every metric.
  var numberSections: [Page.Section] {
    guard !content.metrics.isEmpty else { return [] }
    return [
      Page.Section("numbers", "All numbers", short: "Numbers") {
        tag("details", ["class": "card"]) {
          tag("summary") { "\(content.metrics.count) metrics: first, last, lowest, highest" }
          tag(
            "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": "Numbers"]
          ) { numberTable }
        }
      }
    ]
  }

  private var numberTable: Markup {
    tag("table") {
      tag("thead") {
        tag("tr") {
          tag("th", ["scope": "col"]) { "Metric" }
          tag("th", ["scope": "col"]) { "Over the run" }
          ["First", "Last", "Lowest", "Highest"].map { title in
            tag("th", ["scope": "col", "class": "number"]) { title }
          }
        }
      }
      tag("tbody") {
        content.metrics.map { metric in
          let values = metric.points.map(\.value)
          let finite = values.filter(\.isFinite)
          return tag("tr") {
            tag("th", ["scope": "row"]) { metric.name }
            tag("td") { sparkline(metric) }
            [values.first, values.last, finite.min(), finite.max()].map { value in
              tag("td", ["class": "number"]) { NumberFormat.significant(value) }
            }
          }
        }
      }
    }
  }
}
