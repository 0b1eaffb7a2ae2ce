/// A policy-gradient method: four choices over one loop.
public struct Method: Codable, Equatable, Sendable {
  /// How good an action was.
  public var advantage = Advantage()
  /// How far one step may go.
  public var objective = Objective()
  /// What holds the policy near what is trusted.
  public var reference = Reference()
  /// Who estimates values.
  public var critic = CriticChoice()

  /// PPO with a value head and a KL penalty in the reward.
  public init() {}
}
