/// What a monitor remembers of earlier steps.
struct StepHistory: Codable, Hashable, Sendable {
  /// Mean scores of the completions of a step that have both.
  struct Scores: Codable, Hashable, Sendable {
    var step: Int
    var proxy: Double
    var gold: Double
  }

  /// The mean KL of a step.
  struct Divergence: Codable, Hashable, Sendable {
    var step: Int
    var divergence: Double
  }

  /// The last steps that have a divergence.
  private(set) var divergences: [Divergence] = []
  /// The last steps that have a gold score.
  private(set) var scores: [Scores] = []
  /// The rates of tokens in the first steps.
  private(set) var rates = TokenRates()
  private var rateSteps = 0

  /// Remembers a divergence, and gives the trend over the last ones; nil before there is a window of them.
  mutating func add(_ divergence: Divergence, window: Int) -> DivergenceTrend? {
    divergences = (divergences + [divergence]).suffix(window)
    guard divergences.count == window else { return nil }
    return DivergenceTrend(
      steps: divergences.map(\.step), divergences: divergences.map(\.divergence))
  }

  /// Remembers scores, and gives the trend over the last ones; nil before there is a window of them.
  mutating func add(_ score: Scores, window: Int) -> ProxyGoldTrend? {
    scores = (scores + [score]).suffix(window)
    guard scores.count == window else { return nil }
    return ProxyGoldTrend(
      steps: scores.map(\.step), proxyScores: scores.map(\.proxy), goldScores: scores.map(\.gold))
  }

  /// Remembers the completions of a first step, and gives what has taken over later.
  mutating func takeover(
    by completions: [[Int]], after steps: Int
  ) -> (token: Int, rise: Double)? {
    guard !completions.isEmpty else { return nil }
    guard rateSteps < steps else { return rates.takeover(by: completions) }
    rates.add(completions)
    rateSteps += 1
    return nil
  }
}
