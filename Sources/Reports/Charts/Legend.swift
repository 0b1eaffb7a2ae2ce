/// The names of series with their line and marker, in as many rows as the width asks for.
struct Legend {
  private static let rowHeight = 17.0
  private static let swatch = 26.0
  private let places: [(entry: Entry, x: Double, row: Int)]
  private let hasLines: Bool

  /// A line of the drawing.
  struct Entry {
    var name: String
    var style: SeriesStyle
    var hasMarker = true
  }

  init(entries: [Entry], width: Double, hasLines: Bool = true) {
    self.hasLines = hasLines
    var x = 0.0
    var row = 0
    places = entries.map { entry in
      let needed = Legend.swatch + textWidth(entry.name, size: ChartMetrics.smallFontSize) + 16
      if x > 0, x + needed > width {
        x = 0
        row += 1
      }
      defer { x += needed }
      return (entry, x, row)
    }
  }

  var height: Double {
    places.isEmpty ? 0 : Double((places.last?.row ?? 0) + 1) * Legend.rowHeight + 2
  }

  func markup(x: Double, y: Double) -> Markup {
    Markup(
      places.map { place in
        let left = x + place.x
        let middle = y + Double(place.row) * Legend.rowHeight + 4
        return tag("g", ["data-series": place.entry.style.identifier]) {
          if hasLines {
            rule(
              left, middle, left + 20, middle, color: place.entry.style.color, width: 1.8,
              dash: place.entry.style.dash)
          }
          if place.entry.hasMarker {
            marker(place.entry.style, x: left + 10, y: middle, radius: 3.4)
          }
          label(place.entry.name, x: left + Legend.swatch, y: middle + 4, style: .small)
        }
      })
  }
}

/// The room that a label takes in a drawing.
struct LabelBox {
  let x: Double
  let y: Double
  let width: Double
  let height: Double

  func overlaps(_ other: LabelBox) -> Bool {
    x < other.x + other.width && other.x < x + width && y < other.y + other.height
      && other.y < y + height
  }

  func contains(_ other: LabelBox) -> Bool {
    other.x >= x && other.y >= y && other.x + other.width <= x + width
      && other.y + other.height <= y + height
  }

  func contains(_ point: (x: Double, y: Double)) -> Bool {
    point.x >= x && point.x <= x + width && point.y >= y && point.y <= y + height
  }

  /// Places around a point, in the order in which readers like them.
  static func candidates(
    beside point: (x: Double, y: Double), width: Double, height: Double
  ) -> [LabelBox] {
    let away = 8.0
    let offsets = [
      (away, -height / 2), (-away - width, -height / 2), (-width / 2, -away - height),
      (-width / 2, away), (away - 2, -height - 3), (away - 2, 3), (-width - away + 2, -height - 3),
      (-width - away + 2, 3),
    ]
    return offsets.map {
      LabelBox(x: point.x + $0.0, y: point.y + $0.1, width: width, height: height)
    }
  }
}
