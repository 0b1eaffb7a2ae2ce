import Foundation

/// A Bayesian mixture of models: how much each is believed, given what has been seen.
///
/// It knows models by their numbers alone, so that automata and language models are weighed alike: hand it what each of them gave
/// to what was seen, and it says how much each counts from then on.
///
///     var mixture = BayesianMixture(logWeights: logPrior)
///     mixture.update(logProbabilities: models.map { $0.logProbability(of: token) })
///     let next = mixture.prediction(of: models.map { $0.probability(of: candidate) })
public struct BayesianMixture: Hashable, Sendable {
  /// ln w, [model]; −∞ for a model that is ruled out.
  public private(set) var logWeights: [Double]
  /// The weights w, [model]; they sum to 1.
  public private(set) var weights: [Double]

  /// A mixture before anything is seen.
  ///
  /// - Parameter logWeights: ln of the prior up to a constant, [model].
  /// - Precondition: One of them at least is finite, none is NaN or +∞.
  public init(logWeights: [Double]) {
    self.logWeights = normalizedLogarithms(logWeights)
    weights = self.logWeights.map { exp($0) }
    precondition(
      weights.allSatisfy(\.isFinite), "a mixture's weights are numbers, and not all of them zero")
  }

  /// Bayes' rule: w ← w·ν(x) / Σ w·ν(x).
  ///
  /// - Parameter logProbabilities: ln ν(x), what each model gave to what was seen, [model].
  /// - Precondition: A model that is not ruled out holds it possible.
  public mutating func update(logProbabilities: [Double]) {
    precondition(logProbabilities.count == logWeights.count, "one log-probability per model")
    self = BayesianMixture(logWeights: zip(logWeights, logProbabilities).map { $0 + $1 })
  }

  /// What the mixture ξ gives an outcome: Σ w·ν(x).
  ///
  /// - Parameter probabilities: ν(x), what each model gives it, [model].
  /// - Returns: The probability.
  public func prediction(of probabilities: [Double]) -> Double {
    zip(weights, probabilities).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
