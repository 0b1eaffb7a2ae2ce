import Foundation

/// A range that holds the true value with a stated confidence (95 % throughout this target).
public struct Interval: Codable, Hashable, Sendable {
  /// The lower end.
  public var lower: Double
  /// The upper end.
  public var upper: Double

  /// Makes the interval between two ends.
  public init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// Half the distance between the ends.
  public var halfWidth: Double { (upper - lower) / 2 }
}

/// What several seeds say about one number.
///
/// Values that are not finite are left out and counted, so that one diverged run can neither hide nor poison the rest.
public struct Summary: Codable, Hashable, Sendable {
  /// The finite values, in the order given.
  public let values: [Double]
  /// How many values were NaN or infinite.
  public let rejectedCount: Int

  /// Summarises values, one per seed.
  public init(_ values: some Sequence<Double>) {
    let all = Array(values)
    self.values = all.filter(\.isFinite)
    self.rejectedCount = all.count - self.values.count
  }

  /// t₀.₉₇₅ by degrees of freedom: a page asks for thousands of intervals over the same few counts of seeds.
  private static let factors =
    [.nan] + (1...100).map { StudentT(degreesOfFreedom: Double($0)).quantile(0.975) }

  /// How many finite values there are.
  public var count: Int { values.count }

  /// The arithmetic mean; nil without values.
  public var mean: Double? {
    values.isEmpty ? nil : values.reduce(0) { $0 + $1 / Double(count) }
  }

  /// The sample standard deviation (n − 1 below the line); nil for fewer than two values.
  public var standardDeviation: Double? {
    guard let mean, count > 1 else { return nil }
    // Equal values must give exactly zero, whatever rounding did to their mean.
    if values.allSatisfy({ $0 == values[0] }) { return 0 }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(count - 1)).squareRoot()
  }

  /// The 95 % interval of the mean, mean ± t₀.₉₇₅(n − 1)·s/√n; nil for fewer than two values.
  public var interval: Interval? {
    guard let mean, let standardDeviation else { return nil }
    let factor =
      count - 1 < Summary.factors.count
      ? Summary.factors[count - 1]
      : StudentT(degreesOfFreedom: Double(count - 1)).quantile(0.975)
    let half = factor * standardDeviation / Double(count).squareRoot()
    return Interval(lower: mean - half, upper: mean + half)
  }

  /// The 95 % interval of the mean where it says something: from three values on.
  ///
  /// With two values t has one degree of freedom, and the interval is 12.7 standard errors to either side; they are shown
  /// themselves instead.
  public var tellingInterval: Interval? { count > 2 ? interval : nil }

  /// The smallest and the greatest of exactly two values.
  public var pair: Interval? {
    guard count == 2, let low = values.min(), let high = values.max() else { return nil }
    return Interval(lower: low, upper: high)
  }

  /// The 95 % interval of the difference of means, this minus `other`, with unequal variances (Welch, 1947).
  ///
  /// Nil when either side has fewer than two values. When neither side has any spread, the interval is the
  /// difference itself.
  public func differenceInterval(from other: Summary) -> Interval? {
    guard let mean, let standardDeviation, let otherMean = other.mean,
      let otherDeviation = other.standardDeviation
    else { return nil }
    let difference = mean - otherMean
    let variance = standardDeviation * standardDeviation / Double(count)
    let otherVariance = otherDeviation * otherDeviation / Double(other.count)
    let total = variance + otherVariance
    if total == 0 { return Interval(lower: difference, upper: difference) }
    // Shares, not squares of variances, so that tiny variances do not underflow.
    let share = variance / total
    let otherShare = otherVariance / total
    let freedom =
      1 / (share * share / Double(count - 1) + otherShare * otherShare / Double(other.count - 1))
    let half = StudentT(degreesOfFreedom: freedom).quantile(0.975) * total.squareRoot()
    return Interval(lower: difference - half, upper: difference + half)
  }
}
