import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

// Article: <doc:GeneralizedAdvantages>.
@Suite struct `Generalized advantages` {
  let batch = RaggedBatch()

  @Test func `of a case by hand`() {
    let trajectories = Trajectories(
      rewards: matrix([1, 0, 2]), values: matrix([0.5, 1, -1]), finalValues: vector(0),
      mask: .ones([1, 3]))
    // δ = 1 + 1 − ½, 0 − 1 − 1, 2 + 0 + 1 = 1.5, −2, 3; from the right A = 3, −2 + 1.5, 1.5 − 0.25.
    let (advantages, returns) = generalizedAdvantages(trajectories, discount: 1, lambda: 0.5)
    expectEqual(advantages, matrix([1.25, -0.5, 3]))
    expectEqual(returns, matrix([1.75, 0.5, 2]))
  }

  @Test(arguments: [0, 0.5, 0.95, 1], [0, 0.9, 1])
  func `equal the forward sum of errors`(lambda: Double, discount: Double) {
    let errors = temporalDifferences(batch.trajectories, discount: discount).rows
    var expected: [Double] = []
    for row in errors {
      for time in row.indices {
        var sum = 0.0
        for later in time..<row.count {
          sum += pow(discount * lambda, Double(later - time)) * row[later]
        }
        expected.append(sum)
      }
    }
    let actual = generalizedAdvantages(batch.trajectories, discount: discount, lambda: lambda)
    expectEqual(
      actual.advantages, Tensor(expected, shape: [4, 5]).masked(by: batch.mask),
      tolerance: 1e-12)
  }

  @Test func `at λ 1 are the return minus the value`() {
    let discount = 0.9
    let (rewards, values) = (batch.rewards.rows, batch.values.rows)
    var expected: [Double] = []
    for (row, length) in batch.lengths.enumerated() {
      var returned = batch.finalValues.doubles[row]
      var column = [Double](repeating: 0, count: 5)
      for time in (0..<length).reversed() {
        returned = rewards[row][time] + discount * returned
        column[time] = returned - values[row][time]
      }
      expected += column
    }
    expectEqual(
      generalizedAdvantages(batch.trajectories, discount: discount, lambda: 1).advantages,
      Tensor(expected, shape: [4, 5]), tolerance: 1e-12)
  }

  @Test func `at λ 0 are the one-step errors`() {
    expectEqual(
      generalizedAdvantages(batch.trajectories, discount: 0.9, lambda: 0).advantages,
      temporalDifferences(batch.trajectories, discount: 0.9), tolerance: 0)
  }

  @Test(arguments: [0, 0.3, 1]) func `come with λ-returns`(lambda: Double) {
    // Gₜ = rₜ + γ·((1 − λ)·V(sₜ₊₁) + λ·Gₜ₊₁), and the final value stands for the last G.
    let (discount, trajectories) = (0.9, batch.trajectories)
    let next = trajectories.nextValues.rows
    let (rewards, finals) = (trajectories.rewards.rows, batch.finalValues.doubles)
    var expected: [Double] = []
    for (row, length) in batch.lengths.enumerated() {
      var following = finals[row]
      var column = [Double](repeating: 0, count: 5)
      for time in (0..<length).reversed() {
        following =
          rewards[row][time] + discount * ((1 - lambda) * next[row][time] + lambda * following)
        column[time] = following
      }
      expected += column
    }
    expectEqual(
      generalizedAdvantages(trajectories, discount: discount, lambda: lambda).returns,
      Tensor(expected, shape: [4, 5]), tolerance: 1e-12)
  }

  @Test(arguments: [0, 0.7, 1]) func `are zero where the critic is right`(lambda: Double) {
    // V = 6, 5, 3 is what rewards 1, 2, 3 leave to collect.
    let trajectories = Trajectories(
      rewards: matrix([1, 2, 3]), values: matrix([6, 5, 3]), finalValues: vector(0),
      mask: .ones([1, 3]))
    let (advantages, returns) = generalizedAdvantages(trajectories, discount: 1, lambda: lambda)
    expectEqual(advantages, matrix([0, 0, 0]))
    expectEqual(returns, matrix([6, 5, 3]))
  }

  @Test func `at discount 0 see no later reward`() {
    let trajectories = Trajectories(
      rewards: matrix([0, 0, 1]), values: matrix([0, 0, 0]), finalValues: vector(5),
      mask: .ones([1, 3]))
    expectEqual(
      generalizedAdvantages(trajectories, discount: 0, lambda: 1).advantages, matrix([0, 0, 1]))
  }

  @Test func `do not change under potential-based shaping`() {
    // r + γ·Φ(s′) − Φ(s) with the critic V − Φ: the same errors.
    let (trajectories, discount) = (batch.trajectories, 0.9)
    let potential = Trajectories(
      rewards: batch.rewards, values: samples([4, 5], seed: 30),
      finalValues: samples([4], seed: 31), mask: batch.mask)
    let shaped = Trajectories(
      rewards: trajectories.rewards + potential.nextValues * discount - potential.values,
      values: trajectories.values - potential.values,
      finalValues: trajectories.finalValues - potential.finalValues, mask: batch.mask)
    expectEqual(
      generalizedAdvantages(shaped, discount: discount, lambda: 0.8).advantages,
      generalizedAdvantages(trajectories, discount: discount, lambda: 0.8).advantages,
      tolerance: 1e-12)
  }

  @Test func `do not depend on what stands in the padding`() {
    let clean = Trajectories(
      rewards: batch.rewards.masked(by: batch.mask), values: batch.values.masked(by: batch.mask),
      finalValues: batch.finalValues, mask: batch.mask)
    let expected = generalizedAdvantages(clean, discount: 0.9, lambda: 0.8)
    let actual = generalizedAdvantages(batch.trajectories, discount: 0.9, lambda: 0.8)
    expectEqual(actual.advantages, expected.advantages, tolerance: 0)
    expectEqual(actual.returns, expected.returns, tolerance: 0)
    expectEqual(
      actual.advantages, actual.advantages.masked(by: batch.mask), tolerance: 0)
    expectEqual(actual.returns, actual.returns.masked(by: batch.mask), tolerance: 0)
  }

  @Test func `do not depend on the amount of padding`() {
    let wide = Trajectories(
      rewards: batch.rewards.widened(by: 4, with: .nan),
      values: batch.values.widened(by: 4, with: .nan), finalValues: batch.finalValues,
      mask: batch.mask.widened(by: 4))
    let expected = generalizedAdvantages(batch.trajectories, discount: 0.9, lambda: 0.8)
    let actual = generalizedAdvantages(wide, discount: 0.9, lambda: 0.8)
    expectEqual(actual.advantages, expected.advantages.widened(by: 4), tolerance: 0)
    expectEqual(actual.returns, expected.returns.widened(by: 4), tolerance: 0)
  }

  @Test func `follow the order of rows`() {
    let order = [3, 1, 0, 2]
    let moved = Trajectories(
      rewards: batch.rewards.reordered(order), values: batch.values.reordered(order),
      finalValues: batch.finalValues.reordered(order), mask: batch.mask.reordered(order))
    expectEqual(
      generalizedAdvantages(moved, discount: 0.9, lambda: 0.8).advantages,
      generalizedAdvantages(batch.trajectories, discount: 0.9, lambda: 0.8).advantages
        .reordered(order), tolerance: 0)
  }

  @Test func `stay within their precision`() {
    let trajectories = Trajectories(
      rewards: .ones([1, 3]), values: .zeros([1, 3]), finalValues: .zeros([1]), mask: .ones([1, 3]))
    let (advantages, returns) = generalizedAdvantages(trajectories, discount: 0.5, lambda: 1)
    expectEqual(advantages, Tensor([1.75 as Float, 1.5, 1], shape: [1, 3]))
    #expect(returns.dataType == .float32)
  }
}

@Suite struct `Accumulated errors` {
  @Test(arguments: [0, 0.5]) func `do not cross the mask's zeros`(lambda: Double) {
    let errors = matrix([1, .nan, 4, 8], [1, 2, 4, .infinity])
    let mask = matrix([1, 0, 1, 1], [1, 1, 1, 0])
    let actual = accumulated(errors, mask: mask, discount: 1, lambda: lambda)
    expectEqual(
      actual,
      lambda == 0
        ? matrix([1, 0, 4, 8], [1, 2, 4, 0]) : matrix([1, 0, 8, 8], [3, 4, 4, 0]))
  }

  @Test func `grow as the discount and λ together say`() {
    let errors = Tensor.ones([1, 3], dataType: .float64)
    let (mask, expected) = (Tensor.ones([1, 3]), matrix([1.75, 1.5, 1]))
    expectEqual(accumulated(errors, mask: mask, discount: 0.5, lambda: 1), expected)
    expectEqual(accumulated(errors, mask: mask, discount: 1, lambda: 0.5), expected)
    expectEqual(accumulated(errors, mask: mask, discount: 0.625, lambda: 0.8), expected)
  }

  @Test func `refuse a mask of another shape`() async {
    await #expect(processExitsWith: .failure) {
      _ = accumulated(.ones([2, 3]), mask: .ones([2, 4]), discount: 1, lambda: 1)
    }
  }
}
