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
}
