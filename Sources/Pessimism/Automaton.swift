import Foundation

/// A demonstrator with finitely many states.
///
/// It starts in state 0. At each step an observation o arrives; in state s it plays action a with the probability that entry (s, o)
/// of a grid says, and moves to the state that (s, o, a) leads to.
public struct Automaton: Hashable, Sendable {
  /// How many states it has.
  public let stateCount: Int
  /// How many observations it tells apart.
  public let observationCount: Int
  /// Places in the grid, [state][observation] row by row.
  public let entries: [Int]
  /// Next states, [state][observation][action] row by row.
  public let transitions: [Int]

  /// Makes an automaton.
  ///
  /// - Parameters:
  ///   - observationCount: How many observations it tells apart.
  ///   - entries: Places in the grid, [state][observation] row by row.
  ///   - transitions: Next states, [state][observation][action] row by row.
  /// - Precondition: Sizes agree, and every transition leads to one of 1 to 256 states.
  public init(observationCount: Int, entries: [Int], transitions: [Int]) {
    precondition(
      observationCount > 0 && !entries.isEmpty && entries.count.isMultiple(of: observationCount)
        && transitions.count.isMultiple(of: entries.count) && !transitions.isEmpty,
      "\(entries.count) entries, \(transitions.count) transitions, \(observationCount) observations"
    )
    let stateCount = entries.count / observationCount
    precondition(
      stateCount <= 256 && transitions.allSatisfy { (0..<stateCount).contains($0) },
      "transitions lead to one of 1 to 256 states")
    self.stateCount = stateCount
    self.observationCount = observationCount
    self.entries = entries
    self.transitions = transitions
  }

  /// An automaton of one state: what it plays depends on the observation alone.
  ///
  /// - Parameters:
  ///   - entries: Places in the grid, one per observation.
  ///   - actionCount: How many actions there are.
  /// - Returns: The automaton.
  public static func memoryless(_ entries: [Int], actionCount: Int) -> Automaton {
    Automaton(
      observationCount: entries.count, entries: entries,
      transitions: Array(repeating: 0, count: entries.count * actionCount))
  }

  /// How many actions it tells apart.
  public var actionCount: Int { transitions.count / entries.count }

  /// The length of its description in bits.
  ///
  /// n states in unary cost n bits, each of the n·|O|·|A| transitions log₂ n, each entry the length of its code word. Over all automata
  /// of n states 2^−length sums to 2^−n times what the grid's code sums to, so the lengths are those of a prefix code.
  ///
  /// - Parameter grid: The grid that the entries are places of.
  /// - Returns: The bits.
  public func descriptionLength(over grid: ActionGrid) -> Double {
    Double(stateCount) + Double(transitions.count) * log2(Double(stateCount))
      + entries.reduce(0) { $0 + grid.bits[$1] }
  }

  /// The place in the grid of what it plays.
  ///
  /// - Parameters:
  ///   - state: Where it is.
  ///   - observation: What has just arrived.
  /// - Returns: The place.
  public func entry(in state: Int, observing observation: Int) -> Int {
    entries[state * observationCount + observation]
  }

  /// Where it moves.
  ///
  /// - Parameters:
  ///   - state: Where it is.
  ///   - observation: What has arrived.
  ///   - action: What has been played, by whomever.
  /// - Returns: The next state.
  public func next(from state: Int, observing observation: Int, playing action: Int) -> Int {
    transitions[(state * observationCount + observation) * actionCount + action]
  }
}
