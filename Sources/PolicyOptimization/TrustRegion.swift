public import Torch

/// Trust region policy optimization: the largest step along the natural gradient that a bound on the divergence allows.
///
/// max g·Δ subject to ½ΔᵀHΔ ≤ δ has Δ = √(2δ / gᵀH⁻¹g)·H⁻¹g. H is the Hessian of KL(π_old ‖ π) at π_old (the Fisher matrix);
/// H⁻¹g comes from conjugate gradients, which only need products Hx = ∇((∇KL)ᵀx). Then θ ← θ + αʲΔ with the smallest j ≥ 0
/// that keeps KL ≤ δ and improves the surrogate.
///
/// Schulman et al. 2015, arXiv 1502.05477, appendix C.
///
/// Article: <doc:TrustRegion>.
public struct TrustRegion: Codable, Equatable, Sendable {
  /// δ, in nats.
  public var maximumDivergence = 0.01
  /// Iterations of conjugate gradients.
  public var iterations = 10
  /// Added to H's diagonal.
  public var damping = 0.1
  /// α.
  public var backtracking = 0.8
  /// How many j are tried.
  public var attempts = 10

  enum CodingKeys: String, CodingKey {
    case maximumDivergence = "max_kl"
    case iterations, damping, backtracking, attempts
  }

  /// The constants of the literature.
  public init() {}

  /// A step before its length is tried.
  public struct Proposal {
    /// Δ, shaped as the gradient.
    public var step: Tensor
    /// ‖(H + damping)x − g‖ / ‖g‖ after the last iteration.
    public var residual: Double
  }

  /// Δ, or nil where the gradient is zero or the products are no curvature at all.
  ///
  /// - Parameters:
  ///   - gradient: g, the gradient of the surrogate to be raised [parameters].
  ///   - product: x ↦ Hx.
  /// - Returns: The full step.
  public func proposal(gradient: Tensor, product: (Tensor) -> Tensor) -> Proposal? {
    func damped(_ x: Tensor) -> Tensor { product(x) + x * damping }
    let solution = conjugateGradients(damped, equal: gradient, iterations: iterations)
    let curvature = (solution.x * damped(solution.x)).sum().item
    guard curvature > 0, curvature.isFinite else { return nil }
    let scale = (2 * maximumDivergence / curvature).squareRoot()
    return Proposal(step: solution.x * scale, residual: solution.residual)
  }

  /// What a trial of a step said.
  public struct Trial {
    /// KL(π_old ‖ π) there.
    public var divergence: Double
    /// How much higher the surrogate is there.
    public var improvement: Double

    /// A trial.
    public init(divergence: Double, improvement: Double) {
      self.divergence = divergence
      self.improvement = improvement
    }
  }

  /// The first shrunken step that is allowed.
  ///
  /// - Parameter trial: Tries θ + factor·Δ.
  /// - Returns: j, its factor αʲ and what it brought; nil if none of the attempts is allowed: the policy must stay as it was.
  public func search(_ trial: (Double) throws -> Trial) rethrows -> (
    attempt: Int, factor: Double, trial: Trial
  )? {
    var factor = 1.0
    for attempt in 0..<attempts {
      let outcome = try trial(factor)
      if outcome.divergence <= maximumDivergence && outcome.improvement > 0 {
        return (attempt, factor, outcome)
      }
      factor *= backtracking
    }
    return nil
  }
}

/// Solves Ax = b for a symmetric positive definite A that is known by its products.
///
/// Hestenes & Stiefel 1952.
///
/// Article: <doc:TrustRegion>.
///
/// - Parameters:
///   - product: x ↦ Ax.
///   - b: The right side [n].
///   - iterations: At most so many products.
///   - tolerance: Stops where ‖Ax − b‖ ≤ tolerance·‖b‖.
/// - Returns: x and ‖Ax − b‖/‖b‖, by the recurrence; x = 0 for b = 0.
public func conjugateGradients(
  _ product: (Tensor) -> Tensor, equal b: Tensor, iterations: Int, tolerance: Double = 1e-10
) -> (x: Tensor, residual: Double) {
  var x = b.zerosLike()
  var residual = b
  var direction = b
  var square = (residual * residual).sum().item
  let first = square
  guard first > 0 else { return (x, 0) }
  for _ in 0..<iterations where square > tolerance * tolerance * first {
    let image = product(direction)
    let curvature = (direction * image).sum().item
    guard curvature > 0 else { break }
    let length = square / curvature
    x = x + direction * length
    residual = residual - image * length
    let next = (residual * residual).sum().item
    direction = residual + direction * (next / square)
    square = next
  }
  return (x, (square / first).squareRoot())
}
