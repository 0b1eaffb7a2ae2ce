import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

// Articles: <doc:ImportanceWeights>, <doc:GroupRelative>, <doc:Expectiles>.
@Suite struct `The plain policy gradient` {
  @Test func `has the slope −A, whatever the ratio`() {
    let advantages = samples([6], seed: 1)
    let slopes = gradient(at: samples([6], seed: 2)) {
      SurrogateObjective.policyGradient.losses(logRatios: $0, advantages: advantages).sum()
    }
    expectEqual(slopes, -advantages, tolerance: 1e-12)
  }
}

@Suite struct `Dual clipping` {
  // A = −1, ε = 0.2, c = 3: ρ = 0.5 → 0.8 (no slope), ρ = 2 → 2, ρ = 5 → 3 (no slope).
  let logRatios = Tensor([0.5, 2, 5].map { log($0) })
  let bad = vector(-1, -1, -1)
  let objective = SurrogateObjective.clipped(0.2, dual: 3)

  @Test func `bounds what a bad action can pull`() {
    expectEqual(
      objective.losses(logRatios: logRatios, advantages: bad), vector(0.8, 2, 3), tolerance: 1e-12)
    expectEqual(
      gradient(at: logRatios) { objective.losses(logRatios: $0, advantages: bad).sum() },
      vector(0, 2, 0), tolerance: 1e-12)
    expectEqual(objective.isClipped(logRatios: logRatios, advantages: bad), vector(1, 0, 1))
  }

  @Test func `leaves good actions as they are`() {
    let plain = SurrogateObjective.clipped(0.2)
    expectEqual(
      objective.losses(logRatios: logRatios, advantages: -bad),
      plain.losses(logRatios: logRatios, advantages: -bad), tolerance: 0)
    expectEqual(
      objective.isClipped(logRatios: logRatios, advantages: -bad),
      plain.isClipped(logRatios: logRatios, advantages: -bad), tolerance: 0)
  }

  @Test func `with a large c is none`() {
    let (ratios, advantages) = (samples([50], seed: 3), samples([50], seed: 4))
    expectEqual(
      SurrogateObjective.clipped(0.2, dual: 1e9).losses(logRatios: ratios, advantages: advantages),
      SurrogateObjective.clipped(0.2).losses(logRatios: ratios, advantages: advantages),
      tolerance: 0)
  }
}

@Suite struct `Ratios of whole trajectories` {
  @Test func `are products over real steps, and no gradient`() {
    let mask = paddingMask([3, 1], time: 3)
    let logRatios = matrix([0.5, -1, 0.2], [0.7, .nan, .nan]).asParameter()
    let ratios = Tensor.recording { trajectoryRatios(logRatios, mask: mask) }
    let first = exp(-0.3)
    expectEqual(
      ratios, matrix([first, first, first], [exp(0.7), 0, 0]), tolerance: 1e-12)
    #expect(!ratios.requiresGradient)
  }

  /// Two steps of one logit each: π(1) = σ(θ). Old policy at another θ; all four trajectories enumerated.
  @Test func `make samples of one policy the gradient of another, exactly`() {
    let (theta, old) = (0.4, -0.8)
    let rewards = [[0.0, 1], [0, -1], [0.5, 3], [0.5, 4]]
    let actions = matrix([0, 0], [0, 1], [1, 0], [1, 1])
    func logProbabilities(_ logit: Tensor) -> Tensor {
      let logits = logit.expanded(to: [4, 2])
      return actions * logits.logSigmoid() + (1 - actions) * (-logits).logSigmoid()
    }
    let before = logProbabilities(Tensor([old]))
    let behavior = before.sum(along: 1).exponential()
    let returns = Tensor(rewards.map { $0[0] + $0[1] })
    let mask = Tensor.ones([4, 2], dataType: .float64)
    // Rewards to go: the exact gradient needs nothing else.
    let advantages = Tensor(rewards.flatMap { [$0[0] + $0[1], $0[1]] }, shape: [4, 2])
    let exact = gradient(at: Tensor([theta])) {
      -(logProbabilities($0).sum(along: 1).exponential() * returns).sum()
    }
    func estimate(_ weighted: Bool) -> Tensor {
      gradient(at: Tensor([theta])) {
        let ratios = logProbabilities($0) - before
        let weights = weighted ? trajectoryRatios(ratios, mask: mask) : mask
        let objective = weighted ? SurrogateObjective.policyGradient : .importanceWeighted
        let losses = objective.losses(logRatios: ratios, advantages: advantages * weights)
        return (losses.sum(along: 1) * behavior).sum()
      }
    }
    expectEqual(estimate(true), exact, tolerance: 1e-12)
    // The control: ratios of single steps see the old policy's first step.
    #expect(abs(estimate(false).item - exact.item) > 1e-2)
  }
}

@Suite struct `Averages of losses` {
  @Test func `are of steps, of trajectories, or sums`() {
    let mask = paddingMask([3, 1], time: 3)
    let losses = matrix([1, 2, 6], [5, .nan, .nan])
    expectEqual(LossAveraging.step.mean(losses, mask: mask).item, 14.0 / 4, tolerance: 1e-12)
    expectEqual(LossAveraging.trajectory.mean(losses, mask: mask).item, 4, tolerance: 1e-12)
    expectEqual(LossAveraging.sum.mean(losses, mask: mask).item, 7, tolerance: 1e-12)
  }
}

@Suite struct `Expectile values` {
  @Test func `weigh being too low by τ, too high by 1 − τ`() {
    expectEqual(
      ValueObjective.expectile(0.9).losses(
        values: vector(1, 1, 1), old: vector(0, 0, 0), targets: vector(3, 1, 0)),
      vector(0.9 * 4, 0, 0.1), tolerance: 1e-12)
  }

  @Test(arguments: [(0.5, 2.0), (0.9, 3.6), (0.1, 0.4)])
  func `of 0 and 4 are least at 4τ`(level: Double, least: Double) {
    let targets = vector(0, 4)
    let slope = gradient(at: vector(least)) {
      ValueObjective.expectile(level).losses(
        values: $0.expanded(to: [2]), old: targets, targets: targets
      ).sum()
    }
    expectEqual(slope.item, 0, tolerance: 1e-12)
  }

  @Test func `at τ ½ are the squared error`() {
    let (values, targets) = (samples([20], seed: 1), samples([20], seed: 2))
    expectEqual(
      ValueObjective.expectile(0.5).losses(values: values, old: values, targets: targets),
      ValueObjective.squared.losses(values: values, old: values, targets: targets),
      tolerance: 1e-12)
  }
}
