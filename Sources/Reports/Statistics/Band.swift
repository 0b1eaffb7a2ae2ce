/// One value of a curve.
public struct CurvePoint: Codable, Hashable, Sendable {
  /// The training step, or whatever else runs along the curve.
  public var step: Double
  /// The value at that step.
  public var value: Double

  /// Makes a point of a curve.
  public init(step: Double, value: Double) {
    self.step = step
    self.value = value
  }
}

/// Several curves of the same thing, one per seed, seen as one curve with a band.
public struct Band: Hashable, Sendable {
  /// One step of the band.
  public struct Point: Hashable, Sendable {
    /// The step.
    public var step: Double
    /// The values of the members at this step.
    public var summary: Summary
  }

  /// The points, by ascending step; only steps with at least one finite value.
  public let points: [Point]
  /// The single curves, thinned like the band, non-finite values left out.
  public let members: [[CurvePoint]]

  /// Combines curves over the union of their steps.
  ///
  /// A curve with more than `limit` steps is averaged within `limit` equal stretches, each seed for itself first, so
  /// that the band stays a statement about seeds.
  public init(_ curves: [[CurvePoint]], limit: Int = 160) {
    let finite = curves.map { curve in
      curve.filter { $0.value.isFinite && $0.step.isFinite }.sorted { $0.step < $1.step }
    }
    members = Band.thinned(finite, limit: limit)
    var values: [Double: [Double]] = [:]
    for member in members {
      for point in member { values[point.step, default: []].append(point.value) }
    }
    points = values.keys.sorted().map { step in
      Point(step: step, summary: Summary(values[step] ?? []))
    }
  }

  /// A band of the same values at both ends of a stretch; empty where there are no values or there is no stretch.
  public init(level: Summary, from first: Double?, to last: Double?) {
    guard let first, let last, level.count > 0 else {
      (points, members) = ([], [])
      return
    }
    let steps = first == last ? [first] : [first, last]
    points = steps.map { Point(step: $0, summary: level) }
    members = level.values.map { value in steps.map { CurvePoint(step: $0, value: value) } }
  }

  /// Whether the curves are shown themselves, because an interval over two says nothing.
  var isPair: Bool { members.count == 2 }

  /// The same band at some steps only.
  func filtered(_ isIncluded: (_ step: Double) -> Bool) -> Band {
    Band(
      points: points.filter { isIncluded($0.step) },
      members: members.map { $0.filter { isIncluded($0.step) } })
  }

  private init(points: [Point], members: [[CurvePoint]]) {
    self.points = points
    self.members = members
  }

  private static func thinned(_ curves: [[CurvePoint]], limit: Int) -> [[CurvePoint]] {
    guard let stretches = Stretches(steps: curves.joined().map(\.step), limit: limit) else {
      return curves
    }
    return curves.map { curve in
      stretches.grouped(curve).compactMap { step, values in
        Summary(values).mean.map { CurvePoint(step: step, value: $0) }
      }
    }
  }
}
