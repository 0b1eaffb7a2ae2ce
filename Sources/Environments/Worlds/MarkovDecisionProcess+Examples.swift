extension MarkovDecisionProcess {
  /// Three states, two actions, three steps, with chance in where it starts and where it goes; ours, for exact tests.
  ///
  /// No two rewards are equal and no reward is zero, so that a mistake in any of them shows.
  public static let example = MarkovDecisionProcess(
    unchecked: [0.5, 0.3, 0.2],
    [
      [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3]],
      [[0.25, 0.5, 0.25], [0, 0.1, 0.9]],
      [[1, 0, 0], [0.3, 0.3, 0.4]],
    ],
    [[1, -0.5], [0.25, 2], [-1.5, 0.75]], horizon: 3, observation: .stateAndTime)

  /// Three states in a row and no chance at all; ours.
  ///
  /// Action 0 stays and earns a little; action 1 goes on at a cost, and in the last state it earns 2 and starts over. From the first
  /// state the best of three steps is to go on throughout: −0.5 − 0.5 + 2 = 1.
  public static let deterministicExample = MarkovDecisionProcess(
    unchecked: [1, 0, 0],
    [
      [[1, 0, 0], [0, 1, 0]],
      [[0, 1, 0], [0, 0, 1]],
      [[0, 0, 1], [1, 0, 0]],
    ],
    [[0.25, -0.5], [0.125, -0.5], [0, 2]], horizon: 3, observation: .stateAndTime)
}
