import CTorch

private typealias Unary = (ct_tensor_t?, UnsafeMutablePointer<ct_tensor_t?>?) -> ct_status_t
private typealias Binary = (ct_tensor_t?, ct_tensor_t?, UnsafeMutablePointer<ct_tensor_t?>?) ->
  ct_status_t
private typealias Scalar = (ct_tensor_t?, Double, UnsafeMutablePointer<ct_tensor_t?>?) ->
  ct_status_t

extension Tensor {
  private func unary(_ name: StaticString, _ operation: Unary) -> Tensor {
    produce("\(name) of \(shape)") { operation(raw, $0) }
  }

  private static func binary(
    _ name: StaticString, _ left: Tensor, _ right: Tensor, _ operation: Binary
  ) -> Tensor {
    produce("\(name) of \(left.shape) and \(right.shape)") { operation(left.raw, right.raw, $0) }
  }

  private func scalar(_ name: StaticString, _ value: Double, _ operation: Scalar) -> Tensor {
    produce("\(name) of \(shape) and \(value)") { operation(raw, value, $0) }
  }

  // MARK: Arithmetic (operands broadcast)

  /// Element by element.
  public static func + (left: Tensor, right: Tensor) -> Tensor { binary("+", left, right, ct_add) }
  /// Element by element.
  public static func - (left: Tensor, right: Tensor) -> Tensor { binary("-", left, right, ct_sub) }
  /// Element by element.
  public static func * (left: Tensor, right: Tensor) -> Tensor { binary("*", left, right, ct_mul) }
  /// Element by element.
  public static func / (left: Tensor, right: Tensor) -> Tensor { binary("/", left, right, ct_div) }
  /// Element by element.
  public static func + (left: Tensor, right: Double) -> Tensor {
    left.scalar("+", right, ct_add_scalar)
  }
  /// Element by element.
  public static func + (left: Double, right: Tensor) -> Tensor { right + left }
  /// Element by element.
  public static func - (left: Tensor, right: Double) -> Tensor { left + (-right) }
  /// Element by element.
  public static func - (left: Double, right: Tensor) -> Tensor { -right + left }
  /// Element by element.
  public static func * (left: Tensor, right: Double) -> Tensor {
    left.scalar("*", right, ct_mul_scalar)
  }
  /// Element by element.
  public static func * (left: Double, right: Tensor) -> Tensor { right * left }
  /// Element by element.
  public static func / (left: Tensor, right: Double) -> Tensor { left * (1 / right) }
  /// Element by element.
  public static func / (left: Double, right: Tensor) -> Tensor { right.reciprocal() * left }
  /// The negative.
  public static prefix func - (tensor: Tensor) -> Tensor { tensor.unary("-", ct_neg) }

  /// xᵖ, element by element.
  public func power(_ exponent: Double) -> Tensor { scalar("power", exponent, ct_pow_scalar) }
  /// The smaller of two elements; NaN where either is.
  public func minimum(_ other: Tensor) -> Tensor {
    Tensor.binary("minimum", self, other, ct_minimum)
  }
  /// The larger of two elements; NaN where either is.
  public func maximum(_ other: Tensor) -> Tensor {
    Tensor.binary("maximum", self, other, ct_maximum)
  }
  /// Elements forced into a range; NaN stays.
  public func clamped(to range: ClosedRange<Double>) -> Tensor {
    produce("clamp \(shape)") { ct_clamp(raw, range.lowerBound, range.upperBound, $0) }
  }
  /// Elements forced to at least a bound; NaN stays.
  public func clamped(atLeast bound: Double) -> Tensor {
    produce("clamp \(shape)") { ct_clamp(raw, bound, .infinity, $0) }
  }
  /// Elements forced to at most a bound; NaN stays.
  public func clamped(atMost bound: Double) -> Tensor {
    produce("clamp \(shape)") { ct_clamp(raw, -.infinity, bound, $0) }
  }

  // MARK: Functions of one element

  /// eˣ.
  public func exponential() -> Tensor { unary("exponential", ct_exp) }
  /// eˣ − 1, exact near 0.
  public func exponentialMinusOne() -> Tensor { unary("exponentialMinusOne", ct_expm1) }
  /// ln x.
  public func logarithm() -> Tensor { unary("logarithm", ct_log) }
  /// ln(1 + x), exact near 0.
  public func logarithmOfOnePlus() -> Tensor { unary("logarithmOfOnePlus", ct_log1p) }
  /// √x.
  public func squareRoot() -> Tensor { unary("squareRoot", ct_sqrt) }
  /// 1 / √x.
  public func reciprocalSquareRoot() -> Tensor { unary("reciprocalSquareRoot", ct_rsqrt) }
  /// 1 / x.
  public func reciprocal() -> Tensor { unary("reciprocal", ct_reciprocal) }
  /// x².
  public func squared() -> Tensor { unary("squared", ct_square) }
  /// |x|.
  public func magnitude() -> Tensor { unary("magnitude", ct_abs) }
  /// −1, 0 or 1.
  public func sign() -> Tensor { unary("sign", ct_sign) }
  /// Hyperbolic tangent.
  public func tanh() -> Tensor { unary("tanh", ct_tanh) }
  /// 1 / (1 + e⁻ˣ).
  public func sigmoid() -> Tensor { unary("sigmoid", ct_sigmoid) }
  /// ln σ(x), without overflow.
  public func logSigmoid() -> Tensor { unary("logSigmoid", ct_log_sigmoid) }
  /// max(x, 0).
  public func relu() -> Tensor { unary("relu", ct_relu) }
  /// x·σ(x), the sigmoid linear unit.
  public func silu() -> Tensor { unary("silu", ct_silu) }
  /// x·Φ(x), the Gaussian error linear unit.
  public func gelu() -> Tensor { unary("gelu", ct_gelu) }
  /// cos x, x in radians.
  public func cosine() -> Tensor { unary("cosine", ct_cos) }
  /// sin x, x in radians.
  public func sine() -> Tensor { unary("sine", ct_sin) }
  /// The tanh approximation of the Gaussian error linear unit, as in GPT-2.
  public func geluTanh() -> Tensor { unary("geluTanh", ct_gelu_tanh) }

  // MARK: Comparisons (bool tensors)

  /// Element by element.
  public static func .== (left: Tensor, right: Tensor) -> Tensor {
    binary(".==", left, right, ct_eq)
  }
  /// Element by element.
  public static func .!= (left: Tensor, right: Tensor) -> Tensor {
    binary(".!=", left, right, ct_ne)
  }
  /// Element by element.
  public static func .< (left: Tensor, right: Tensor) -> Tensor { binary(".<", left, right, ct_lt) }
  /// Element by element.
  public static func .<= (left: Tensor, right: Tensor) -> Tensor {
    binary(".<=", left, right, ct_le)
  }
  /// Element by element.
  public static func .> (left: Tensor, right: Tensor) -> Tensor { binary(".>", left, right, ct_gt) }
  /// Element by element.
  public static func .>= (left: Tensor, right: Tensor) -> Tensor {
    binary(".>=", left, right, ct_ge)
  }
  /// Element by element.
  public static func .== (left: Tensor, right: Double) -> Tensor {
    left.scalar(".==", right, ct_eq_scalar)
  }
  /// Element by element.
  public static func .!= (left: Tensor, right: Double) -> Tensor {
    left.scalar(".!=", right, ct_ne_scalar)
  }
  /// Element by element.
  public static func .< (left: Tensor, right: Double) -> Tensor {
    left.scalar(".<", right, ct_lt_scalar)
  }
  /// Element by element.
  public static func .<= (left: Tensor, right: Double) -> Tensor {
    left.scalar(".<=", right, ct_le_scalar)
  }
  /// Element by element.
  public static func .> (left: Tensor, right: Double) -> Tensor {
    left.scalar(".>", right, ct_gt_scalar)
  }
  /// Element by element.
  public static func .>= (left: Tensor, right: Double) -> Tensor {
    left.scalar(".>=", right, ct_ge_scalar)
  }
  /// Both.
  public static func .& (left: Tensor, right: Tensor) -> Tensor {
    binary(".&", left, right, ct_logical_and)
  }
  /// Either.
  public static func .| (left: Tensor, right: Tensor) -> Tensor {
    binary(".|", left, right, ct_logical_or)
  }
  /// The opposite of a bool tensor.
  public func negated() -> Tensor { unary("negated", ct_logical_not) }
  /// Where elements are neither NaN nor infinite.
  public func isFinite() -> Tensor { unary("isFinite", ct_isfinite) }

  // MARK: Choice

  /// This tensor's element where `condition` holds, else the other's; both may broadcast.
  public func replacing(with other: Tensor, where condition: Tensor) -> Tensor {
    produce("replace \(shape) with \(other.shape) where \(condition.shape)") {
      ct_where(condition.raw, other.raw, raw, $0)
    }
  }

  /// This tensor with one value wherever `condition` holds.
  public func replacing(with value: Double, where condition: Tensor) -> Tensor {
    produce("replace \(shape) where \(condition.shape)") {
      ct_masked_fill(raw, condition.raw, value, $0)
    }
  }
}
