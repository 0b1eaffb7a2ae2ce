import Foundation

/// How briefly a sequence of actions can be described.
///
/// Either by the smallest automaton without input that prints it, or letter by letter. Such an automaton has n states that are visited in turn, each printing its
/// action, and goes from the last back to one of them: 1 bit for the kind, n for the number of states in unary, n·log₂ |A| for the actions, log₂ n for where it goes
/// back to. Letter by letter costs 1 bit for the kind and log₂ |A| per action.
public struct SequenceDescription: Hashable, Sendable {
  /// How many states the automaton has; nil where letter by letter is shorter.
  public let stateCount: Int?
  /// The length in bits.
  public let bits: Double

  /// The shortest description.
  ///
  /// - Parameters:
  ///   - actions: The sequence, first to last.
  ///   - actionCount: How many actions there are.
  public init(of actions: [Int], actionCount: Int) {
    let letter = log2(Double(actionCount))
    let literal = 1 + Double(actions.count) * letter
    let states = (1...max(1, actions.count)).first { states in
      (0..<states).contains { SequenceDescription.returns(to: $0, after: states, in: actions) }
    }
    let printed = states.map { 1 + Double($0) * (1 + letter) + log2(Double($0)) } ?? .infinity
    stateCount = printed < literal ? states : nil
    bits = min(printed, literal)
  }

  /// Whether the sequence goes on from place `states` as from place `target`, for good.
  private static func returns(to target: Int, after states: Int, in actions: [Int]) -> Bool {
    actions.indices.dropFirst(states).allSatisfy {
      actions[$0] == actions[$0 - states + target]
    }
  }
}
