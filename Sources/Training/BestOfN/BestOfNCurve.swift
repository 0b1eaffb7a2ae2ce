import PolicyOptimization
public import RunRecords

/// What is expected of the best of 1, 2, 4, … answers, and how far from the policy it is.
public struct BestOfNCurve: Codable, Equatable, Sendable {
  private let answers: Int
  private var prompts = 0
  private var scores: [Double]
  private var golds: [Double]?

  /// A curve without prompts.
  init(answers: Int) {
    self.answers = answers
    scores = Array(repeating: 0, count: BestOfNCurve.counts(upTo: answers).count)
  }

  private static func counts(upTo answers: Int) -> [Int] {
    Array(sequence(first: 1) { $0 < answers ? min(2 * $0, answers) : nil })
  }

  /// Takes note of a round, in which the answers to one prompt stand side by side.
  mutating func add(scores all: [Double], gold: [Double]?) {
    let counts = BestOfNCurve.counts(upTo: answers)
    for start in stride(from: 0, to: all.count, by: answers) {
      let places = start..<start + answers
      prompts += 1
      for (index, count) in counts.enumerated() {
        let chances = BestOfN.probabilities(Array(all[places]), of: count)
        let expected = { (values: [Double]) in
          zip(values[places], chances).reduce(0) { $0 + $1.0 * $1.1 }
        }
        scores[index] += expected(all)
        guard let gold else { continue }
        golds = golds ?? Array(repeating: 0, count: counts.count)
        golds?[index] += expected(gold)
      }
    }
  }

  /// The points, from one answer up.
  public var points: [BestAnswersRecord] {
    let count = Double(max(1, prompts))
    return BestOfNCurve.counts(upTo: answers).enumerated().map { index, answers in
      BestAnswersRecord(
        count: answers, divergence: BestOfN.divergence(answers), score: scores[index] / count,
        gold: golds.map { $0[index] / count })
    }
  }
}
