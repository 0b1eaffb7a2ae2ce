/// A row of states with an end on either side, of which only the right one pays.
///
/// Sutton & Barto, "Reinforcement Learning: An Introduction", 2nd edition, 2018, example 6.2: an episode starts in the middle, an action goes
/// one state left or right, and earns 1 if it leaves the row on the right, otherwise 0. There nature walks; here the
/// policy does, and the uniform policy is nature.
public struct RandomWalk: Environment {
  /// How many states there are between the ends.
  public let stateCount: Int
  /// The state, from 0 on the left; it leaves the row when the episode ends.
  public private(set) var state: Int
  private var progress = EpisodeProgress.unstarted

  /// A walk.
  ///
  /// - Parameter stateCount: How many states there are between the ends: odd, so that there is a middle.
  public init(stateCount: Int = 5) {
    precondition(
      stateCount > 0 && stateCount % 2 == 1, "a walk of \(stateCount) states has no middle")
    self.stateCount = stateCount
    state = stateCount / 2
  }

  /// One number for each state.
  public var observationCount: Int { stateCount }
  /// Left is 0, right is 1.
  public var actionCount: Int { 2 }

  /// The undiscounted values of the states under the uniform policy: i/(n + 1) for the i-th of n.
  public var trueValues: [Double] {
    (1...stateCount).map { Double($0) / Double(stateCount + 1) }
  }

  /// Begins in the middle.
  public mutating func reset(using generator: inout some RandomNumberGenerator) -> [Double] {
    state = stateCount / 2
    progress = .underWay
    return observation
  }

  /// Goes left or right.
  public mutating func step(_ action: Int) -> Step {
    progress.expect(action, below: actionCount, in: Self.self)
    state += action == 0 ? -1 : 1
    let isOutside = state < 0 || state == stateCount
    let step = Step(
      observation: observation, reward: state == stateCount ? 1 : 0,
      ending: isOutside ? .terminated : nil)
    progress.follow(step)
    return step
  }

  /// A one at the state; zeros when the walk has left the row.
  private var observation: [Double] {
    (0..<stateCount).map { $0 == state ? 1 : 0 }
  }
}
