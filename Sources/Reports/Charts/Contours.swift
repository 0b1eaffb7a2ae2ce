/// Level lines and the areas above them, of a function known on a regular grid.
///
/// Each cell is cut into two triangles on which the function is taken as linear; so areas and lines fit together
/// without the ambiguous cases of squares.
struct Contours {
  typealias Corner = (x: Double, y: Double, value: Double)
  /// Corners of a cell: lower left, lower right, upper right, upper left.
  private typealias Cell = [Corner]
  private let rows: [[Cell]]

  /// Samples `function` on (`count` + 1)² points of a rectangle; values that are not finite leave holes.
  init(
    x: ClosedRange<Double>, y: ClosedRange<Double>, count: Int,
    function: (Double, Double) -> Double
  ) {
    func place(_ index: Int, _ range: ClosedRange<Double>) -> Double {
      range.lowerBound + Double(index) / Double(count) * (range.upperBound - range.lowerBound)
    }
    let corners: [[Corner]] = (0...count).map { row in
      (0...count).map { column in
        let (px, py) = (place(column, x), place(row, y))
        return (px, py, function(px, py))
      }
    }
    rows = (0..<count).map { row -> [Cell] in
      let below = corners[row]
      let above = corners[row + 1]
      let cells = (0..<count).map { column -> Cell in
        [below[column], below[column + 1], above[column + 1], above[column]]
      }
      return cells.filter { cell in cell.allSatisfy { $0.value.isFinite } }
    }
  }

  /// The polygons that cover where the function is at least `level`.
  ///
  /// Neighbours in a row that lie above it entirely become one rectangle, which keeps the drawing small.
  func areas(atLeast level: Double) -> [[(x: Double, y: Double)]] {
    var polygons: [[(x: Double, y: Double)]] = []
    for row in rows {
      var run: Cell = []
      for cell in row {
        guard cell.allSatisfy({ $0.value >= level }) else {
          for triangle in triangles(cell) {
            let part = clipped(triangle, atLeast: level)
            if part.count > 2 { polygons.append(part.map { ($0.x, $0.y) }) }
          }
          continue
        }
        if !run.isEmpty, run[1].x == cell[0].x {
          run[1] = cell[1]
          run[2] = cell[2]
        } else {
          if !run.isEmpty { polygons.append(run.map { ($0.x, $0.y) }) }
          run = cell
        }
      }
      if !run.isEmpty { polygons.append(run.map { ($0.x, $0.y) }) }
    }
    return polygons
  }

  /// The pieces of the line where the function equals `level`.
  func lines(at level: Double) -> [(from: (x: Double, y: Double), to: (x: Double, y: Double))] {
    rows.joined().flatMap(triangles).compactMap { triangle in
      let crossings = edges(triangle).compactMap { crossing($0.0, $0.1, level) }
      guard crossings.count == 2 else { return nil }
      return ((crossings[0].x, crossings[0].y), (crossings[1].x, crossings[1].y))
    }
  }

  private func triangles(_ cell: Cell) -> [[Corner]] {
    [[cell[0], cell[1], cell[2]], [cell[0], cell[2], cell[3]]]
  }

  private func edges(_ triangle: [Corner]) -> [(Corner, Corner)] {
    triangle.indices.map { (triangle[$0], triangle[($0 + 1) % triangle.count]) }
  }

  private func crossing(_ a: Corner, _ b: Corner, _ level: Double) -> Corner? {
    guard (a.value >= level) != (b.value >= level) else { return nil }
    let share = (level - a.value) / (b.value - a.value)
    return (a.x + share * (b.x - a.x), a.y + share * (b.y - a.y), level)
  }

  private func clipped(_ triangle: [Corner], atLeast level: Double) -> [Corner] {
    edges(triangle).flatMap { edge -> [Corner] in
      (edge.0.value >= level ? [edge.0] : []) + [crossing(edge.0, edge.1, level)].compactMap { $0 }
    }
  }
}
