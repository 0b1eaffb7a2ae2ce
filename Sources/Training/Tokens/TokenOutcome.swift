import RunRecords
import Torch

/// What a policy says of some marked completions.
struct TokenOutcome {
  /// The loss of every mark [m].
  var losses: Tensor
  /// KL(π ‖ p) at every unmarked token [u].
  var divergences: Tensor
  /// π of the marked tokens [m].
  var probabilities: Tensor
  /// Total variation between π and the closed-form target where tokens are marked [m].
  var distances: Tensor
  /// Whether the marked tokens were good.
  var isGood: [Bool]
}

/// What the parts of a batch add up to.
struct TokenParts {
  /// The sum of the parts' gradients.
  private(set) var gradients: [Tensor] = []
  private var outcomes: [TokenOutcome] = []

  /// Takes note of a part.
  mutating func add(_ outcome: TokenOutcome, _ slopes: [Tensor]) {
    outcomes.append(outcome)
    if gradients.isEmpty { gradients = slopes } else { FusedUpdate.add(slopes, to: gradients) }
  }

  /// The mean loss of the marks, and so many times the mean divergence of unmarked tokens.
  func loss(unmarkedWeight: Double) -> Double {
    (mean { $0.losses } ?? 0) + unmarkedWeight * (mean { $0.divergences } ?? 0)
  }

  /// What the completions were like; what there was nothing of is left out.
  var metrics: [(Metric, Double)] {
    let found: [(Metric, Double?)] = [
      (.markLoss, mean { $0.losses }), (.unmarkedDivergence, mean { $0.divergences }),
      (.badTokenProbability, probability(ofGood: false)),
      (.goodTokenProbability, probability(ofGood: true)),
      (.targetDistance, mean { $0.distances }),
    ]
    return found.compactMap { metric, value in value.map { (metric, $0) } }
  }

  private func probability(ofGood isGood: Bool) -> Double? {
    mean(
      outcomes.flatMap { outcome in
        zip(outcome.probabilities.doubles, outcome.isGood).filter { $0.1 == isGood }.map(\.0)
      })
  }

  private func mean(_ values: (TokenOutcome) -> Tensor) -> Double? {
    mean(outcomes.flatMap { values($0).doubles })
  }

  private func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}
