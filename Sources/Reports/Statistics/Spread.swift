/// From where to where values lie along a curve, to be drawn as an area behind it.
public struct Spread: Hashable, Sendable {
  /// The range at one step.
  public struct Point: Hashable, Sendable {
    /// The step.
    public var step: Double
    /// The smallest value.
    public var lower: Double
    /// The greatest value.
    public var upper: Double
  }

  /// The ranges, by ascending step.
  public let points: [Point]

  /// No area.
  public static let none = Spread(points: [])

  private init(points: [Point]) {
    self.points = points
  }

  /// The extremes within the stretches that `Band` averages; nothing for a curve that is drawn value by value.
  public init(within curve: [CurvePoint], limit: Int = 160) {
    let finite = curve.filter { $0.value.isFinite && $0.step.isFinite }
    let stretches = Stretches(steps: finite.map(\.step), limit: limit)
    points = (stretches?.grouped(finite) ?? []).compactMap { step, values in
      values.min().flatMap { low in
        values.max().map { Point(step: step, lower: low, upper: $0) }
      }
    }
  }

  /// The area between two curves, such as a minimum and a maximum, at the steps that both have.
  public init(from lower: [CurvePoint], to upper: [CurvePoint]) {
    let (low, high) = (Band([lower]), Band([upper]))
    let tops = Dictionary(high.points.map { ($0.step, $0.summary.mean) }, uniquingKeysWith: { $1 })
    points = low.points.compactMap { point in
      guard let bottom = point.summary.mean, let top = tops[point.step] ?? nil else { return nil }
      return Point(step: point.step, lower: bottom, upper: top)
    }
  }
}
