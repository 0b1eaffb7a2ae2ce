/// Which completions have which token types, for tokens that neither too few nor too many have.
struct TokenPresence {
  /// The token that explains most: r², the sum of its completions' centred scores, and which completions they are.
  struct Best {
    var token: Int
    var share: Double
    var sum: Double
    var completions: [Int]
  }

  private let tokens: [Int]
  /// Completions of each token, one list after the other.
  private let completions: [Int]
  /// Where the list of each token begins; one more for the end.
  private let starts: [Int]
  private let total: Int

  /// The tokens that at least `least` completions have and as many have not, smallest first.
  init(_ tokens: [[Int]], least: Int) {
    var holders: [Int: [Int]] = [:]
    for (completion, tokens) in tokens.enumerated() {
      for token in Set(tokens) { holders[token, default: []].append(completion) }
    }
    let kept = holders.filter { $0.value.count >= least && tokens.count - $0.value.count >= least }
      .sorted { $0.key < $1.key }
    self.tokens = kept.map(\.key)
    completions = kept.flatMap(\.value)
    starts = kept.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.value.count) }
    total = tokens.count
  }

  /// The token whose presence explains most of the variance of scores that sum to 0; nil where no token was kept.
  ///
  /// With s the sum of the scores where the token is, and c their number: r² = N·s² / (c·(N − c)·Σr²).
  func best(for scores: [Double]) -> Best? {
    let squares = scores.reduce(0) { $0 + $1 * $1 }
    var best: (token: Int, share: Double, sum: Double)?
    for token in tokens.indices {
      var sum = 0.0
      for place in starts[token]..<starts[token + 1] { sum += scores[completions[place]] }
      let count = Double(starts[token + 1] - starts[token])
      let share = Double(total) * sum * sum / (count * (Double(total) - count) * squares)
      // Equal but for rounding: the smaller token stays.
      if share > (best?.share ?? -1) + 1e-12 { best = (token, share, sum) }
    }
    return best.map { best in
      Best(
        token: tokens[best.token], share: min(1, best.share), sum: best.sum,
        completions: Array(completions[starts[best.token]..<starts[best.token + 1]]))
    }
  }
}
