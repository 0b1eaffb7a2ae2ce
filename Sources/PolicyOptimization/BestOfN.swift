import Foundation

/// What is expected of the best of n answers, from more answers than n.
///
/// Of N answers to one prompt, sorted by the score that chooses, the i-th (counted from 1) is the best of n drawn without
/// replacement with probability C(i−1, n−1)/C(N, n): the estimate uses all answers and has no bias (Nakano et al. 2021, appendix I;
/// Gao et al. 2022). Answers with equal scores share their probability.
///
/// Article: <doc:BestAnswers>.
public enum BestOfN {
  /// KL(best of n ‖ policy) = ln n − (n − 1)/n, in nats, where no two answers score alike; with ties it is less.
  ///
  /// Stiennon and others 2020, appendix G.3.
  ///
  /// - Parameter count: n, at least 1.
  /// - Returns: The divergence.
  public static func divergence(_ count: Int) -> Double {
    precondition(count >= 1, "the best of \(count) answers")
    return log(Double(count)) - Double(count - 1) / Double(count)
  }

  /// How probably each of N answers is the best of n of them.
  ///
  /// - Parameters:
  ///   - scores: What chooses [N].
  ///   - count: n, from 1 to N.
  /// - Returns: [N], which add up to 1.
  public static func probabilities(_ scores: [Double], of count: Int) -> [Double] {
    let total = scores.count
    precondition((1...max(1, total)).contains(count), "the best of \(count) of \(total) answers")
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    // C(i−1, n−1)/C(N, n) for i = N is n/N; downwards each is the one above times (i − n)/(i − 1).
    var ranked = [Double](repeating: 0, count: total)
    var probability = Double(count) / Double(total)
    for place in stride(from: total, to: 0, by: -1) {
      ranked[place - 1] = probability
      guard place > 1 else { break }
      probability *= Double(max(0, place - count)) / Double(place - 1)
    }
    var result = [Double](repeating: 0, count: total)
    var start = 0
    while start < total {
      var end = start
      while end < total, scores[order[end]] == scores[order[start]] { end += 1 }
      let share = ranked[start..<end].reduce(0, +) / Double(end - start)
      for place in start..<end { result[order[place]] = share }
      start = end
    }
    return result
  }

  /// The expected value of the best of n answers.
  ///
  /// - Parameters:
  ///   - values: What is expected [N], such as gold rewards.
  ///   - scores: What chooses [N].
  ///   - count: n.
  /// - Returns: Σᵢ P(i is chosen)·valueᵢ.
  public static func expectation(of values: [Double], choosingBy scores: [Double], _ count: Int)
    -> Double
  {
    precondition(values.count == scores.count, "a value for every score")
    return zip(values, probabilities(scores, of: count)).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
