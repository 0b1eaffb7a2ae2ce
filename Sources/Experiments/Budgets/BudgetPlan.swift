import Foundation
import Pessimism

/// The best that a hard budget charged with KL allows: dynamic programming over beginnings of episodes and what is left.
///
/// V(h, n) = max over k ≤ n and distributions x with KL(x ‖ β(·|h)) ≤ k of Σₐ x(a)·V(ha, n − k): no policy that keeps to the budget on
/// every path can earn more. What is left is counted in whole grains, which makes the value a lower bound that rises to the best
/// as grains shrink.
struct BudgetPlan: Sendable {
  /// The best mean reward with 0, 1, 2, … grains.
  let values: [Double]

  /// The best plans for all budgets up to a number of grains.
  ///
  /// - Parameters:
  ///   - base: β of every episode, those that begin alike beside each other.
  ///   - utilities: The reward of every episode.
  ///   - grain: Nats in a grain.
  ///   - count: The largest budget, in grains.
  init(base: [Double], utilities: [Double], grain: Double, count: Int) {
    let branches = BudgetWorld.tokenCount
    // What the beginnings of the present length are worth with so many grains, and how probable they are.
    var values = utilities.map { Array(repeating: $0, count: count + 1) }
    var masses = base
    while masses.count > 1 {
      let isLast = masses.count == base.count
      let beginnings = (0..<masses.count / branches).map { $0 * branches..<($0 + 1) * branches }
      let shorter = beginnings.map { masses[$0].reduce(0, +) }
      values = zip(beginnings, shorter).map { children, mass in
        let choices = masses[children].map { log($0 / mass) }
        var best = Array(repeating: -Double.infinity, count: count + 1)
        for left in isLast ? 0...0 : 0...count {
          let outcomes = values[children].map { $0[left] }
          for spent in 0...(count - left) {
            let value = Self.greatestMean(
              outcomes, choices, divergence: Double(spent) * grain)
            best[left + spent] = max(best[left + spent], value)
          }
        }
        return best
      }
      masses = shorter
    }
    self.values = values[0]
  }

  private static func greatestMean(
    _ outcomes: [Double], _ choices: [Double], divergence: Double
  ) -> Double {
    BudgetedOptimum.withinDivergence(divergence, of: outcomes, from: choices)?.value ?? -.infinity
  }
}
