import Foundation

/// So many of so many, with what that says about the chance behind it.
public struct Proportion: Codable, Hashable, Sendable {
  /// How often it happened.
  public let count: Int
  /// How often it could have.
  public let total: Int

  /// A proportion; `count` is from 0 to `total`.
  public init(_ count: Int, of total: Int) {
    precondition((0...max(total, 0)).contains(count), "\(count) of \(total)")
    self.count = count
    self.total = total
  }

  /// count/total; nil of none.
  public var share: Double? { total > 0 ? Double(count) / Double(total) : nil }

  /// The exact interval of the chance; 0...1 of none.
  ///
  /// The lower end is the p with P(X ≥ count) = (1 − confidence)/2 for X ~ Bin(total, p), the upper end that with P(X ≤ count) the same. It covers the chance with
  /// at least the stated confidence, whatever the chance is (C. Clopper and E. Pearson, The use of confidence or fiducial limits, 1934).
  ///
  /// - Parameter confidence: Strictly between 0 and 1.
  /// - Returns: The interval.
  public func interval(confidence: Double = 0.95) -> ClosedRange<Double> {
    precondition(confidence > 0 && confidence < 1, "a confidence lies strictly between 0 and 1")
    let tail = (1 - confidence) / 2
    let lower = count == 0 ? 0 : root { self.tail(count...total, at: $0) >= tail }
    let upper = count == total ? 1 : root { self.tail(0...count, at: $0) < tail }
    return lower...max(lower, upper)
  }

  /// P(X ∈ counts) for X ~ Bin(total, p).
  private func tail(_ counts: ClosedRange<Int>, at p: Double) -> Double {
    counts.reduce(0) { sum, k in
      let ways = lgamma(Double(total + 1)) - lgamma(Double(k + 1)) - lgamma(Double(total - k + 1))
      return sum + exp(ways + Double(k) * log(p) + Double(total - k) * log1p(-p))
    }
  }

  /// Where a condition begins to hold on (0, 1), by bisection.
  private func root(_ holds: (Double) -> Bool) -> Double {
    var (low, high) = (0.0, 1.0)
    while true {
      let middle = low + (high - low) / 2
      if middle <= low || middle >= high { return high }
      if holds(middle) { high = middle } else { low = middle }
    }
  }
}
