import Foundation

/// Many automata over one grid, with a prior that halves with every bit of description.
///
/// What they hold lies side by side, automaton after automaton, so that all of them take a step in one pass.
public struct AutomatonClass: Sendable {
  /// The distributions that all of them play.
  public let grid: ActionGrid
  /// How many observations there are.
  public let observationCount: Int
  /// How many automata there are.
  public let count: Int
  /// Description lengths in bits, [automaton].
  public let descriptionLengths: [Double]
  /// ln of the prior 2^−length / Σ 2^−length, [automaton].
  public let logPrior: [Double]

  let stateCounts: [UInt16]
  /// Places in the grid, [automaton][state][observation], padded to `maximalStateCount`.
  let entries: [UInt8]
  /// Next states, [automaton][state][observation][action], padded likewise.
  let transitions: [UInt8]
  let maximalStateCount: Int
  /// The grid's probabilities and their logarithms, [entry][action].
  let probabilityTable: [Double]
  let logProbabilityTable: [Double]

  /// A class of given automata.
  ///
  /// - Parameters:
  ///   - automata: The automata, at least one, over the same observations and the grid's actions.
  ///   - grid: The grid that their entries are places of.
  public init(_ automata: [Automaton], grid: ActionGrid) {
    let observationCount = automata.first?.observationCount ?? 0
    precondition(
      !automata.isEmpty
        && automata.allSatisfy {
          $0.observationCount == observationCount && $0.actionCount == grid.actionCount
        }, "a class has automata, all over the same observations and actions")
    precondition(
      automata.allSatisfy { $0.entries.allSatisfy(grid.distributions.indices.contains) },
      "entries are places in the grid")
    let maximal = automata.reduce(1) { max($0, $1.stateCount) }
    let cells = maximal * observationCount
    var entries: [UInt8] = []
    var transitions: [UInt8] = []
    entries.reserveCapacity(automata.count * cells)
    transitions.reserveCapacity(automata.count * cells * grid.actionCount)
    for automaton in automata {
      let missing = cells - automaton.entries.count
      entries += automaton.entries.map { UInt8($0) } + Array(repeating: 0, count: missing)
      transitions += automaton.transitions.map { UInt8($0) }
      transitions += Array(repeating: 0, count: missing * grid.actionCount)
    }
    self.grid = grid
    self.observationCount = observationCount
    count = automata.count
    descriptionLengths = automata.map { $0.descriptionLength(over: grid) }
    logPrior = normalizedLogarithms(descriptionLengths.map { -$0 * log(2) })
    stateCounts = automata.map { UInt16($0.stateCount) }
    self.entries = entries
    self.transitions = transitions
    maximalStateCount = maximal
    probabilityTable = grid.distributions.flatMap(\.self)
    logProbabilityTable = probabilityTable.map { log($0) }
  }

  /// How many actions there are.
  public var actionCount: Int { grid.actionCount }

  /// One of the automata.
  ///
  /// - Parameter index: Its place.
  public subscript(index: Int) -> Automaton {
    let cells = maximalStateCount * observationCount
    let used = Int(stateCounts[index]) * observationCount
    return Automaton(
      observationCount: observationCount,
      entries: entries[index * cells..<index * cells + used].map { Int($0) },
      transitions: transitions[
        index * cells * actionCount..<(index * cells + used) * actionCount
      ].map { Int($0) })
  }

  /// The place of an automaton; nil where the class does not have it.
  ///
  /// - Parameter automaton: The automaton, state by state and not just one that plays the same.
  /// - Returns: The place.
  /// - Complexity: Linear in the size of the class.
  public func index(of automaton: Automaton) -> Int? {
    (0..<count).first { Int(stateCounts[$0]) == automaton.stateCount && self[$0] == automaton }
  }
}

/// Logarithms of numbers that sum to one, from those of numbers in the same proportions.
func normalizedLogarithms(_ logarithms: [Double]) -> [Double] {
  let total = logarithmOfSum(logarithms)
  return logarithms.map { $0 - total }
}

/// ln Σ e^x; −∞ where there is nothing to sum.
func logarithmOfSum(_ logarithms: [Double]) -> Double {
  guard let greatest = logarithms.max(), greatest > -.infinity else { return -.infinity }
  return greatest + log(logarithms.reduce(0) { $0 + exp($1 - greatest) })
}
