import Foundation

/// Round numbers to mark along an axis: steps of 1, 2 or 5 times a power of ten.
public struct Ticks: Hashable, Sendable {
  /// The distance between neighbours; 0 for powers of ten, whose distances differ.
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

  /// Marks the powers of ten inside a range above zero; where there are fewer than two, chooses as for differences.
  ///
  /// Of many powers every second, third, … is marked, so that about `count` are left.
  public init(coveringLogarithmic range: ClosedRange<Double>, about count: Int = 5) {
    let slack = 1e-9
    let exponents =
      range.lowerBound > 0 && range.upperBound.isFinite
      ? (low: log10(range.lowerBound) - slack, high: log10(range.upperBound) + slack)
      : (low: 0, high: 0)
    let first = Int(exponents.low.rounded(.up))
    let last = Int(exponents.high.rounded(.down))
    guard last > first else {
      self.init(covering: range, about: count)
      return
    }
    let stride = max(1, Int((Double(last - first) / Double(max(1, count))).rounded(.up)))
    self.init(
      step: 0,
      values: Swift.stride(from: first, through: last, by: stride).map { pow(10, Double($0)) })
  }

  private init(step: Double, values: [Double]) {
    self.step = step
    self.values = values
  }

  /// The label of a tick, with the same count of decimals for all ticks of the axis.
  public func label(_ value: Double) -> String {
    // Powers of ten have each the decimals that they need themselves.
    if step == 0 {
      return value < 1e-3 || value >= 1e6
        ? NumberFormat.significant(value, digits: 1)
        : NumberFormat.fixed(value, decimals: max(0, -Int(log10(value).rounded())))
    }
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
