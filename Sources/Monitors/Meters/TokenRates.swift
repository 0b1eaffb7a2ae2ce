/// In which share of completions each token type is, at the beginning of a run.
///
/// What a single token takes over shows here, also when all completions have it and `RewardConcentration` has nothing to compare.
public struct TokenRates: Codable, Hashable, Sendable {
  /// How many completions have each token.
  private var counts: [Int: Int] = [:]
  /// How many completions were seen.
  private var total = 0

  /// No completions yet.
  public init() {}

  /// Counts the completions of a step.
  public mutating func add(_ completions: [[Int]]) {
    for (token, count) in TokenRates.counts(in: completions) { counts[token, default: 0] += count }
    total += completions.count
  }

  /// The token whose share of completions has risen most, and by how much.
  ///
  /// max over tokens of p(now) − p(beginning); of equals the smallest.
  ///
  /// - Parameter completions: Tokens, [completion].
  /// - Returns: The token and the rise, at most 1; nil before any completion was added, or where nothing is said now.
  public func takeover(by completions: [[Int]]) -> (token: Int, rise: Double)? {
    guard total > 0 else { return nil }
    return TokenRates.counts(in: completions)
      .map { token, count in
        let before = Double(counts[token] ?? 0) / Double(total)
        return (token: token, rise: Double(count) / Double(completions.count) - before)
      }
      .max { ($0.rise, -$0.token) < ($1.rise, -$1.token) }
  }

  /// How many completions have each token.
  private static func counts(in completions: [[Int]]) -> [Int: Int] {
    var last: [Int: Int] = [:]
    var counts: [Int: Int] = [:]
    for (completion, tokens) in completions.enumerated() {
      for token in tokens where last.updateValue(completion, forKey: token) != completion {
        counts[token, default: 0] += 1
      }
    }
    return counts
  }
}
