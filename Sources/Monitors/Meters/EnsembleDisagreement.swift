/// How far the members of a reward ensemble are apart.
///
/// Members that learned from the same data agree where there was data; a policy that leaves it finds the scores that only some of them give (T. Coste et al., Reward model ensembles
/// help mitigate overoptimization, 2023, section 3). They may also err together (J. Eisenstein et al., Helping or herding?, 2023): agreement proves nothing.
public struct EnsembleDisagreement: Hashable, Sendable {
  /// The mean over completions of the standard deviation over members (that of a population), in units of the score.
  public let deviation: Double
  /// The same in standard deviations over completions of the members' mean; nil where those means are all alike.
  public let relative: Double?

  /// The disagreement on some completions; nil without completions, or where a score is not finite.
  ///
  /// - Parameter memberScores: Scores, [completion][member], of two members at least.
  public init?(memberScores: [[Double]]) {
    guard memberScores.allSatisfy({ $0.count > 1 && $0.allSatisfy(\.isFinite) }),
      let deviation = mean(memberScores.map { populationDeviation(of: $0) })
    else { return nil }
    let spread = populationDeviation(of: memberScores.compactMap { mean($0) })
    self.deviation = deviation
    relative = spread > 0 ? deviation / spread : nil
  }
}

/// √(Σ(x − x̄)²/n), exactly 0 for values all alike.
func populationDeviation(of values: [Double]) -> Double {
  guard varies(values), let mean = mean(values) else { return 0 }
  return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
}
