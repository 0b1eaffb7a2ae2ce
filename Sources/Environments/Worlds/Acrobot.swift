import Foundation

/// Two links that hang from a bar, with a motor at the joint between them, to be swung up above a line.
///
/// Sutton, "Generalization in reinforcement learning: successful examples using sparse coarse coding", 1996, with the dynamics as Sutton & Barto
/// print them ("Reinforcement Learning: An Introduction", 1998, section 11.3); links of 1 m and 1 kg, g = 9.8 m/s². The torque of −1, 0 or 1 N·m acts for
/// 0.2 s, one step of the classical Runge–Kutta method. Velocities are bounded to ±4π and ±9π. Each step earns −1, except the
/// one that lifts the tip one link's length above the bar, −cos θ₁ − cos(θ₁ + θ₂) > 1, which earns 0 and terminates the episode.
/// All as in gymnasium's Acrobot, in double precision throughout, where gymnasium rounds observations to single.
public struct Acrobot: Environment {
  /// Where the links are and how fast they turn.
  public struct State: Equatable, Sendable {
    /// θ₁, of the upper link, in radians from hanging down.
    public var shoulder: Double
    /// θ₂, of the lower link, in radians from the upper one's direction.
    public var elbow: Double
    /// θ̇₁.
    public var shoulderVelocity: Double
    /// θ̇₂.
    public var elbowVelocity: Double

    /// A state.
    public init(shoulder: Double, elbow: Double, shoulderVelocity: Double, elbowVelocity: Double) {
      self.shoulder = shoulder
      self.elbow = elbow
      self.shoulderVelocity = shoulderVelocity
      self.elbowVelocity = elbowVelocity
    }
  }

  /// The state; to set it is to begin an episode there.
  public var state = State(shoulder: 0, elbow: 0, shoulderVelocity: 0, elbowVelocity: 0) {
    didSet { progress = .underWay }
  }
  private var progress = EpisodeProgress.unstarted

  /// Two links, without a limit of time.
  public init() {}

  /// With the limit of 500 steps that gymnasium's Acrobot-v1 has.
  public static func v1() -> TimeLimit<Acrobot> {
    TimeLimit(Acrobot(), limit: 500)
  }

  /// Cosine and sine of θ₁, of θ₂, then θ̇₁ and θ̇₂.
  public var observationCount: Int { 6 }
  /// A torque of −1 is 0, none is 1, of 1 is 2.
  public var actionCount: Int { 3 }

  /// Begins nearly hanging down and nearly at rest: all four numbers in -0.1..<0.1.
  public mutating func reset(using generator: inout some RandomNumberGenerator) -> [Double] {
    state = State((0..<4).map { _ in generator.uniform(within: 0.1) })
    return observation
  }

  /// Turns the motor on for 0.2 s.
  public mutating func step(_ action: Int) -> Step {
    progress.expect(action, below: actionCount, in: Self.self)
    state = state.turned(by: Double(action - 1))
    let isUp = -cos(state.shoulder) - cos(state.elbow + state.shoulder) > 1
    let step = Step(
      observation: observation, reward: isUp ? 0 : -1, ending: isUp ? .terminated : nil)
    progress.follow(step)
    return step
  }

  private var observation: [Double] {
    [
      cos(state.shoulder), sin(state.shoulder), cos(state.elbow), sin(state.elbow),
      state.shoulderVelocity, state.elbowVelocity,
    ]
  }
}
