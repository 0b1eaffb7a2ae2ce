import Foundation

/// The distributions over actions that an automaton may play, each with the length of its code word.
public struct ActionGrid: Hashable, Sendable {
  /// Probabilities, [entry][action]; each row sums to 1.
  public let distributions: [[Double]]
  /// The length of each entry's code word in bits; Σ 2^−bits ≤ 1 (Kraft), so that such a code exists.
  public let bits: [Double]

  /// Makes a grid.
  ///
  /// - Parameters:
  ///   - distributions: Probabilities, [entry][action].
  ///   - bits: Code lengths, one per entry; nil gives each log₂ of their count.
  /// - Precondition: Rows are distributions over the same actions, and the lengths satisfy Kraft's inequality.
  public init(distributions: [[Double]], bits: [Double]? = nil) {
    let bits = bits ?? distributions.map { _ in log2(Double(distributions.count)) }
    let actionCount = distributions.first?.count ?? 0
    precondition(
      (1...256).contains(distributions.count) && actionCount > 0, "a grid of 1 to 256 distributions"
    )
    precondition(
      distributions.allSatisfy {
        $0.count == actionCount && $0.allSatisfy { $0 >= 0 } && abs($0.reduce(0, +) - 1) < 1e-12
      }, "each entry of a grid is a distribution over the same actions")
    precondition(
      bits.count == distributions.count && bits.reduce(0) { $0 + exp2(-$1) } <= 1 + 1e-12,
      "one code length per entry, and no code has such lengths unless Σ 2^−bits ≤ 1")
    self.distributions = distributions
    self.bits = bits
  }

  /// A grid over two actions.
  ///
  /// - Parameters:
  ///   - probabilities: Those of action 1.
  ///   - bits: Code lengths, one per probability; nil gives each log₂ of their count.
  /// - Returns: The grid with rows 1 − p, p.
  public static func binary(_ probabilities: [Double], bits: [Double]? = nil) -> ActionGrid {
    ActionGrid(distributions: probabilities.map { [1 - $0, $0] }, bits: bits)
  }

  /// Hardly ever, half the time, nearly always: .02, .5 and .98 for action 1 in 2, 1 and 2 bits.
  public static let hardlyHalfNearly = binary([0.02, 0.5, 0.98], bits: [2, 1, 2])

  /// How many actions there are.
  public var actionCount: Int { distributions[0].count }
}
