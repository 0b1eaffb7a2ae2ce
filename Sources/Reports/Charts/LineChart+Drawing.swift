extension LineChart {
  /// The area of the 95 % interval, or of the spread, over the stretch of steps that have one.
  func area(_ series: Series, _ frame: PlotFrame) -> Markup {
    let ends = series.area
    guard ends.count > 1 else { return .empty }
    let upper = ends.map { (x: frame.x.position($0.step), y: frame.y.position($0.upper)) }
    let lower = ends.reversed().map {
      (x: frame.x.position($0.step), y: frame.y.position($0.lower))
    }
    return tag(
      "path",
      [
        "d": pathData(upper + lower) + "Z", "data-series": series.style.identifier,
        "style": "fill:\(series.style.color)", "opacity": "0.11",
      ])
  }

  /// A level across the whole plot.
  func referenceLine(_ level: Reference, _ frame: PlotFrame) -> Markup {
    let place = frame.y.position(level.value)
    return tag("g", ["data-series": level.style.identifier]) {
      rule(
        frame.left, place, frame.right, place, color: level.style.color, width: 1.4,
        dash: SeriesStyle.baseline.dash)
    }
  }

  /// The seeds, if wanted, and the mean on top of them; of two seeds, both and no mean.
  func lines(_ series: Series, _ frame: PlotFrame) -> Markup {
    tag("g", ["data-series": series.style.identifier, "style": "stroke:\(series.style.color)"]) {
      if series.band.isPair {
        series.band.members.map { member in
          line(
            member.map { ($0.step, $0.value) }, frame, width: "1.5", opacity: nil,
            dash: series.style.dash)
        }
      } else if members == .faint {
        series.band.members.map { member in
          line(member.map { ($0.step, $0.value) }, frame, width: "0.8", opacity: "0.4", dash: nil)
        }
      }
      if !series.band.isPair {
        line(
          series.band.points.compactMap { point in point.summary.mean.map { (point.step, $0) } },
          frame, width: "2", opacity: nil, dash: series.style.dash)
      }
      if series.band.points.count == 1, self.series.count == 1 { loneMarker(series, frame) }
    }
  }

  /// A single point is no line; without a marker nothing would be seen.
  private func loneMarker(_ series: Series, _ frame: PlotFrame) -> Markup {
    guard let point = series.band.points.first, let mean = point.summary.mean else { return .empty }
    return marker(
      series.style, x: frame.x.position(point.step), y: frame.y.position(mean), radius: 4)
  }

  private func line(
    _ points: [(Double, Double)], _ frame: PlotFrame, width: String, opacity: String?, dash: String?
  ) -> Markup {
    guard points.count > 1 else { return .empty }
    return tag(
      "path",
      [
        "d": pathData(points.map { (frame.x.position($0.0), frame.y.position($0.1)) }),
        "style": "fill:none;stroke-width:\(width)", "opacity": opacity, "stroke-dasharray": dash,
        "stroke-linejoin": "round", "stroke-linecap": dash == nil ? "round" : nil,
      ])
  }
}
