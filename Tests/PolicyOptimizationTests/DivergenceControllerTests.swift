import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing

// Article: <doc:KLPenalty>.
@Suite struct `Divergence controller` {
  private func coefficient(_ divergence: Double, episodes: Int = 100) -> Double {
    var controller = DivergenceController(coefficient: 0.2, target: 6, horizon: 10_000)
    controller.update(divergence: divergence, episodes: episodes)
    return controller.coefficient
  }

  @Test func `without a target never moves`() {
    var controller = DivergenceController(coefficient: 0.05)
    controller.update(divergence: 1000, episodes: 1000)
    #expect(controller.coefficient == 0.05)
  }

  @Test func `stays at its target`() { #expect(coefficient(6) == 0.2) }

  @Test func `moves in proportion to small errors`() {
    // 6.6 / 6 − 1 = 0.1, times 100 / 10 000.
    expectEqual(coefficient(6.6), 0.2 * 1.001, tolerance: 1e-12)
    expectEqual(coefficient(5.4), 0.2 * 0.999, tolerance: 1e-12)
  }

  @Test func `takes no error for more than a fifth`() {
    expectEqual(coefficient(600), 0.2 * 1.002, tolerance: 1e-12)
    expectEqual(coefficient(0), 0.2 * 0.998, tolerance: 1e-12)
    expectEqual(coefficient(-3), 0.2 * 0.998, tolerance: 1e-12)
  }

  @Test func `moves by about e to a fifth in a horizon`() {
    var controller = DivergenceController(coefficient: 1, target: 6, horizon: 10_000)
    for _ in 0..<1000 { controller.update(divergence: 100, episodes: 10) }
    expectEqual(controller.coefficient, exp(0.2), tolerance: 1e-3)
  }

  @Test func `keeps its sign when one batch is larger than the horizon`() {
    expectEqual(coefficient(0, episodes: 1_000_000), 0.2 * 0.8, tolerance: 1e-12)
    expectEqual(coefficient(60, episodes: 1_000_000), 0.2 * 1.2, tolerance: 1e-12)
  }

  @Test func `brings a divergence that answers it to the target`() {
    // A policy with KL = 1/β settles at β = 1/6.
    var controller = DivergenceController(coefficient: 2, target: 6, horizon: 1000)
    for _ in 0..<2000 { controller.update(divergence: 1 / controller.coefficient, episodes: 50) }
    expectEqual(1 / controller.coefficient, 6, tolerance: 1e-3)
  }

  private func multiplier(start: Double, rate: Double = 0.1) -> DivergenceController {
    DivergenceController(coefficient: start, target: 6, steering: .dualAscent, dualRate: rate)
  }

  @Test func `as a multiplier adds what is above the target and takes what is below`() {
    for (divergence, expected) in [(8.0, 0.5), (6.0, 0.3), (5.0, 0.2), (2.0, 0.0), (-50.0, 0.0)] {
      var controller = multiplier(start: 0.3)
      controller.update(divergence: divergence, episodes: 1)
      expectEqual(controller.coefficient, expected, tolerance: 1e-12)
    }
  }

  // max E[r] − β·(KL − B) over π is the tilt; the multiplier that the ascent finds is where the tilt costs B, whatever its start.
  @Test(arguments: [0, 3.0])
  func `as a multiplier finds the tilt that costs the target, and 0 where it is never reached`(
    start: Double
  ) {
    let (reference, rewards) = ([0.6, 0.3, 0.1], [0.0, 1.0, 2.0])
    let cost = { (coefficient: Double) in
      let tilt = tiltedDistribution(
        reference, by: rewards, temperature: max(coefficient, 1e-9))
      return zip(tilt, reference).reduce(0) { $0 + ($1.0 > 0 ? $1.0 * log($1.0 / $1.1) : 0) }
    }
    for (target, isIdle) in [(0.5, false), (5.0, true)] {
      var controller = DivergenceController(
        coefficient: start, target: target, steering: .dualAscent, dualRate: 0.02)
      for _ in 0..<20_000 {
        controller.update(divergence: cost(controller.coefficient), episodes: 1)
      }
      if isIdle {
        #expect(controller.coefficient == 0)
      } else {
        expectEqual(cost(controller.coefficient), target, tolerance: 1e-9)
      }
    }
  }

  @Test func `goes through JSON with its state`() throws {
    var controller = DivergenceController(coefficient: 0.2, target: 6)
    controller.update(divergence: 7, episodes: 64)
    let data = try JSONEncoder().encode(controller)
    #expect(try JSONDecoder().decode(DivergenceController.self, from: data) == controller)
  }
}
