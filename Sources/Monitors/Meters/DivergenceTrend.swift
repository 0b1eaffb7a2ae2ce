/// How fast a policy leaves its reference, and whether ever faster.
///
/// Over the mean KL of a stretch of steps: the velocity is the slope of the line with the least squares, the acceleration the second derivative of the parabola with the
/// least squares (A. Savitzky and M. Golay, Smoothing and differentiation of data by simplified least squares procedures, 1964). Both are linear in the values: noise of standard deviation
/// s at n successive steps leaves s·√(12/n³) in the first and about s·√(720/n⁵) in the second.
public struct DivergenceTrend: Hashable, Sendable {
  /// In nats per step.
  public let velocity: Double
  /// In nats per step².
  public let acceleration: Double

  /// The trend of a stretch; nil for fewer than three different steps, or where a value is not finite.
  ///
  /// - Parameters:
  ///   - steps: The numbers of the steps.
  ///   - divergences: The mean KL at each in nats.
  public init?(steps: [Int], divergences: [Double]) {
    guard let trend = Trend(steps: steps, values: divergences), let curvature = trend.curvature
    else { return nil }
    velocity = trend.slope
    acceleration = 2 * curvature
  }
}
