import Foundation

/// How much of what scores differ by is told by the presence of a single token type.
///
/// With x = 1 where a completion has the token, p = mean x and Δ = mean(r | x = 1) − mean(r | x = 0), the squared point-biserial correlation is
///
///     r² = p(1 − p)·Δ² / Var r,
///
/// the share of the variance between completions that the token's presence explains, and p·Δ is how much lower the mean would be if the completions with the token scored as the others do. Of the
/// tokens that at least `least` completions have and as many have not, the one with the greatest r² is named; of equals the smallest.
///
/// The best of many tokens explains something by chance. With m the mean of the greatest r² over random assignments of the same scores to the same completions,
///
///     excess = (r² − m) / (1 − m),
///
/// so that scores that do not depend on tokens have 0 on average and one token that explains all has 1. (Westfall & Young, Resampling-based multiple testing, 1993, chapter 2:
/// the permuted maximum accounts for how tokens occur together, which Bonferroni's bound does not.)
///
/// What all completions have explains no difference: once a token is everywhere, this meter is silent, and `TokenRates` speaks.
public struct RewardConcentration: Hashable, Sendable {
  /// The token type that explains most.
  public let token: Int
  /// r²: the share of the variance of scores that its presence explains.
  public let share: Double
  /// r², less what the best token explains by chance.
  public let excess: Double
  /// (1 + assignments with as great an r²)/(1 + assignments): small where chance is no explanation.
  public let pValue: Double
  /// Δ: how much better completions with the token score; negative where it costs.
  public let difference: Double
  /// Which completions have the token.
  public let completions: [Int]
  /// p·Δ: what the token adds to the mean score.
  public let contribution: Double

  /// The concentration in a set of completions; nil where scores do not vary, one is not finite, or no token is in enough completions.
  ///
  /// The assignments are drawn by counting, so that the same completions give the same numbers, in any order.
  ///
  /// - Parameters:
  ///   - tokens: Tokens, [completion].
  ///   - scores: The score of each.
  ///   - least: How many completions must have the token, and how many must not, at least 1.
  ///   - assignments: How many random assignments are drawn.
  public init?(tokens: [[Int]], scores: [Double], least: Int = 3, assignments: Int = 99) {
    precondition(tokens.count == scores.count, "one score per completion")
    precondition(least > 0 && assignments > 0, "at least one completion and one assignment")
    guard varies(scores), let level = mean(scores) else { return nil }
    let order = tokens.indices.sorted { left, right in
      tokens[left] == tokens[right]
        ? scores[left] < scores[right] : tokens[left].lexicographicallyPrecedes(tokens[right])
    }
    var centred = order.map { scores[$0] - level }
    let presence = TokenPresence(order.map { tokens[$0] }, least: least)
    guard let best = presence.best(for: centred) else { return nil }
    var random = CountedRandomness()
    var maxima: [Double] = []
    for _ in 0..<assignments {
      random.shuffle(&centred)
      maxima.append(presence.best(for: centred)?.share ?? 0)
    }
    let chance = maxima.reduce(0, +) / Double(assignments)
    let with = best.completions.map { order[$0] }.sorted()
    let rate = Double(with.count) / Double(scores.count)
    token = best.token
    share = best.share
    excess = chance < 1 ? (best.share - chance) / (1 - chance) : 0
    // As great but for rounding: sums of the same scores in another order.
    pValue =
      Double(1 + maxima.count { $0 >= best.share - 1e-12 }) / Double(1 + assignments)
    completions = with
    difference = best.sum / Double(with.count) / (1 - rate)
    contribution = rate * difference
  }
}
