extension BayesianMixture {
  /// The models that are believed enough for their objections to count, M^α.
  ///
  /// With models in descending order of weight, model n belongs to it if w_n ≥ α·Σ_{m≤n} w_m (Cohen, Hutter & Nanda, "Fully general online
  /// imitation learning", JMLR 23, 2022, section 3; Definition 3 of Cohen and others, arXiv 2410.06213). It holds every model of weight α or more, and at most 1/α
  /// models. Weights whose logarithms agree to nine decimals are equals, whatever rounding made of them, and are ordered by their places: of equals that do not all
  /// fit, those listed first belong to it.
  ///
  /// - Parameter alpha: α, in 0...1; 1 keeps the heaviest model alone, 0 keeps all that are not ruled out.
  /// - Returns: Their places, the heaviest first; never empty.
  public func topSet(alpha: Double) -> [Int] {
    precondition((0...1).contains(alpha), "α = \(alpha) is not in 0...1")
    let heaviest = weights.max() ?? 0
    // Below α times the heaviest no model can stand: the sum holds the heaviest.
    let candidates = weights.indices
      .filter { weights[$0] > 0 && weights[$0] >= alpha * heaviest }
      .map { (place: $0, rank: (logWeights[$0] * 1e9).rounded()) }
      .sorted { $0.rank > $1.rank || ($0.rank == $1.rank && $0.place < $1.place) }
    var sum = 0.0
    var kept: [Int] = []
    for (candidate, _) in candidates {
      sum += weights[candidate]
      // The first is alone in its sum, whatever rounding does to α = 1.
      if kept.isEmpty || weights[candidate] >= alpha * sum { kept.append(candidate) }
    }
    return kept
  }
}

/// What the pessimistic imitator gives an outcome: the least that any model of the top set gives it.
///
/// ν_α(x) = min_{ν ∈ M^α} ν(x); Definition 4 of Cohen and others (arXiv 2410.06213). Over all outcomes this sums to 1 or less; what is missing is the
/// probability of asking.
///
/// - Parameters:
///   - probabilities: ν(x), what each model gives it, [model].
///   - topSet: Places of models, at least one.
/// - Returns: The minimum.
public func pessimisticProbability(of probabilities: [Double], over topSet: [Int]) -> Double {
  precondition(!topSet.isEmpty, "a minimum over no models")
  return topSet.reduce(.infinity) { min($0, probabilities[$1]) }
}
