extension MarkovDecisionProcess {
  /// Checks shapes, probabilities and rewards.
  func validate() throws(EnvironmentError) {
    guard stateCount > 0 else {
      throw .wrongShape(of: "initialProbabilities", expected: "one or more", actual: "empty")
    }
    try Self.expect(horizon > 0, "horizon", actual: "\(horizon)", expected: "1 or more")
    try Self.expectCount(transitions.count, stateCount, "transitions", unit: "states")
    try Self.expectCount(rewards.count, stateCount, "rewards", unit: "states")
    try Self.expect(
      !rewards[0].isEmpty, "the number of actions", actual: "0", expected: "one or more")
    try Self.expectDistribution(initialProbabilities, "initialProbabilities")
    for state in 0..<stateCount {
      try Self.expectCount(rewards[state].count, actionCount, "rewards[\(state)]", unit: "actions")
      try Self.expectCount(
        transitions[state].count, actionCount, "transitions[\(state)]", unit: "actions")
      for action in 0..<actionCount {
        guard rewards[state][action].isFinite else {
          throw .notFinite("rewards[\(state)][\(action)]")
        }
        let name = "transitions[\(state)][\(action)]"
        try Self.expectCount(transitions[state][action].count, stateCount, name, unit: "states")
        try Self.expectDistribution(transitions[state][action], name)
      }
    }
  }

  private static func expect(
    _ condition: Bool, _ name: String, actual: String, expected: String
  ) throws(EnvironmentError) {
    guard condition else { throw .outOfRange(name, actual: actual, expected: expected) }
  }

  private static func expectCount(
    _ count: Int, _ expected: Int, _ name: String, unit: String
  ) throws(EnvironmentError) {
    guard count == expected else {
      throw .wrongShape(of: name, expected: "for \(expected) \(unit)", actual: "for \(count)")
    }
  }

  private static func expectDistribution(
    _ row: [Double], _ name: String
  ) throws(EnvironmentError) {
    guard row.allSatisfy(\.isFinite) else { throw .notFinite("a number in \(name)") }
    guard row.allSatisfy({ $0 >= 0 }) else {
      throw .notADistribution(row: name, reason: "has the negative \(row.min() ?? 0)")
    }
    let sum = row.reduce(0, +)
    guard abs(sum - 1) <= 1e-9 else {
      throw .notADistribution(row: name, reason: "sums to \(sum)")
    }
  }
}
