/// How one series looks, told apart by colour, by dash and by marker, so that none of them is needed alone.
///
/// The colours are Okabe and Ito's, which stay distinct in the common colour-vision deficiencies; yellow is left out,
/// because it vanishes on white. A page sets the variables `--series-…` for its themes; a chart alone uses the fallback.
public struct SeriesStyle: Hashable, Sendable {
  /// The shape at points and ends.
  public enum Marker: Hashable, Sendable, CaseIterable {
    /// A disc.
    case circle
    /// A square.
    case square
    /// A triangle, tip up.
    case triangle
    /// A square on its tip.
    case diamond
    /// A triangle, tip down.
    case invertedTriangle
    /// A plus sign.
    case plus
  }

  /// The CSS colour.
  public let color: String
  /// The SVG dash pattern; nil for a solid line.
  public let dash: String?
  /// The marker.
  public let marker: Marker
  /// What scripts and styles call the series.
  let identifier: String

  /// The style for what others are compared with: grey, dotted, in the background.
  public static let baseline = SeriesStyle(
    color: "var(--series-base,#6b7280)", dash: "1.5 3.5", marker: .circle, identifier: "base")

  /// The style of the series with the given place in its report, from 0; it repeats colours only after six.
  public static func numbered(_ index: Int) -> SeriesStyle {
    let place = ((index % colors.count) + colors.count) % colors.count
    // The second round gets other dashes and markers with the same colours.
    let round = max(0, index) / colors.count
    return SeriesStyle(
      color: "var(--series-\(place + 1),\(colors[place].light))",
      dash: dashes[(place + round) % dashes.count],
      marker: Marker.allCases[(place + round) % Marker.allCases.count], identifier: "\(index + 1)")
  }

  static let colors: [(light: String, dark: String)] = [
    ("#c2410c", "#f08a5d"), ("#b7791f", "#e9b44c"), ("#a3488a", "#d98cc3"),
    ("#0b63a5", "#5aa9e6"), ("#3a93c4", "#8fd0f0"), ("#0a8062", "#3cc39b"),
  ]

  private static let dashes: [String?] = [nil, "7 3", "2.5 2.5", nil, "9 3 2 3", "5 2"]

  /// The marker's outline around a point.
  func markerPath(x: Double, y: Double, radius: Double) -> String {
    func polygon(_ corners: [(Double, Double)]) -> String {
      pathData(corners.map { (x + $0.0 * radius, y + $0.1 * radius) }) + "Z"
    }
    switch marker {
    case .circle:
      let r = coordinate(radius)
      let across = coordinate(2 * radius)
      return "M\(coordinate(x - radius)) \(coordinate(y))"
        + "a\(r) \(r) 0 1 0 \(across) 0a\(r) \(r) 0 1 0 -\(across) 0Z"
    case .square: return polygon([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)])
    case .triangle: return polygon([(0, -1.15), (1.1, 0.85), (-1.1, 0.85)])
    case .diamond: return polygon([(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)])
    case .invertedTriangle: return polygon([(0, 1.15), (1.1, -0.85), (-1.1, -0.85)])
    case .plus:
      return polygon([
        (-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4), (0.4, 1.2),
        (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4),
      ])
    }
  }
}
