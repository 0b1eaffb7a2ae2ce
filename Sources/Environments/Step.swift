/// What follows an action.
public struct Step: Equatable, Sendable {
  /// What the policy sees next; after an ending, the last thing there is to see.
  public var observation: [Double]
  /// What the action earned.
  public var reward: Double
  /// Why the episode stopped, or nil if it goes on.
  public var ending: Ending?

  /// What follows an action.
  public init(observation: [Double], reward: Double, ending: Ending? = nil) {
    self.observation = observation
    self.reward = reward
    self.ending = ending
  }
}
