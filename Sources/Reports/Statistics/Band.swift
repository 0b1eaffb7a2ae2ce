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
    members = []
    guard let first, let last, level.count > 0 else {
      points = []
      return
    }
    points = (first == last ? [first] : [first, last]).map { Point(step: $0, summary: level) }
  }

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
    let steps = Set(curves.joined().map(\.step))
    guard steps.count > limit, let first = steps.min(), let last = steps.max() else {
      return curves
    }
    let width = (last - first) / Double(limit)
    return curves.map { curve in
      let stretches = Dictionary(grouping: curve) { point in
        min(limit - 1, Int((point.step - first) / width))
      }
      return stretches.keys.sorted().compactMap { stretch in
        Summary((stretches[stretch] ?? []).map(\.value)).mean.map { mean in
          CurvePoint(step: first + (Double(stretch) + 0.5) * width, value: mean)
        }
      }
    }
  }
}
