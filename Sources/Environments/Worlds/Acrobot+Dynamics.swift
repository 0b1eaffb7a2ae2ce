import Foundation

extension Acrobot.State {
  private static let gravity = 9.8
  private static let timeStep = 0.2

  init(_ numbers: [Double]) {
    self.init(
      shoulder: numbers[0], elbow: numbers[1], shoulderVelocity: numbers[2],
      elbowVelocity: numbers[3])
  }

  private var numbers: [Double] { [shoulder, elbow, shoulderVelocity, elbowVelocity] }

  /// The state after a torque has acted for one time step.
  func turned(by torque: Double) -> Self {
    let h = Self.timeStep
    func slope(at numbers: [Double]) -> [Double] { Self(numbers).slope(under: torque) }
    func moved(along slope: [Double], for time: Double) -> [Double] {
      zip(numbers, slope).map { $0 + time * $1 }
    }
    let k1 = slope(at: numbers)
    let k2 = slope(at: moved(along: k1, for: h / 2))
    let k3 = slope(at: moved(along: k2, for: h / 2))
    let k4 = slope(at: moved(along: k3, for: h))
    let mean = (0..<4).map { index -> Double in
      let (ends, middles) = (k1[index] + k4[index], k2[index] + k3[index])
      return (ends + 2 * middles) / 6
    }
    var next = Self(moved(along: mean, for: h))
    next.shoulder = Self.wrapped(next.shoulder)
    next.elbow = Self.wrapped(next.elbow)
    next.shoulderVelocity = min(max(next.shoulderVelocity, -4 * .pi), 4 * .pi)
    next.elbowVelocity = min(max(next.elbowVelocity, -9 * .pi), 9 * .pi)
    return next
  }

  /// The same angle in -π...π.
  private static func wrapped(_ angle: Double) -> Double {
    var angle = angle
    while angle > .pi { angle -= 2 * .pi }
    while angle < -.pi { angle += 2 * .pi }
    return angle
  }

  /// How fast each of the four numbers changes: θ̇₁, θ̇₂, θ̈₁, θ̈₂.
  ///
  /// The symbols are the book's, with both masses, lengths and moments of inertia 1 and the centres of mass halfway.
  private func slope(under torque: Double) -> [Double] {
    let (m, l, lc, I, g): (Double, Double, Double, Double, Double) = (1, 1, 0.5, 1, Self.gravity)
    let (sine, cosine) = (sin(elbow), cos(elbow))
    let d1: Double = m * lc * lc + m * (l * l + lc * lc + 2 * l * lc * cosine) + I + I
    let d2: Double = m * (lc * lc + l * lc * cosine) + I
    let phi2: Double = m * lc * g * cos(shoulder + elbow - .pi / 2)
    let centrifugal: Double = m * l * lc * elbowVelocity * elbowVelocity * sine
    let coriolis: Double = 2 * m * l * lc * elbowVelocity * shoulderVelocity * sine
    let weight: Double = (m * lc + m * l) * g * cos(shoulder - .pi / 2)
    let phi1: Double = weight - centrifugal - coriolis + phi2
    let pull: Double = m * l * lc * shoulderVelocity * shoulderVelocity * sine
    let elbowAcceleration: Double =
      (torque + d2 / d1 * phi1 - pull - phi2) / (m * lc * lc + I - d2 * d2 / d1)
    let shoulderAcceleration: Double = -(d2 * elbowAcceleration + phi1) / d1
    return [shoulderVelocity, elbowVelocity, shoulderAcceleration, elbowAcceleration]
  }
}
