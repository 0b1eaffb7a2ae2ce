import Foundation

/// What a policy gives every sequence of its own actions, for given observations.
///
/// π(a₁…a_m ‖ o₁…o_m) = Π π(a_t | a_<t, o_≤t): the environment's own chances are left out, so that the divergence of two of these is what the policy
/// spends. All sequences are listed, the first action the most significant digit. The sum may be less than 1; what is missing has been left to others.
public struct ActionSequences: Hashable, Sendable {
  /// How many actions there are.
  public let actionCount: Int
  /// m, the number of steps.
  public let horizon: Int
  /// ln π, [sequence]; −∞ for what never happens.
  public let logProbabilities: [Double]

  /// Sequences with given probabilities.
  ///
  /// - Parameters:
  ///   - actionCount: How many actions there are.
  ///   - horizon: The number of steps.
  ///   - logProbabilities: Their logarithms, one per sequence.
  public init(actionCount: Int, horizon: Int, logProbabilities: [Double]) {
    let count = (0..<horizon).reduce(1) { count, _ in count * actionCount }
    precondition(logProbabilities.count == count, "\(count) sequences of \(horizon) actions")
    self.actionCount = actionCount
    self.horizon = horizon
    self.logProbabilities = logProbabilities
  }

  /// Sequences by a rule that is asked step by step.
  ///
  /// - Parameters:
  ///   - actionCount: How many actions there are.
  ///   - horizon: The number of steps.
  ///   - start: What the rule knows at the beginning.
  ///   - step: Given what it knows, the step (from 0) and an action: ln of the action's probability, and what it knows afterwards.
  public init<Knowledge>(
    actionCount: Int, horizon: Int, start: Knowledge,
    step: (_ known: Knowledge, _ time: Int, _ action: Int) -> (Double, Knowledge)
  ) {
    var leaves: [Double] = []
    func visit(_ known: Knowledge, _ time: Int, _ sum: Double) {
      guard time < horizon else { return leaves.append(sum) }
      for action in 0..<actionCount {
        let (logProbability, after) = step(known, time, action)
        guard logProbability > -.infinity else {
          let count = (time + 1..<horizon).reduce(1) { count, _ in count * actionCount }
          leaves += Array(repeating: -.infinity, count: count)
          continue
        }
        visit(after, time + 1, sum + logProbability)
      }
    }
    visit(start, 0, 0)
    self.init(actionCount: actionCount, horizon: horizon, logProbabilities: leaves)
  }

  /// The probabilities, [sequence].
  public var probabilities: [Double] { logProbabilities.map { exp($0) } }

  /// ln Σ π: 0 for a policy that always acts, less for one that asks.
  public var logMass: Double { logarithmOfSum(logProbabilities) }

  /// The actions of a sequence, first to last.
  ///
  /// - Parameter sequence: Its place.
  /// - Returns: The actions.
  public func actions(of sequence: Int) -> [Int] {
    var rest = sequence
    var reversed: [Int] = []
    for _ in 0..<horizon {
      reversed.append(rest % actionCount)
      rest /= actionCount
    }
    return reversed.reversed()
  }

  /// A number for every sequence.
  ///
  /// - Parameter utility: The number that a sequence of actions is worth.
  /// - Returns: The numbers, [sequence].
  public func utilities(_ utility: (_ actions: [Int]) -> Double) -> [Double] {
    logProbabilities.indices.map { utility(actions(of: $0)) }
  }
}
