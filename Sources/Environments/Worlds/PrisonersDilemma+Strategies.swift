extension PrisonersDilemma {
  /// A stationary policy without chance; on two states there are four.
  public enum Strategy: String, CaseIterable, Codable, Sendable {
    /// Cooperates whatever was.
    case alwaysCooperate
    /// Defects whatever was.
    case alwaysDefect
    /// Does the other thing than last time.
    case alternate
    /// Does the same thing as last time.
    case repeatLast

    /// What it does.
    ///
    /// - Parameter lastAction: 0 after cooperating, 1 after defecting.
    /// - Returns: 0 to cooperate, 1 to defect.
    public func action(after lastAction: Int) -> Int {
      precondition(lastAction == 0 || lastAction == 1, "\(lastAction) is no action")
      return switch self {
      case .alwaysCooperate: 0
      case .alwaysDefect: 1
      case .alternate: 1 - lastAction
      case .repeatLast: lastAction
      }
    }
  }

  /// A discount at which another strategy becomes the best.
  public struct Threshold: Equatable, Sendable {
    /// γ.
    public var discount: Double
    /// The best strategy for discounts just below.
    public var below: Strategy
    /// The best strategy for discounts just above.
    public var above: Strategy
  }

  /// What a strategy earns from a state on: Σₜ γᵗ·rₜ over an endless game.
  ///
  /// - Parameters:
  ///   - strategy: What is played.
  ///   - lastAction: The state: 0 after cooperating, 1 after defecting.
  ///   - discount: γ in 0..<1.
  /// - Returns: The value.
  public func value(of strategy: Strategy, after lastAction: Int, discount: Double) -> Double {
    Self.expectDiscount(discount)
    return scaledValue(of: strategy, after: lastAction).at(discount) / (1 - discount * discount)
  }

  /// The mean of a strategy's values over the two states, from which a game begins.
  public func value(of strategy: Strategy, discount: Double) -> Double {
    (value(of: strategy, after: 0, discount: discount)
      + value(of: strategy, after: 1, discount: discount)) / 2
  }

  /// The strategy that earns the most from both states.
  ///
  /// There is always one, as in every Markov decision process. Of several the first is given, in the order of declaration.
  public func optimalStrategy(discount: Double) -> Strategy {
    var best = Strategy.alwaysCooperate
    for strategy in Strategy.allCases
    where value(of: strategy, discount: discount) > value(of: best, discount: discount) {
      best = strategy
    }
    return best
  }

  /// Where in 0..<1, ascending, the best strategy changes.
  ///
  /// For the published matrix: below 0.37346 always to defect is best, above 0.66331 always to cooperate, between them to alternate.
  public var optimalStrategyThresholds: [Threshold] {
    var candidates: Set<Double> = []
    for first in Strategy.allCases {
      for second in Strategy.allCases where first != second {
        for lastAction in 0...1 {
          candidates.formUnion(equalValueDiscounts(of: first, and: second, after: lastAction))
        }
      }
    }
    // Equal roots of different pairs differ by rounding; between those nothing can change.
    var edges = [0.0]
    for candidate in candidates.sorted() where candidate - (edges.last ?? 0) > 1e-9 {
      edges.append(candidate)
    }
    edges.append(1)
    let best = zip(edges, edges.dropFirst()).map { optimalStrategy(discount: ($0 + $1) / 2) }
    return (1..<best.count).filter { best[$0] != best[$0 - 1] }.map {
      Threshold(discount: edges[$0], below: best[$0 - 1], above: best[$0])
    }
  }

  /// The discounts inside 0..<1, ascending, at which two strategies earn the same from a state.
  ///
  /// For the published matrix always to cooperate and always to defect are equal at 0.5477 after cooperating and at 0.4523 after defecting.
  ///
  /// - Parameters:
  ///   - first: A strategy.
  ///   - second: Another.
  ///   - lastAction: The state: 0 after cooperating, 1 after defecting.
  /// - Returns: At most two; none if the strategies earn the same everywhere.
  public func equalValueDiscounts(
    of first: Strategy, and second: Strategy, after lastAction: Int
  ) -> [Double] {
    (scaledValue(of: first, after: lastAction) - scaledValue(of: second, after: lastAction))
      .roots.filter { $0 > 0 && $0 < 1 }
  }

  /// Shares in proportion to exp(value), the values averaged over the two states.
  ///
  /// The dotted lines in the authors' figure, where the strategies are ``Strategy/alwaysCooperate``, ``Strategy/alwaysDefect`` and
  /// ``Strategy/alternate``.
  public func softmaxShares(of strategies: [Strategy], discount: Double) -> [Double] {
    softmax(strategies.map { value(of: $0, discount: discount) })
  }

  static func expectDiscount(_ discount: Double) {
    precondition(
      discount >= 0 && discount < 1, "an endless game has no value at a discount of \(discount)")
  }

  /// (1 − γ²) times the value, which is a polynomial: every strategy is in a cycle of length 1 or 2 after its first step.
  private func scaledValue(of strategy: Strategy, after lastAction: Int) -> Quadratic {
    let (first, r0) = move(of: strategy, after: lastAction)
    let (second, r1) = move(of: strategy, after: first)
    let (_, r2) = move(of: strategy, after: second)
    // r₀ + γ·(r₁ + γ·r₂) / (1 − γ²)
    return Quadratic(constant: r0, linear: r1, square: r2 - r0)
  }

  private func move(of strategy: Strategy, after lastAction: Int) -> (action: Int, reward: Double) {
    let action = strategy.action(after: lastAction)
    return (action, payoffs[action][lastAction])
  }
}
