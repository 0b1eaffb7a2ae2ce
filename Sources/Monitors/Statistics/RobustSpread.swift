/// Where values lie and how far they scatter, undisturbed by a few wild ones.
public struct RobustSpread: Codable, Hashable, Sendable {
  /// The median.
  public let centre: Double
  /// 1.4826·median |x − centre|, the standard deviation where values are normal.
  public let deviation: Double

  /// The centre and spread of values; nil for none, or where one is not finite.
  ///
  /// The median absolute deviation with the factor 1/Φ⁻¹(¾) (F. Hampel, The influence curve and its role in robust estimation, 1974,
  /// section 5.2). Half of the values may be anything before it breaks down.
  public init?(_ values: [Double]) {
    guard let centre = quantile(0.5, of: values),
      let deviation = quantile(0.5, of: values.map { abs($0 - centre) })
    else { return nil }
    self.centre = centre
    self.deviation = 1.482_602_218_505_602 * deviation
  }
}

/// The value below which a share of values lies, linear between neighbours.
///
/// x₍ᵢ₎ + (h − i)(x₍ᵢ₊₁₎ − x₍ᵢ₎) with h = (n − 1)·share, i = ⌊h⌋, counted from 0: type 7 of R. Hyndman and Y. Fan, Sample quantiles in statistical
/// packages, 1996.
///
/// - Parameters:
///   - share: From 0 to 1.
///   - values: The values, in any order.
/// - Returns: The quantile; nil for no values, or where one is not finite.
public func quantile(_ share: Double, of values: [Double]) -> Double? {
  precondition((0...1).contains(share), "a share lies between 0 and 1")
  guard !values.isEmpty, values.allSatisfy(\.isFinite) else { return nil }
  let sorted = values.sorted()
  let place = Double(sorted.count - 1) * share
  let below = Int(place)
  let above = min(below + 1, sorted.count - 1)
  return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
}
