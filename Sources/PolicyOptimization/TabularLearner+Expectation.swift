extension TabularLearner {
  /// A change of all that a learner knows.
  public struct Change: Hashable, Sendable {
    /// Of the logits.
    public var logits: [Double]
    /// Of the critic's values.
    public var values: [Double]

    /// The largest change of any number, without its sign.
    public var magnitude: Double { (logits + values).reduce(0) { max($0, abs($1)) } }
  }

  /// What one visit changes on average, over all actions with their probabilities.
  ///
  /// With δ(a) = R(a) − v or R(a) − q(a): the chosen logits change by η·π(a)·δ(a), those of the gradient by
  /// η·π(b)·(δ(b) − Σ π·δ), and the critic by α·π(a)·δ(a), for v summed over the actions.
  ///
  /// - Parameter outcomes: R of every action.
  /// - Returns: The change of logits and values.
  public func expectedChange(outcomes: [Double]) -> Change {
    precondition(
      outcomes.count == logits.count, "\(outcomes.count) outcomes, \(logits.count) actions")
    let probabilities = probabilities
    let errors = outcomes.indices.map { outcomes[$0] - baseline(of: $0) }
    let weighted = zip(probabilities, errors).map { $0 * $1 }
    let meanError = weighted.reduce(0, +)
    let directions: [Double] =
      switch update {
      case .chosenLogit: weighted
      case .softmaxGradient: zip(weighted, probabilities).map { $0 - $1 * meanError }
      }
    let valueErrors = method == .ppo ? [meanError] : weighted
    return Change(
      logits: directions.map { learningRate * $0 },
      values: valueErrors.map { valueLearningRate * $0 })
  }

  /// Learns what one visit teaches on average: the enumerated form of `reinforce`.
  ///
  /// - Parameter outcomes: R of every action.
  public mutating func reinforceOnAverage(outcomes: [Double]) {
    self = adding(expectedChange(outcomes: outcomes), scale: 1)
  }

  /// Follows the average change as a differential equation: many visits with tiny learning rates.
  ///
  /// Classical Runge–Kutta steps of fourth order. A `duration` of 1 is 1/c visits with η and α multiplied by a small c.
  ///
  /// - Parameters:
  ///   - outcomes: R of every action.
  ///   - duration: For how long.
  ///   - stepCount: In how many steps.
  public mutating func flow(outcomes: [Double], for duration: Double, stepCount: Int) {
    let step = duration / Double(stepCount)
    for _ in 0..<stepCount {
      let first = expectedChange(outcomes: outcomes)
      let second = adding(first, scale: step / 2).expectedChange(outcomes: outcomes)
      let third = adding(second, scale: step / 2).expectedChange(outcomes: outcomes)
      let fourth = adding(third, scale: step).expectedChange(outcomes: outcomes)
      for (change, weight) in [(first, 1.0), (second, 2), (third, 2), (fourth, 1)] {
        self = adding(change, scale: weight * step / 6)
      }
    }
  }

  private func adding(_ change: Change, scale: Double) -> TabularLearner {
    var result = self
    for index in logits.indices { result.logits[index] += scale * change.logits[index] }
    for index in values.indices { result.values[index] += scale * change.values[index] }
    return result
  }
}
