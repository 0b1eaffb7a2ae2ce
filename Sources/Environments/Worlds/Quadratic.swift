/// c + b·x + a·x².
struct Quadratic: Equatable {
  var constant: Double
  var linear: Double
  var square: Double

  func at(_ x: Double) -> Double {
    constant + x * (linear + x * square)
  }

  static func - (left: Self, right: Self) -> Self {
    Self(
      constant: left.constant - right.constant, linear: left.linear - right.linear,
      square: left.square - right.square)
  }

  /// Where it is zero, ascending, each once; none for the zero polynomial.
  ///
  /// The larger root first and the other by their product, so that nothing cancels.
  var roots: [Double] {
    let size = max(abs(constant), abs(linear), abs(square))
    guard abs(square) > 1e-14 * size else { return linear == 0 ? [] : [-constant / linear] }
    let discriminant = linear * linear - 4 * square * constant
    guard discriminant >= 0 else { return [] }
    let larger = -(linear + (linear < 0 ? -1 : 1) * discriminant.squareRoot()) / 2
    let pair = larger == 0 ? [0] : [larger / square, constant / larger]
    return Set(pair).sorted()
  }
}
