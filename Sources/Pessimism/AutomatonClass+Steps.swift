extension AutomatonClass {
  /// Where all automata begin, [automaton].
  public var startingStates: [UInt8] { Array(repeating: 0, count: count) }

  /// What each automaton gives one action.
  ///
  /// - Parameters:
  ///   - action: The action.
  ///   - observation: What has just arrived.
  ///   - states: Where they are, [automaton].
  /// - Returns: Probabilities, [automaton].
  public func probabilities(
    of action: Int, observing observation: Int, in states: [UInt8]
  ) -> [Double] {
    lookedUp(probabilityTable, action, observation, states)
  }

  /// What each automaton gives one action, as natural logarithms.
  ///
  /// - Parameters:
  ///   - action: The action.
  ///   - observation: What has just arrived.
  ///   - states: Where they are, [automaton].
  /// - Returns: Log-probabilities, [automaton]; −∞ where the probability is zero.
  public func logProbabilities(
    of action: Int, observing observation: Int, in states: [UInt8]
  ) -> [Double] {
    lookedUp(logProbabilityTable, action, observation, states)
  }

  /// What one automaton gives one action.
  ///
  /// - Parameters:
  ///   - action: The action.
  ///   - observation: What has just arrived.
  ///   - automaton: Its place.
  ///   - state: Where it is.
  /// - Returns: The probability.
  public func probability(
    of action: Int, observing observation: Int, by automaton: Int, in state: UInt8
  ) -> Double {
    probabilityTable[place(automaton, state, observation, in: entries) * actionCount + action]
  }

  /// Moves all automata.
  ///
  /// - Parameters:
  ///   - states: Where they are, [automaton]; afterwards where they are next.
  ///   - observation: What has arrived.
  ///   - action: What has been played.
  public func advance(_ states: inout [UInt8], observing observation: Int, playing action: Int) {
    for automaton in 0..<count {
      states[automaton] = next(of: automaton, from: states[automaton], observation, action)
    }
  }

  /// The next state of one automaton.
  func next(of automaton: Int, from state: UInt8, _ observation: Int, _ action: Int) -> UInt8 {
    let cell = (automaton * maximalStateCount + Int(state)) * observationCount + observation
    return transitions[cell * actionCount + action]
  }

  private func place(
    _ automaton: Int, _ state: UInt8, _ observation: Int, in entries: [UInt8]
  ) -> Int {
    Int(entries[(automaton * maximalStateCount + Int(state)) * observationCount + observation])
  }

  private func lookedUp(
    _ table: [Double], _ action: Int, _ observation: Int, _ states: [UInt8]
  ) -> [Double] {
    precondition(states.count == count, "\(states.count) states for \(count) automata")
    let actionCount = actionCount
    return states.indices.map {
      table[place($0, states[$0], observation, in: entries) * actionCount + action]
    }
  }
}
