import Foundation

/// The distribution that keeps to a reference as far as rewards allow: p(a) = p₀(a)·exp(r(a)/β) / Z.
///
/// It maximises E_p[r] − β·KL(p‖p₀) in a one-step problem (Levine 2018; Korbak et al. 2022, "RL with KL penalties is better
/// viewed as Bayesian inference"). Three roads lead here: the policy gradient of that objective; tabular ACTDE
/// (``TabularLearner``) with β = α/η, where `rewards` are r − q₀; and a reference's trajectories, weighted by exp(r/β).
///
/// Computed in logarithms, so that a probability of 1e−300 is as exact as one of a half.
///
/// Article: <doc:TabularActionConditionedError>.
///
/// - Parameters:
///   - reference: p₀, not negative, summing to 1.
///   - rewards: r, one for each outcome.
///   - temperature: β > 0.
/// - Returns: p, one probability for each outcome.
public func tiltedDistribution(
  _ reference: [Double], by rewards: [Double], temperature: Double = 1
) -> [Double] {
  precondition(
    reference.count == rewards.count,
    "a reference of \(reference.count) outcomes, \(rewards.count) rewards")
  precondition(temperature > 0, "temperature \(temperature)")
  // Rewards count from the best one, so that the greatest quotients do not drown log p₀.
  let best = zip(reference, rewards).reduce(-Double.infinity) { $1.0 > 0 ? max($0, $1.1) : $0 }
  return softmax(
    zip(reference, rewards).map { $0 > 0 ? log($0) + ($1 - best) / temperature : -.infinity })
}

/// exp(lᵢ) / Σⱼ exp(lⱼ), by logarithms of sums, in double precision.
///
/// - Parameter logits: l, at least one of them finite.
/// - Returns: One probability for each logit.
public func softmax(_ logits: [Double]) -> [Double] {
  let highest = logits.max() ?? 0
  let logSum = log(logits.reduce(0) { $0 + exp($1 - highest) })
  return logits.map { exp($0 - highest - logSum) }
}
