import Foundation

/// Student's t distribution, for intervals of a mean over few seeds.
///
/// With three seeds the 95 % factor is 4.30, not the 1.96 of a normal law: intervals over seeds that use the
/// normal factor promise far more than they know.
public struct StudentT: Hashable, Sendable {
  /// Degrees of freedom; fractions are allowed, since Welch's formula yields them.
  public let degreesOfFreedom: Double

  /// Makes the distribution with the given degrees of freedom, which must be positive.
  public init(degreesOfFreedom: Double) {
    precondition(degreesOfFreedom > 0, "degrees of freedom must be positive")
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// P(T ≤ t) = 1 − ½·I_x(ν/2, ½) with x = ν/(ν + t²), for t ≥ 0; mirrored below zero.
  public func cumulative(_ t: Double) -> Double {
    let x = degreesOfFreedom / (degreesOfFreedom + t * t)
    let tail = 0.5 * regularizedIncompleteBeta(x, degreesOfFreedom / 2, 0.5)
    return t >= 0 ? 1 - tail : tail
  }

  /// The t below which a share `probability` of the distribution lies.
  ///
  /// Found by bisection of `cumulative`, to the last bits that the latter carries.
  public func quantile(_ probability: Double) -> Double {
    precondition(probability > 0 && probability < 1, "a probability lies strictly between 0 and 1")
    if probability == 0.5 { return 0 }
    if probability < 0.5 { return -quantile(1 - probability) }
    var low = 0.0
    var high = 1.0
    while cumulative(high) < probability, high < 1e100 {
      low = high
      high *= 2
    }
    for _ in 0..<200 {
      let middle = low + (high - low) / 2
      if middle <= low || middle >= high { break }
      if cumulative(middle) < probability { low = middle } else { high = middle }
    }
    return low + (high - low) / 2
  }
}

/// I_x(a, b), by the continued fraction (Abramowitz and Stegun 26.5.8, evaluated by Lentz's method).
func regularizedIncompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  if x <= 0 { return 0 }
  if x >= 1 { return 1 }
  // The fraction converges fast only left of the mode; the other side follows by symmetry.
  if x > (a + 1) / (a + b + 2) { return 1 - regularizedIncompleteBeta(1 - x, b, a) }
  let logFront = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)
  return exp(logFront) * betaContinuedFraction(x, a, b) / a
}

private func betaContinuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
  let smallest = 1e-300
  func guarded(_ value: Double) -> Double { abs(value) < smallest ? smallest : value }
  var c = 1.0
  var d = 1 / guarded(1 - (a + b) * x / (a + 1))
  var fraction = d
  for step in 1...10_000 {
    let m = Double(step)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / guarded(1 + even * d)
    c = guarded(1 + even / c)
    fraction *= d * c
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / guarded(1 + odd * d)
    c = guarded(1 + odd / c)
    let factor = d * c
    fraction *= factor
    if abs(factor - 1) < 1e-15 { break }
  }
  return fraction
}
