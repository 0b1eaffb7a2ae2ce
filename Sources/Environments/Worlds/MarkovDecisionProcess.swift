/// A world of finitely many states whose rules are known, so that everything about it can be computed.
///
/// An episode takes ``horizon`` steps and then terminates: the horizon is part of the problem, and nothing is worth anything after it.
/// The environment draws states as the tables say; `trajectories(of:)`, `stateValues(of:discount:)` and `actionValues(of:discount:)` give the
/// exact distribution and values of the same episodes, for tests that need no tolerance for chance.
public struct MarkovDecisionProcess: Environment {
  /// What a policy sees.
  public enum Observation: String, Codable, Sendable {
    /// The state.
    case state
    /// The state together with the time, without which a finite horizon is not Markov.
    case stateAndTime
  }

  /// The probability of each state to be the first.
  public let initialProbabilities: [Double]
  /// P(s′ | s, a), as [state][action][next state].
  public let transitions: [[[Double]]]
  /// R(s, a), as [state][action].
  public let rewards: [[Double]]
  /// How many steps an episode takes.
  public let horizon: Int
  /// What a policy sees.
  public let observation: Observation

  /// Where the episode is.
  public private(set) var state = 0
  /// How many steps it has had.
  public private(set) var time = 0
  private var progress = EpisodeProgress.unstarted
  private var chance = SeededGenerator(seed: 0)

  /// A process.
  ///
  /// - Parameters:
  ///   - initialProbabilities: The probability of each state to be the first.
  ///   - transitions: P(s′ | s, a), as [state][action][next state].
  ///   - rewards: R(s, a), as [state][action].
  ///   - horizon: How many steps an episode takes.
  ///   - observation: What a policy sees.
  /// - Throws: ``EnvironmentError`` that names the table and the row.
  public init(
    initialProbabilities: [Double], transitions: [[[Double]]], rewards: [[Double]], horizon: Int,
    observation: Observation = .state
  ) throws(EnvironmentError) {
    self.init(
      unchecked: initialProbabilities, transitions, rewards, horizon: horizon,
      observation: observation)
    try validate()
  }

  init(
    unchecked initialProbabilities: [Double], _ transitions: [[[Double]]], _ rewards: [[Double]],
    horizon: Int, observation: Observation = .state
  ) {
    self.initialProbabilities = initialProbabilities
    self.transitions = transitions
    self.rewards = rewards
    self.horizon = horizon
    self.observation = observation
  }

  /// How many states there are.
  public var stateCount: Int { initialProbabilities.count }
  /// How many actions there are in every state.
  public var actionCount: Int { rewards[0].count }
  /// One number for each state, or for each state at each time, the one after the last step included.
  public var observationCount: Int {
    switch observation {
    case .state: stateCount
    case .stateAndTime: stateCount * (horizon + 1)
    }
  }

  /// What a policy sees in a state at a time: a single one among zeros.
  public func observation(state: Int, time: Int) -> [Double] {
    var numbers = Array(repeating: 0.0, count: observationCount)
    switch observation {
    case .state: numbers[state] = 1
    case .stateAndTime: numbers[time * stateCount + state] = 1
    }
    return numbers
  }

  /// Begins in a state drawn from the initial probabilities.
  public mutating func reset(using generator: inout some RandomNumberGenerator) -> [Double] {
    chance = SeededGenerator(seed: generator.next())
    state = chance.index(from: initialProbabilities)
    time = 0
    progress = .underWay
    return observation(state: state, time: time)
  }

  /// Acts, and draws the next state.
  public mutating func step(_ action: Int) -> Step {
    progress.expect(action, below: actionCount, in: Self.self)
    let reward = rewards[state][action]
    state = chance.index(from: transitions[state][action])
    time += 1
    let step = Step(
      observation: observation(state: state, time: time), reward: reward,
      ending: time == horizon ? .terminated : nil)
    progress.follow(step)
    return step
  }
}
