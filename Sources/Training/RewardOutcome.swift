import RunRecords
import Torch

/// What a reward model said of a batch.
struct RewardOutcome {
  /// The mean loss.
  var loss: Double
  /// One gradient for every trained tensor.
  var gradients: [Tensor]
  /// The first text's score minus the second's, of every pair; of marks, the token's score.
  var margins: [Double]
  /// Above 0 where people prefer the first, or the mark is good; below where not; 0 where they are undecided.
  var preferences: [Double]
  /// All scores.
  var scores: [Double]

  /// What the batch was like.
  var metrics: [(Metric, Double)] {
    let agreements = zip(margins, preferences).map { PairAgreement.score($0, $1) }
    let preferred = zip(margins, preferences).compactMap { margin, preference in
      preference == 0 ? nil : preference > 0 ? margin : -margin
    }
    let mean = { (values: [Double]) in
      values.reduce(0, +) / Double(max(1, values.count))
    }
    return [
      (.accuracy, agreements.reduce(0, +) / Double(agreements.count)), (.margin, mean(preferred)),
      (.minimumReward, scores.min() ?? .nan), (.maximumReward, scores.max() ?? .nan),
      (.meanReward, mean(scores)),
    ]
  }
}
