import RunRecords
import Torch

/// What a policy says of some pairs.
struct PreferenceOutcome {
  /// How probably each pair's first answer is preferred.
  var probabilities: [Double]
  /// The loss of every pair [n].
  var losses: Tensor
  /// log π of both answers [n, 2].
  var logProbabilities: Tensor
  /// β·log π/π_ref of both answers [n, 2]: the implicit rewards.
  var rewards: Tensor
  /// The entropy of the policy's distributions at the answers' tokens.
  var entropies: Tensor

  /// 1 where the likelier answer has the greater reward, ½ at ties [n].
  var agreements: [Double] {
    let margins = (rewards.select(1, 0) - rewards.select(1, 1)).doubles
    return zip(margins, probabilities).map { PairAgreement.score($0, $1 - 0.5) }
  }
}

/// What the parts of a batch add up to.
struct PreferenceParts {
  /// The sum of the parts' gradients.
  private(set) var gradients: [Tensor] = []
  private var outcomes: [PreferenceOutcome] = []

  /// Takes note of a part.
  mutating func add(_ outcome: PreferenceOutcome, _ slopes: [Tensor]) {
    outcomes.append(outcome)
    if gradients.isEmpty { gradients = slopes } else { FusedUpdate.add(slopes, to: gradients) }
  }

  /// The mean of numbers over all parts.
  func mean(_ values: (PreferenceOutcome) -> Tensor) -> Double {
    mean(outcomes.flatMap { values($0).doubles })
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  /// What a batch was like.
  var metrics: [(Metric, Double)] {
    let chosen = mean { $0.rewards.select(1, 0) }
    let rejected = mean { $0.rewards.select(1, 1) }
    return [
      (.chosenReward, chosen), (.rejectedReward, rejected), (.rewardMargin, chosen - rejected),
      (.rewardAccuracy, mean(outcomes.flatMap(\.agreements))),
      (.chosenLogProbability, mean { $0.logProbabilities.select(1, 0) }),
      (.rejectedLogProbability, mean { $0.logProbabilities.select(1, 1) }),
      (.policyEntropy, mean { $0.entropies }),
    ]
  }
}
