import Foundation

/// KL(π ‖ β) = Σ π·ln(π/β) in nats.
///
/// Where β sums to less than 1 the missing mass is nobody's: KL(π ‖ β) = KL(π ‖ β/Z) − ln Z with Z = Σ β, so that never asking has a price of its own.
///
/// - Parameters:
///   - policy: ln π, one per outcome.
///   - base: ln β, one per outcome.
/// - Returns: The divergence; ∞ where π does what β never does.
public func klDivergence(_ policy: [Double], from base: [Double]) -> Double {
  precondition(policy.count == base.count, "\(policy.count) and \(base.count) outcomes")
  return zip(policy, base).reduce(0) { sum, pair in
    pair.0 == -.infinity ? sum : sum + exp(pair.0) * (pair.0 - pair.1)
  }
}

/// The greatest divergence that any observations can bring about, and which ones.
///
/// Definition 2 of Cohen and others (arXiv 2410.06213): the maximum over sequences of observations of the divergence between sequences of actions.
///
/// - Parameters:
///   - observationCount: How many observations there are.
///   - horizon: The number of steps; observationCount^horizon sequences are tried.
///   - policy: The policy's sequences, for given observations.
///   - base: The base policy's.
/// - Returns: The divergence in nats, and the first observations that reach it.
public func greatestDivergence(
  observationCount: Int, horizon: Int, of policy: (_ observations: [Int]) -> ActionSequences,
  from base: (_ observations: [Int]) -> ActionSequences
) -> (divergence: Double, observations: [Int]) {
  var greatest = (divergence: -Double.infinity, observations: [Int]())
  let count = (0..<horizon).reduce(1) { count, _ in count * observationCount }
  for number in 0..<count {
    var rest = number
    let observations = (0..<horizon).map { _ in
      defer { rest /= observationCount }
      return rest % observationCount
    }
    let divergence = klDivergence(
      policy(observations).logProbabilities, from: base(observations).logProbabilities)
    if divergence > greatest.divergence { greatest = (divergence, observations) }
  }
  return greatest
}
