/// What a curve came to, in three numbers.
public struct CurveDigest: Hashable, Sendable {
  /// Which values are the better ones.
  public enum Direction: Hashable, Sendable {
    /// The greater.
    case rising
    /// The smaller.
    case falling
  }

  /// The last value, finite or not; nil for no values.
  public let last: Double?
  /// The best finite value and its step, the first of equal ones; nil where no direction is the better one.
  public let best: CurvePoint?
  /// The mean of the last tenth of the values, at least one; nil where none of them is finite.
  public let tail: Double?

  /// Digests a curve.
  public init(_ points: [CurvePoint], direction: Direction? = nil) {
    let ordered = points.sorted { $0.step < $1.step }
    last = ordered.last?.value
    tail = Summary(ordered.suffix((ordered.count + 9) / 10).map(\.value)).mean
    let finite = ordered.filter(\.value.isFinite)
    best =
      switch direction {
      case .rising:
        finite.reduce(nil) { best, point in
          best.map { $0.value >= point.value } == true ? best : point
        }
      case .falling:
        finite.reduce(nil) { best, point in
          best.map { $0.value <= point.value } == true ? best : point
        }
      case nil: nil
      }
  }
}
