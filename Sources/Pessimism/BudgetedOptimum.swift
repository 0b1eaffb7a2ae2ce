import Foundation

/// The best that can be done near a base policy.
public struct BudgetedOptimum: Hashable, Sendable {
  /// The best policy, [outcome].
  public let probabilities: [Double]
  /// E_π[U].
  public let value: Double
  /// What it takes of the budget, in the budget's unit.
  public let spent: Double
  /// λ: what one more unit of budget would buy, 0 where it buys nothing.
  public let price: Double

  init(probabilities: [Double], value: Double, spent: Double, price: Double) {
    self.probabilities = probabilities
    self.value = value
    self.spent = spent
    self.price = price
  }
}

extension BudgetedOptimum {
  /// The greatest E_π[U] with KL(π ‖ β) within a budget.
  ///
  /// It is the tilt π ∝ β·e^{U/λ}, λ by Newton's method in a bracket; from −ln β(G) nats on, with G the best of what β ever does, it is β given G. A base whose sum Z is below 1
  /// costs −ln Z before anything is changed.
  ///
  /// - Parameters:
  ///   - budget: The budget in nats.
  ///   - utilities: U, [outcome].
  ///   - base: ln β, [outcome]; its sum may be less than 1.
  /// - Returns: The optimum; nil where the budget is below −ln Z, so that no policy keeps it.
  public static func withinDivergence(
    _ budget: Double, of utilities: [Double], from base: [Double]
  ) -> BudgetedOptimum? {
    precondition(utilities.count == base.count, "one utility per outcome")
    let logMass = logarithmOfSum(base)
    // What rounding makes of Σ β = 1 is no price.
    guard budget >= -logMass - 1e-12, logMass > -.infinity else { return nil }
    if let conditioned = conditioned(utilities, base, budget) { return conditioned }
    guard budget > -logMass else { return tilted(utilities, base, 0) }
    let outcomes = zip(utilities, base).filter { $0.1 > -.infinity }
    let best = outcomes.reduce(-Double.infinity) { max($0, $1.0) }
    // KL(π ‖ β) and Var_π(U) at a sharpness, utilities counted from the best: ∂KL/∂τ = τ·Var(U).
    func cost(_ sharpness: Double) -> (spent: Double, variance: Double) {
      var (total, mean, square) = (0.0, 0.0, 0.0)
      for (utility, logProbability) in outcomes {
        let distance = utility - best
        let weight = exp(logProbability + sharpness * distance)
        total += weight
        mean += weight * distance
        square += weight * distance * distance
      }
      mean /= total
      return (sharpness * mean - log(total), square / total - mean * mean)
    }
    var (low, high) = (0.0, Double.infinity)
    var sharpness = (2 * (budget + logMass) / cost(0).variance).squareRoot()
    for _ in 0..<200 {
      let (spent, variance) = cost(sharpness)
      if spent <= budget { low = sharpness } else { high = sharpness }
      let newton = sharpness + (budget - spent) / (sharpness * variance)
      let middle = high < .infinity ? (low + high) / 2 : 2 * sharpness
      let next = newton > low && newton < high ? newton : middle
      if abs(next - sharpness) <= 1e-15 * sharpness { break }
      sharpness = next
    }
    return tilted(utilities, base, sharpness)
  }

  /// The tilt π ∝ β·e^{U·τ}.
  ///
  /// - Parameters:
  ///   - utilities: U, [outcome].
  ///   - base: ln β, [outcome].
  ///   - sharpness: τ = 1/λ, not negative.
  /// - Returns: π, its value, and KL(π ‖ β) in nats.
  public static func tilted(
    _ utilities: [Double], _ base: [Double], _ sharpness: Double
  ) -> BudgetedOptimum {
    let raised = zip(utilities, base).map { $1 == -.infinity ? $1 : $1 + sharpness * $0 }
    return BudgetedOptimum(
      normalizedLogarithms(raised), utilities, base, price: 1 / sharpness)
  }

  /// The base given the best of what it ever does, if that is affordable.
  private static func conditioned(
    _ utilities: [Double], _ base: [Double], _ budget: Double
  ) -> BudgetedOptimum? {
    let best = zip(utilities, base).filter { $0.1 > -.infinity }.map(\.0).max()
    let kept = zip(utilities, base).map { $0 == best ? $1 : -.infinity }
    guard budget >= -logarithmOfSum(kept) else { return nil }
    return BudgetedOptimum(normalizedLogarithms(kept), utilities, base, price: 0)
  }

  private init(
    _ logProbabilities: [Double], _ utilities: [Double], _ base: [Double], price: Double
  ) {
    self.price = price
    probabilities = logProbabilities.map { exp($0) }
    value = zip(probabilities, utilities).reduce(0) { $0 + $1.0 * $1.1 }
    spent = klDivergence(logProbabilities, from: base)
  }
}
