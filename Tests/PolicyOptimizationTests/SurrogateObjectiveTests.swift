import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

// Article: <doc:ClippedSurrogate>.
@Suite struct `Surrogate objectives` {
  let ratios = [0.5, 0.79, 0.81, 1, 1.19, 1.21, 2]
  var logRatios: Tensor { Tensor((ratios + ratios).map { log($0) }) }
  var advantages: Tensor { Tensor(ratios.map { _ in 1.5 } + ratios.map { _ in -1.5 }) }

  @Test func `have the losses of the clipping table`() {
    // A > 0: −min(ρ, 1.2)·A; A < 0: −max(ρ, 0.8)·A.
    expectEqual(
      SurrogateObjective.clipped(0.2).losses(
        logRatios: Tensor([1.5, 0.5, 1.1, 1.5, 0.5, 1.1].map { log($0) }),
        advantages: vector(1, 1, 1, -1, -1, -1)),
      vector(-1.2, -0.5, -1.1, 1.5, 0.8, 1.1), tolerance: 1e-12)
  }

  @Test func `without a bound weight by the ratio`() {
    expectEqual(
      SurrogateObjective.importanceWeighted.losses(
        logRatios: Tensor([2, 0.5].map { log($0) }), advantages: vector(3, -3)),
      vector(-6, 1.5), tolerance: 1e-12)
  }

  @Test(arguments: [SurrogateObjective.importanceWeighted, .clipped(0.2)])
  func `at ratio 1 give the plain policy gradient`(objective: SurrogateObjective) {
    let advantages = samples([6], seed: 1)
    let zeros = advantages.zerosLike()
    expectEqual(objective.losses(logRatios: zeros, advantages: advantages), -advantages)
    expectEqual(
      gradient(at: zeros) { objective.losses(logRatios: $0, advantages: advantages).sum() },
      -advantages, tolerance: 1e-12)
    #expect(objective.isClipped(logRatios: zeros, advantages: advantages).sum().item == 0)
  }

  @Test func `with an infinite range weight by the ratio`() {
    let (unbounded, plain) = (
      SurrogateObjective.clipped(.infinity), SurrogateObjective.importanceWeighted
    )
    expectEqual(
      unbounded.losses(logRatios: logRatios, advantages: advantages),
      plain.losses(logRatios: logRatios, advantages: advantages), tolerance: 0)
    expectEqual(
      gradient(at: logRatios) { unbounded.losses(logRatios: $0, advantages: advantages).sum() },
      gradient(at: logRatios) { plain.losses(logRatios: $0, advantages: advantages).sum() },
      tolerance: 1e-12)
    #expect(plain.isClipped(logRatios: logRatios, advantages: advantages).sum().item == 0)
    #expect(unbounded.isClipped(logRatios: logRatios, advantages: advantages).sum().item == 0)
  }

  @Test
  func `have no gradient exactly where the bound is passed in the direction of the advantage`() {
    let objective = SurrogateObjective.clipped(0.2)
    let slopes = gradient(at: logRatios) {
      objective.losses(logRatios: $0, advantages: advantages).sum()
    }
    let expected = zip(ratios + ratios, advantages.doubles).map { ratio, advantage in
      (advantage > 0 && ratio > 1.2) || (advantage < 0 && ratio < 0.8) ? 0 : -ratio * advantage
    }
    expectEqual(slopes, Tensor(expected), tolerance: 1e-12)
    expectEqual(
      objective.isClipped(logRatios: logRatios, advantages: advantages),
      Tensor(expected.map { $0 == 0 ? 1.0 : 0 }))
  }

  @Test func `with a bound never promise more than without`() {
    let (logRatios, advantages) = (samples([200], seed: 2), samples([200], seed: 3))
    let bounded = SurrogateObjective.clipped(0.2)
      .losses(logRatios: logRatios, advantages: advantages)
    let free = SurrogateObjective.importanceWeighted
      .losses(logRatios: logRatios, advantages: advantages)
    // But for the last bit of two exponentials.
    #expect((bounded .< free - 1e-12).sum().item == 0)
    #expect((bounded .> free).sum().item > 0)
  }

  @Test func `of advantage zero have no loss, no gradient and no clipping`() {
    let zeros = logRatios.zerosLike()
    let objective = SurrogateObjective.clipped(0.2)
    expectEqual(objective.losses(logRatios: logRatios, advantages: zeros), zeros, tolerance: 0)
    expectEqual(
      gradient(at: logRatios) { objective.losses(logRatios: $0, advantages: zeros).sum() }, zeros,
      tolerance: 0)
    expectEqual(objective.isClipped(logRatios: logRatios, advantages: zeros), zeros, tolerance: 0)
  }

  @Test(arguments: [SurrogateObjective.importanceWeighted, .clipped(0.2), .clipped(0.7)])
  func `differentiate as central differences do`(objective: SurrogateObjective) {
    expectGradients(at: [logRatios, advantages]) {
      objective.losses(logRatios: $0[0], advantages: $0[1]).sum()
    }
  }

  @Test func `do not swallow a number that is none`() {
    let losses = SurrogateObjective.clipped(0.2)
      .losses(logRatios: vector(.nan, 0), advantages: vector(1, .nan))
    #expect(losses.doubles.allSatisfy { $0.isNaN })
  }

  @Test func `go through JSON unchanged`() throws {
    for objective in [SurrogateObjective.importanceWeighted, .clipped(0.1)] {
      let data = try JSONEncoder().encode(objective)
      #expect(try JSONDecoder().decode(SurrogateObjective.self, from: data) == objective)
    }
  }

  @Test func `refuse advantages of another shape`() async {
    await #expect(processExitsWith: .failure) {
      _ = SurrogateObjective.importanceWeighted.losses(
        logRatios: .zeros([3]), advantages: .zeros([1]))
    }
  }

  @Test func `do not clamp log-ratios, nor do divergences`() {
    let far = vector(30, -30)
    let losses = SurrogateObjective.importanceWeighted
      .losses(logRatios: far, advantages: vector(1, 1))
    expectEqual(losses, vector(-exp(30), -exp(-30)), relative: 1e-12)
    expectEqual(
      DivergenceEstimator.k3.estimates(logRatios: far),
      vector(exp(-30) - 1 + 30, exp(30) - 1 - 30), relative: 1e-12)
  }
}
