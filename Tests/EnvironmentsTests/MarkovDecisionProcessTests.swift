import Testing

@testable import Environments

@Suite struct `A Markov decision process` {
  let process = MarkovDecisionProcess.example

  /// A policy that is different in every state and at every time.
  private func policy(state: Int, time: Int) -> [Double] {
    let first = 0.2 + 0.1 * Double(state) + 0.15 * Double(time)
    return [first, 1 - first]
  }

  @Test func `of the examples is valid`() throws {
    for example in [process, .deterministicExample] {
      _ = try MarkovDecisionProcess(
        initialProbabilities: example.initialProbabilities, transitions: example.transitions,
        rewards: example.rewards, horizon: example.horizon)
    }
  }

  @Test func `enumerates episodes whose probabilities sum to one, each once`() {
    let trajectories = process.trajectories(of: policy)
    #expect(abs(trajectories.map(\.probability).reduce(0, +) - 1) < 1e-14)
    #expect(Set(trajectories.map { $0.states + $0.actions }).count == trajectories.count)
    #expect(trajectories.allSatisfy { $0.states.count == 3 && $0.actions.count == 3 })
  }

  /// By hand: ρ₀(1) = 0.3, π(1 | 1, 0) = 0.7, P(2 | 1, 1) = 0.9, π(0 | 2, 1) = 0.55, P(0 | 2, 0) = 1, π(1 | 0, 2) = 0.5.
  @Test func `gives an episode the probability of its start, its actions and its moves`() throws {
    let trajectory = try #require(
      process.trajectories(of: policy).first { $0.states == [1, 2, 0] && $0.actions == [1, 0, 1] })
    #expect(trajectory.rewards == [2, -1.5, -0.5])
    #expect(abs(trajectory.probability - 0.3 * 0.7 * 0.9 * 0.55 * 0.5) < 1e-16)
  }

  @Test(arguments: [0, 0.5, 0.9, 1])
  func `has the same expected return by enumeration and by Bellman's equation`(discount: Double) {
    let enumerated = process.trajectories(of: policy).reduce(0.0) { sum, trajectory in
      let total = trajectory.rewards.reversed().reduce(0) { $1 + discount * $0 }
      return sum + trajectory.probability * total
    }
    #expect(abs(enumerated - process.expectedReturn(of: policy, discount: discount)) < 1e-14)
  }

  @Test func `has state values that are the policy's mean of its action values`() {
    let states = process.stateValues(of: policy, discount: 0.9)
    let actions = process.actionValues(of: policy, discount: 0.9)
    #expect(states.count == 4 && actions.count == 3 && states[3] == [0, 0, 0])
    for (time, row) in actions.enumerated() {
      for (state, values) in row.enumerated() {
        let mean = zip(policy(state: state, time: time), values).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(states[time][state] - mean) < 1e-15)
      }
    }
  }

  /// The mean over trajectories that take action a in state s at time t.
  @Test func `has action values that are mean returns of the episodes with that action`() {
    let trajectories = process.trajectories(of: policy)
    let values = process.actionValues(of: policy, discount: 0.8)
    for time in 0..<3 {
      for state in 0..<3 {
        for action in 0..<2 {
          let those = trajectories.filter {
            $0.states[time] == state && $0.actions[time] == action
          }
          let share = those.map(\.probability).reduce(0, +)
          let sum = those.reduce(0.0) { sum, trajectory in
            let rest = trajectory.rewards[time...].reversed().reduce(0) { $1 + 0.8 * $0 }
            return sum + trajectory.probability * rest
          }
          #expect(share > 0 && abs(values[time][state][action] - sum / share) < 1e-14)
        }
      }
    }
  }

  @Test func `without chance follows its table`() {
    let chain = MarkovDecisionProcess.deterministicExample
    #expect(chain.expectedReturn(of: { _, _ in [0, 1] }, discount: 1) == 1)
    #expect(chain.trajectories { _, _ in [0.5, 0.5] }.count == 8)
    var (copy, chance) = (chain, SeededGenerator(seed: 0))
    _ = copy.reset(using: &chance)
    #expect((0..<3).map { _ in copy.step(1).reward } == [-0.5, -0.5, 2])
  }

  @Test func `ends with a termination after its horizon`() throws {
    var copy = process
    for seed in 0..<10 as Range<UInt64> {
      let endings = try copy.episode(seed: seed, actionSeed: seed).steps.map(\.ending)
      #expect(endings == [nil, nil, .terminated])
    }
  }

  /// Five standard deviations of a share over n episodes.
  @Test func `is played as it is enumerated`() {
    var (copy, choices) = (process, SeededGenerator(seed: 2))
    var counts: [[Int]: Int] = [:]
    let n = 20_000
    for seed in 0..<UInt64(n) {
      var chance = SeededGenerator(seed: seed)
      _ = copy.reset(using: &chance)
      var key: [Int] = []
      for time in 0..<3 {
        let action = choices.index(from: policy(state: copy.state, time: time))
        key += [copy.state, action]
        _ = copy.step(action)
      }
      counts[key, default: 0] += 1
    }
    for trajectory in process.trajectories(of: policy) {
      let key = zip(trajectory.states, trajectory.actions).flatMap { [$0, $1] }
      let (share, p) = (Double(counts[key, default: 0]) / Double(n), trajectory.probability)
      #expect(abs(share - p) < 5 * (p * (1 - p) / Double(n)).squareRoot() + 1e-3)
      counts[key] = nil
    }
    #expect(counts.isEmpty)
  }

  @Test func `shows the state, or the state and the time`() throws {
    #expect(process.observationCount == 12)
    #expect(process.observation(state: 2, time: 1).firstIndex(of: 1) == 5)
    let plain = try MarkovDecisionProcess(
      initialProbabilities: [0, 1], transitions: [[[0, 1]], [[1, 0]]], rewards: [[1], [2]],
      horizon: 2)
    #expect(plain.observation(state: 1, time: 2) == [0, 1])
    var (copy, chance) = (plain, SeededGenerator(seed: 0))
    #expect(copy.reset(using: &chance) == [0, 1])
    #expect(copy.step(0) == Step(observation: [1, 0], reward: 2))
    #expect(copy.step(0) == Step(observation: [0, 1], reward: 1, ending: .terminated))
  }

  @Test func `with wrong tables is refused with the table's name`() {
    func expect(
      _ error: EnvironmentError, initial: [Double] = [0.5, 0.5],
      transitions: [[[Double]]] = [[[1, 0]], [[0, 1]]], rewards: [[Double]] = [[1], [1]],
      horizon: Int = 1, sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(throws: error, sourceLocation: sourceLocation) {
        try MarkovDecisionProcess(
          initialProbabilities: initial, transitions: transitions, rewards: rewards,
          horizon: horizon)
      }
    }
    func shape(_ name: String, _ expected: String, _ actual: String) -> EnvironmentError {
      .wrongShape(of: name, expected: expected, actual: actual)
    }
    expect(shape("initialProbabilities", "one or more", "empty"), initial: [])
    expect(.outOfRange("horizon", actual: "0", expected: "1 or more"), horizon: 0)
    expect(shape("transitions", "for 2 states", "for 1"), transitions: [[[1, 0]]])
    expect(shape("rewards", "for 2 states", "for 3"), rewards: [[1], [1], [1]])
    expect(shape("rewards[1]", "for 1 actions", "for 2"), rewards: [[1], [1, 2]])
    expect(
      .outOfRange("the number of actions", actual: "0", expected: "one or more"),
      rewards: [[], []])
    expect(
      shape("transitions[0]", "for 1 actions", "for 2"),
      transitions: [[[1, 0], [1, 0]], [[0, 1]]])
    expect(shape("transitions[1][0]", "for 2 states", "for 1"), transitions: [[[1, 0]], [[1]]])
    expect(
      .notADistribution(row: "transitions[1][0]", reason: "sums to 0.75"),
      transitions: [[[1, 0]], [[0.25, 0.5]]])
    expect(
      .notADistribution(row: "initialProbabilities", reason: "has the negative -0.5"),
      initial: [1.5, -0.5])
    expect(.notFinite("rewards[1][0]"), rewards: [[1], [.nan]])
    expect(.notFinite("a number in transitions[0][0]"), transitions: [[[.nan, 0]], [[0, 1]]])
  }
}
