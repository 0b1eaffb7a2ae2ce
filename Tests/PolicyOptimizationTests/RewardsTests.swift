import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

// Article: <doc:KLPenalty>.
@Suite struct `Token rewards` {
  let mask = paddingMask([3, 1, 2], time: 4)
  var logRatios: Tensor { samples([3, 4], seed: 81).poisoned(mask) }
  let scores = vector(10, 20, 30)

  @Test func `have the score on the last real token and nowhere else`() {
    expectEqual(
      tokenRewards(scores: scores, logRatios: logRatios, mask: mask, coefficient: 0),
      matrix([0, 0, 10, 0], [20, 0, 0, 0], [0, 30, 0, 0]), tolerance: 0)
  }

  @Test func `have the score in the last column of a full row`() {
    expectEqual(
      tokenRewards(
        scores: vector(7), logRatios: matrix([0, 0]), mask: .ones([1, 2]), coefficient: 1),
      matrix([0, 7]), tolerance: 0)
  }

  @Test func `pay for log-ratios at every real token`() {
    // −½·0.2, −½·−0.4, then −½·0.6 + 5.
    expectEqual(
      tokenRewards(
        scores: vector(5), logRatios: matrix([0.2, -0.4, 0.6, .nan]),
        mask: paddingMask([3], time: 4), coefficient: 0.5),
      matrix([-0.1, 0.2, 4.7, 0]), tolerance: 1e-12)
  }

  @Test func `add up to the score minus the penalty of the whole completion`() {
    let rewards = tokenRewards(scores: scores, logRatios: logRatios, mask: mask, coefficient: 0.3)
    expectEqual(
      rewards.sum(along: 1), scores - logRatios.masked(by: mask).sum(along: 1) * 0.3,
      tolerance: 1e-12)
  }

  @Test func `are zero under the mask's zeros, whatever stands there`() {
    let rewards = tokenRewards(scores: scores, logRatios: logRatios, mask: mask, coefficient: 0.3)
    #expect(rewards.isAllFinite)
    expectEqual(rewards, rewards.masked(by: mask), tolerance: 0)
  }

  @Test func `do not depend on the amount of padding`() {
    let rewards = tokenRewards(scores: scores, logRatios: logRatios, mask: mask, coefficient: 0.3)
    expectEqual(
      tokenRewards(
        scores: scores, logRatios: logRatios.widened(by: 2, with: .nan),
        mask: mask.widened(by: 2), coefficient: 0.3),
      rewards.widened(by: 2), tolerance: 0)
  }

  @Test func `keep a score that is not a number on its token`() {
    let rewards = tokenRewards(
      scores: vector(.nan, 20, .infinity), logRatios: logRatios, mask: mask, coefficient: 0)
    let places = rewards.doubles.indices.filter { !rewards.doubles[$0].isFinite }
    #expect(places == [2, 9])
  }

  @Test func `of an empty completion are zero`() {
    expectEqual(
      tokenRewards(
        scores: vector(.nan), logRatios: matrix([.nan, .nan]), mask: matrix([0, 0]), coefficient: 1),
      matrix([0, 0]), tolerance: 0)
  }

  @Test func `at any token pay for the distance as a score at the end does`() {
    // Three rewards of one completion, and what its tokens cost.
    expectEqual(
      penalized(matrix([1, -2, 0.5]), logRatios: matrix([0.5, 0, -1]), coefficient: 0.1),
      matrix([0.95, -2, 0.6]), tolerance: 1e-12)
    // Without a price nothing of the reference is read.
    expectEqual(
      penalized(matrix([1, -2]), logRatios: matrix([.nan, .infinity]), coefficient: 0),
      matrix([1, -2]), tolerance: 0)
  }

  @Test func `refuse scores for another batch`() async {
    await #expect(processExitsWith: .failure) {
      _ = tokenRewards(
        scores: .zeros([1]), logRatios: .zeros([2, 2]), mask: .ones([2, 2]), coefficient: 1)
    }
  }
}

@Suite struct `Last real tokens` {
  @Test func `are found on the right of right-padded rows`() {
    expectEqual(
      lastOnes(matrix([1, 1, 0], [1, 1, 1], [1, 0, 0])),
      matrix([0, 1, 0], [0, 0, 1], [1, 0, 0]), tolerance: 0)
  }

  @Test func `are found in rows with padding on the left or in between`() {
    expectEqual(
      lastOnes(matrix([0, 1, 1], [0, 1, 0], [1, 0, 1])),
      matrix([0, 0, 1], [0, 1, 0], [0, 0, 1]), tolerance: 0)
  }

  @Test func `are missing from empty rows`() {
    expectEqual(lastOnes(matrix([0, 0], [1, 0])), matrix([0, 0], [1, 0]), tolerance: 0)
  }

  @Test(arguments: [DataType.bfloat16, .float32, .int64])
  func `are found in long rows of every type`(dataType: DataType) {
    let places = lastOnes(paddingMask([700, 1000], time: 1000).cast(to: dataType))
    #expect(places.dataType == dataType)
    #expect(places.sum().item == 2)
    #expect(places.select(1, 699).doubles == [1, 0])
    #expect(places.select(1, 999).doubles == [0, 1])
  }
}
