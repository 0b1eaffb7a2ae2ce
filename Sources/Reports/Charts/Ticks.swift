import Foundation

/// Round numbers to mark along an axis: steps of 1, 2 or 5 times a power of ten.
public struct Ticks: Hashable, Sendable {
  /// The distance between neighbours.
  public let step: Double
  /// The marked values, all inside the range.
  public let values: [Double]

  /// Chooses about `count` ticks inside a range.
  public init(covering range: ClosedRange<Double>, about count: Int = 5) {
    let raw = (range.upperBound - range.lowerBound) / Double(max(1, count))
    guard raw > 0, raw.isFinite else {
      step = 1
      values = [range.lowerBound]
      return
    }
    let magnitude = pow(10, log10(raw).rounded(.down))
    let residual = raw / magnitude
    // The borders are the geometric means of neighbouring choices.
    let factor =
      residual < 2.0.squareRoot()
      ? 1.0 : residual < 10.0.squareRoot() ? 2.0 : residual < 50.0.squareRoot() ? 5.0 : 10.0
    let step = factor * magnitude
    let slack = 1e-9
    let first = Int((range.lowerBound / step - slack).rounded(.up))
    let last = Int((range.upperBound / step + slack).rounded(.down))
    self.step = step
    values = first <= last ? (first...last).map { Double($0) * step } : [range.lowerBound]
  }

  /// The label of a tick, with the same count of decimals for all ticks of the axis.
  public func label(_ value: Double) -> String {
    let largest = values.map(abs).max() ?? 0
    if largest >= 1e6 || (largest > 0 && largest < 1e-3) {
      return NumberFormat.significant(value, digits: 2)
    }
    let decimals = max(0, -Int(log10(step * 1.000_001).rounded(.down)))
    return NumberFormat.fixed(value, decimals: decimals)
  }

  /// A range that holds all finite values with a little air, never empty.
  static func range(
    of values: some Sequence<Double>, padding: Double = 0.06
  ) -> ClosedRange<Double> {
    let finite = values.filter(\.isFinite).map { min(1e300, max(-1e300, $0)) }
    guard let low = finite.min(), let high = finite.max() else { return 0...1 }
    let span = high - low
    // A span of rounding noise would otherwise be blown up to a curve.
    if span <= 1e-9 * max(abs(low), abs(high)) {
      let half = low == 0 ? 0.5 : abs(low) * 0.1
      return (low - half)...(high + half)
    }
    return (low - span * padding)...(high + span * padding)
  }
}
