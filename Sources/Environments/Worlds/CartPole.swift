import Foundation

/// A cart on a track, with a pole on it that must not fall over.
///
/// Barto, Sutton & Anderson, "Neuronlike adaptive elements that can solve difficult learning control problems", 1983, with the equations of
/// motion without friction of Florian, "Correct equations for the dynamics of the cart-pole system", 2007:
///
///     f = (F + m·l·θ̇²·sin θ) / M
///     θ̈ = (g·sin θ − f·cos θ) / (l·(4/3 − m·cos²θ / M))
///     ẍ = f − m·l·θ̈·cos θ / M
///
/// with F = ±10 N, m = 0.1 kg (pole), M = 1.1 kg (cart and pole), l = 0.5 m (half the pole), g = 9.8 m/s², and an Euler step of 0.02 s.
/// Each step earns 1. The episode terminates when the cart is further than 2.4 m from the middle or the pole further than 12° from
/// upright. All as in gymnasium's CartPole, in double precision throughout, where gymnasium rounds observations to single.
public struct CartPole: Environment {
  /// Where everything is and how fast it goes.
  public struct State: Equatable, Sendable {
    /// x, of the cart, in metres from the middle.
    public var position: Double
    /// ẋ.
    public var velocity: Double
    /// θ, of the pole, in radians from upright.
    public var angle: Double
    /// θ̇.
    public var angularVelocity: Double

    /// A state.
    public init(position: Double, velocity: Double, angle: Double, angularVelocity: Double) {
      self.position = position
      self.velocity = velocity
      self.angle = angle
      self.angularVelocity = angularVelocity
    }
  }

  /// The state; to set it is to begin an episode there.
  public var state = State(position: 0, velocity: 0, angle: 0, angularVelocity: 0) {
    didSet { progress = .underWay }
  }
  private var progress = EpisodeProgress.unstarted

  /// A cart with a pole, without a limit of time.
  public init() {}

  /// With the limit of 500 steps that gymnasium's CartPole-v1 has.
  public static func v1() -> TimeLimit<CartPole> {
    TimeLimit(CartPole(), limit: 500)
  }

  /// x, ẋ, θ and θ̇.
  public var observationCount: Int { 4 }
  /// Push to the left is 0, to the right is 1.
  public var actionCount: Int { 2 }

  /// Begins near the middle, nearly upright and nearly at rest: all four numbers in -0.05..<0.05.
  public mutating func reset(using generator: inout some RandomNumberGenerator) -> [Double] {
    let start = (0..<4).map { _ in generator.uniform(within: 0.05) }
    state = State(
      position: start[0], velocity: start[1], angle: start[2], angularVelocity: start[3])
    return observation
  }

  /// Pushes the cart for 0.02 s.
  public mutating func step(_ action: Int) -> Step {
    progress.expect(action, below: actionCount, in: Self.self)
    state = state.pushed(by: action == 1 ? 10 : -10)
    let isLost = abs(state.position) > 2.4 || abs(state.angle) > 12 * 2 * Double.pi / 360
    let step = Step(observation: observation, reward: 1, ending: isLost ? .terminated : nil)
    progress.follow(step)
    return step
  }

  private var observation: [Double] {
    [state.position, state.velocity, state.angle, state.angularVelocity]
  }
}

extension CartPole.State {
  private static let gravity = 9.8
  private static let poleMass = 0.1
  private static let totalMass = 1.1
  private static let poleHalfLength = 0.5
  private static let timeStep = 0.02

  /// The state after a force has pushed for one time step.
  fileprivate func pushed(by force: Double) -> Self {
    let (g, m, M, l) = (Self.gravity, Self.poleMass, Self.totalMass, Self.poleHalfLength)
    let (sine, cosine) = (sin(angle), cos(angle))
    let f = (force + m * l * angularVelocity * angularVelocity * sine) / M
    let angularAcceleration = (g * sine - cosine * f) / (l * (4 / 3 - m * cosine * cosine / M))
    let acceleration = f - m * l * angularAcceleration * cosine / M
    return Self(
      position: position + Self.timeStep * velocity,
      velocity: velocity + Self.timeStep * acceleration,
      angle: angle + Self.timeStep * angularVelocity,
      angularVelocity: angularVelocity + Self.timeStep * angularAcceleration)
  }
}
