import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

// Articles: <doc:PolicyGradient>, <doc:ActorCritic>.
@Suite struct `Returns` {
  let batch = RaggedBatch()

  @Test func `of a case by hand`() {
    // γ = ½, cut with V = 8 in the first row, ended in the second.
    let trajectories = Trajectories(
      rewards: matrix([1, 2, 4], [3, 1, 0]), values: .zeros([2, 3], dataType: .float64),
      finalValues: vector(8, 0), mask: paddingMask([3, 2], time: 3))
    expectEqual(
      rewardsToGo(trajectories, discount: 0.5), matrix([4, 6, 8], [3.5, 1, 0]), tolerance: 1e-12)
    expectEqual(totalReturns(trajectories, discount: 0.5), vector(4, 3.5), tolerance: 1e-12)
    expectEqual(
      atEveryStep(vector(4, 3.5), mask: trajectories.mask), matrix([4, 4, 4], [3.5, 3.5, 0]))
  }

  @Test(arguments: [0, 0.9, 1]) func `to go minus the value are advantages at λ 1`(
    discount: Double
  ) {
    let expected = generalizedAdvantages(batch.trajectories, discount: discount, lambda: 1)
    expectEqual(
      (rewardsToGo(batch.trajectories, discount: discount) - batch.trajectories.values)
        .masked(by: batch.mask), expected.advantages, tolerance: 1e-12)
  }

  @Test func `do not see what stands in the padding`() {
    #expect(rewardsToGo(batch.trajectories, discount: 0.9).isAllFinite)
    #expect(multiStepAdvantages(batch.trajectories, discount: 0.9, steps: 2).isAllFinite)
  }
}

@Suite struct `Multi-step advantages` {
  let batch = RaggedBatch()

  // Â⁽ᵏ⁾ = Σₗ₍ₗ<ₖ₎ γˡ rₜ₊ₗ + γᵏ V(sₜ₊ₖ) − V(sₜ), written out from rewards and values.
  @Test(arguments: 1...6, [0.5, 1]) func `are k rewards, then the critic`(
    steps: Int, discount: Double
  ) {
    let (rewards, values) = (batch.rewards.rows, batch.values.rows)
    var expected: [Double] = []
    for (row, length) in batch.lengths.enumerated() {
      for time in 0..<5 {
        guard time < length else {
          expected.append(0)
          continue
        }
        let end = min(time + steps, length)
        var sum = -values[row][time]
        for later in time..<end { sum += pow(discount, Double(later - time)) * rewards[row][later] }
        let following = end == length ? batch.finalValues.doubles[row] : values[row][end]
        expected.append(sum + pow(discount, Double(end - time)) * following)
      }
    }
    expectEqual(
      multiStepAdvantages(batch.trajectories, discount: discount, steps: steps),
      Tensor(expected, shape: [4, 5]), tolerance: 1e-12)
  }

  @Test func `with one step are temporal differences, with many those of λ 1`() {
    expectEqual(
      multiStepAdvantages(batch.trajectories, discount: 0.9, steps: 1),
      temporalDifferences(batch.trajectories, discount: 0.9).masked(by: batch.mask),
      tolerance: 0)
    expectEqual(
      multiStepAdvantages(batch.trajectories, discount: 0.9, steps: 5),
      generalizedAdvantages(batch.trajectories, discount: 0.9, lambda: 1).advantages,
      tolerance: 1e-12)
  }

  // Schulman et al. 2016, equation 16: GAE is the exponentially weighted mean of the k-step advantages.
  @Test func `averaged with weights (1 − λ)λᵏ⁻¹ are generalized advantages`() {
    let (lambda, discount) = (0.6, 0.9)
    var mean = batch.mask.zerosLike()
    for steps in 1...200 {
      let k = multiStepAdvantages(batch.trajectories, discount: discount, steps: steps)
      mean = mean + k * ((1 - lambda) * pow(lambda, Double(steps - 1)))
    }
    expectEqual(
      mean,
      generalizedAdvantages(batch.trajectories, discount: discount, lambda: lambda).advantages,
      tolerance: 1e-12)
  }

  @Test func `may bootstrap from something else than V`() {
    let trajectories = Trajectories(
      rewards: matrix([1, 2]), values: matrix([10, 20]), finalValues: vector(5),
      bootstrapValues: matrix([100, 30]), mask: .ones([1, 2], dataType: .float64))
    // r + best(s′) − V(s): 1 + 30 − 10, 2 + 5 − 20.
    expectEqual(temporalDifferences(trajectories, discount: 1), matrix([21, -13]))
  }
}
