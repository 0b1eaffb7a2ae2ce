extension LineChart {
  /// The names of series and levels at the right, each led to where its line ends.
  func endLabels(_ shown: [Series], _ levels: [Reference], _ frame: PlotFrame) -> Markup {
    let lines =
      (series.count > 1
        ? shown.map { one in
          End(
            name: one.name, style: one.style,
            x: frame.x.position(one.band.points.last?.step ?? 0),
            y: frame.y.position(one.band.points.last?.summary.mean ?? 0), isSeries: true)
        } : [])
      + levels.map { level in
        End(
          name: level.name, style: level.style, x: frame.right, y: frame.y.position(level.value),
          isSeries: false)
      }
    let heights = lines.map { min(frame.bottom, max(frame.top, $0.y)) }
    let places = LabelStack.positions(
      heights, gap: ChartMetrics.labelGap, within: frame.top...frame.bottom)
    return Markup(
      lines.indices.map { index in
        let line = lines[index]
        return tag("g", ["data-series": line.style.identifier]) {
          tag(
            "path",
            [
              "d": pathData([
                (line.x + 4, heights[index]), (frame.right + 8, places[index]),
                (frame.right + 13, places[index]),
              ]),
              "style": "fill:none;stroke:\(line.style.color);stroke-width:1",
              "stroke-dasharray": line.isSeries ? nil : line.style.dash, "opacity": "0.7",
            ])
          if line.isSeries { marker(line.style, x: line.x, y: heights[index], radius: 3.4) }
          label(
            line.name, x: frame.right + 17, y: places[index] + 4,
            style: line.isSeries ? .plain : .quiet)
        }
      })
  }

  private struct End {
    var name: String
    var style: SeriesStyle
    var x: Double
    var y: Double
    var isSeries: Bool
  }
}
