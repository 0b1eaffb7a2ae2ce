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
  init(_ texts: [[Int]], least: Int) {
    let nGrams = NGrams(of: texts, upTo: 1)
    var names = Array(repeating: 0, count: nGrams.distinctCounts[0])
    var last = Array(repeating: -1, count: names.count)
    var counts = Array(repeating: 0, count: names.count)
    var pairs: [(number: Int, completion: Int)] = []
    for (completion, numbers) in nGrams.numbers[0].enumerated() {
      for (number, token) in zip(numbers, texts[completion]) where last[number] != completion {
        last[number] = completion
        names[number] = token
        counts[number] += 1
        pairs.append((number, completion))
      }
    }
    let kept = counts.indices.filter { counts[$0] >= least && texts.count - counts[$0] >= least }
      .sorted { names[$0] < names[$1] }
    var starts = [0]
    var next = Array(repeating: -1, count: names.count)
    for number in kept {
      next[number] = starts[starts.count - 1]
      starts.append(next[number] + counts[number])
    }
    var completions = Array(repeating: 0, count: starts[starts.count - 1])
    for (number, completion) in pairs where next[number] >= 0 {
      completions[next[number]] = completion
      next[number] += 1
    }
    self.completions = completions
    self.starts = starts
    tokens = kept.map { names[$0] }
    total = texts.count
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
