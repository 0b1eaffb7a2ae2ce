extension BudgetedOptimum {
  /// The greatest E_π[U] with TV(π, β) = ½·Σ |π − β| within a budget.
  ///
  /// A linear program that greed solves: mass moves from the worst outcomes to the best one, whether β ever does it or not. So nothing but an optimal outcome
  /// ever gains (Theorem 2 of Cohen and others, arXiv 2410.06213).
  ///
  /// - Parameters:
  ///   - budget: The mass that may move, in 0...1.
  ///   - utilities: U, [outcome].
  ///   - base: β, [outcome], summing to 1.
  /// - Returns: The optimum; of several best outcomes the first gains.
  public static func withinTotalVariation(
    _ budget: Double, of utilities: [Double], from base: [Double]
  ) -> BudgetedOptimum {
    precondition(utilities.count == base.count && !base.isEmpty, "one utility per outcome")
    precondition(budget >= 0, "a budget of \(budget)")
    let order = utilities.indices.sorted { utilities[$0] < utilities[$1] }
    let best = utilities.indices.reduce(0) { utilities[$1] > utilities[$0] ? $1 : $0 }
    var probabilities = base
    var moved = 0.0
    var price = 0.0
    for outcome in order where utilities[outcome] < utilities[best] {
      let amount = min(probabilities[outcome], budget - moved)
      probabilities[outcome] -= amount
      moved += amount
      if amount > 0 { price = utilities[best] - utilities[outcome] }
    }
    probabilities[best] += moved
    return BudgetedOptimum(
      probabilities: probabilities,
      value: zip(probabilities, utilities).reduce(0) { $0 + $1.0 * $1.1 }, spent: moved,
      price: moved < budget ? 0 : price)
  }
}
