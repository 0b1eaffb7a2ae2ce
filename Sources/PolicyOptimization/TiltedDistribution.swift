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

/// The distribution with the greatest mean reward among those near a reference: max E_p[r] subject to KL(p ‖ p₀) ≤ k.
///
/// It is the tilt p₀·exp(r/β)/Z whose β makes it cost k nats; from k = −log p₀(best) on, it is the reference given that the best
/// happens, and more nats buy nothing. Over whole episodes that is the most that any way of holding a policy to k nats can leave it.
///
/// Article: <doc:KLBudget>.
///
/// - Parameters:
///   - reference: p₀, not negative, summing to 1.
///   - rewards: r, one for each outcome.
///   - divergence: k ≥ 0 in nats.
/// - Returns: p, and 1/β: how much reward a nat is worth where p stands (∂E_p[r]/∂k is β), infinite where nats buy nothing.
public func tiltedDistribution(
  _ reference: [Double], by rewards: [Double], divergence: Double
) -> (probabilities: [Double], inverseTemperature: Double) {
  precondition(
    reference.count == rewards.count,
    "a reference of \(reference.count) outcomes, \(rewards.count) rewards")
  precondition(divergence >= 0, "a divergence of \(divergence)")
  let best = zip(reference, rewards).reduce(-Double.infinity) { $1.0 > 0 ? max($0, $1.1) : $0 }
  let certain = zip(reference, rewards).map { $1 == best ? $0 : 0 }
  let mass = certain.reduce(0, +)
  guard divergence < -log(mass) else { return (certain.map { $0 / mass }, .infinity) }
  guard divergence > 0 else { return (reference, 0) }
  // KL(s) with s = 1/β and its derivative, s·Var(r); both rewards and weights count from the best.
  let cost = { (slope: Double) in
    var (total, mean, square) = (0.0, 0.0, 0.0)
    for (probability, reward) in zip(reference, rewards) where probability > 0 {
      let distance = reward - best
      let weight = probability * exp(slope * distance)
      total += weight
      mean += weight * distance
      square += weight * distance * distance
    }
    mean /= total
    return (divergence: slope * mean - log(total), variance: square / total - mean * mean)
  }
  // Newton's method in a bracket, from where KL ≈ s²·Var(r)/2 would have it.
  var (lower, upper) = (0.0, Double.infinity)
  var slope = (2 * divergence / cost(0).variance).squareRoot()
  for _ in 0..<200 {
    let (found, variance) = cost(slope)
    if found < divergence { lower = slope } else { upper = slope }
    let newton = slope + (divergence - found) / (slope * variance)
    let middle = upper < .infinity ? (lower + upper) / 2 : 2 * slope
    let next = newton > lower && newton < upper ? newton : middle
    let isDone = abs(next - slope) <= 1e-15 * slope
    slope = next
    if isDone { break }
  }
  return (tiltedDistribution(reference, by: rewards, temperature: 1 / slope), slope)
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
