/// A straight line through values over steps, by least squares.
///
/// With x = step − mean step: slope = Σx·y / Σx², its standard error √(Σe² / (n − 2) / Σx²), e what the line leaves over.
public struct Trend: Hashable, Sendable {
  /// How much a value rises with each step.
  public let slope: Double
  /// The standard error of the slope, for independent errors of equal spread.
  public let standardError: Double
  /// ½ of the second derivative of the parabola with the least squares; nil for fewer than three different steps.
  let curvature: Double?

  /// A line; nil for fewer than three points, for equal steps only, or where a value is not finite.
  ///
  /// - Parameters:
  ///   - steps: The numbers of the steps.
  ///   - values: A value for each.
  public init?(steps: [Int], values: [Double]) {
    precondition(steps.count == values.count, "\(values.count) values at \(steps.count) steps")
    let places = steps.map(Double.init)
    guard steps.count > 2, varies(places), values.allSatisfy(\.isFinite),
      let middle = mean(places), let level = mean(values)
    else { return nil }
    let x = places.map { $0 - middle }
    let y = values.map { $0 - level }
    let product = { (left: [Double], right: [Double]) in
      zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let squares = product(x, x)
    let slope = product(x, y) / squares
    let residuals = zip(x, y).map { $1 - slope * $0 }
    self.slope = slope
    standardError = (product(residuals, residuals) / Double(steps.count - 2) / squares).squareRoot()
    // The part of x² that a line does not explain is orthogonal to the line, so that its coefficient stands alone.
    let cubes = zip(x, x).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
    let bend = x.map { $0 * $0 - squares / Double(x.count) - cubes / squares * $0 }
    let bendSquares = product(bend, bend)
    curvature =
      Set(steps).count > 2 && bendSquares > 0 ? product(bend, y) / bendSquares : nil
  }

  /// The slope in standard errors, from −100 to 100, so that points on a line have a number too; 0 for points that do not move.
  public var slopeInStandardErrors: Double {
    guard slope != 0 else { return 0 }
    return max(-100, min(100, slope / standardError))
  }
}
