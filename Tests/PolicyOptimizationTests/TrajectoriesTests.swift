import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

// Article: <doc:GeneralizedAdvantages>.
@Suite struct `Batches of trajectories` {
  @Test func `have the final value after each row's last step`() {
    let trajectories = Trajectories(
      rewards: .zeros([3, 3], dataType: .float64),
      values: matrix([1, 2, 3], [4, 5, .nan], [6, .nan, .nan]),
      finalValues: vector(10, 20, 30), mask: paddingMask([3, 2, 1], time: 3))
    expectEqual(trajectories.nextValues, matrix([2, 3, 10], [5, 20, 0], [30, 0, 0]))
  }

  @Test func `may be one step long`() {
    let trajectories = Trajectories(
      rewards: matrix([1], [2]), values: matrix([3], [5]), finalValues: vector(0, 8),
      mask: paddingMask([1, 1], time: 1))
    // 1 + 0 − 3 and 2 + ½·8 − 5.
    expectEqual(temporalDifferences(trajectories, discount: 0.5), matrix([-2], [1]))
  }

  @Test func `without a real step have no errors and no advantages`() {
    let batch = RaggedBatch(lengths: [0, 2], time: 2).trajectories
    let (advantages, returns) = generalizedAdvantages(batch, discount: 0.9, lambda: 0.9)
    #expect(advantages.rows[0] == [0, 0])
    #expect(returns.rows[0] == [0, 0])
    #expect(actionConditionedDifferences(batch, discount: 0.9).rows[0] == [0, 0])
  }

  @Test func `have no errors under the mask's zeros`() {
    let batch = RaggedBatch()
    for errors in [
      temporalDifferences(batch.trajectories, discount: 0.9),
      actionConditionedDifferences(batch.trajectories, discount: 0.9),
    ] {
      expectEqual(errors, errors.masked(by: batch.mask), tolerance: 0)
    }
  }

  @Test func `keep a final value that is not a number in its place`() {
    var batch = RaggedBatch().trajectories
    batch.finalValues = vector(0, .nan, 0, 0)
    let broken = temporalDifferences(batch, discount: 0.9).doubles.indices
      .filter { temporalDifferences(batch, discount: 0.9).doubles[$0].isNaN }
    #expect(broken == [5 + 2])  // row 1 has three steps
  }

  @Test(arguments: [0, 0.5, 0.95, 1])
  func `that were cut differ from ended ones by the decayed final value`(lambda: Double) {
    let (batch, discount) = (RaggedBatch(), 0.9)
    var ended = batch.trajectories
    ended.finalValues = ended.finalValues.zerosLike()
    let difference =
      generalizedAdvantages(batch.trajectories, discount: discount, lambda: lambda).advantages
      - generalizedAdvantages(ended, discount: discount, lambda: lambda).advantages
    let finals = batch.finalValues.doubles
    // γ·V_T reaches step t through T − 1 − t factors γλ.
    var expected: [Double] = []
    for (length, final) in zip(batch.lengths, finals) {
      for time in 0..<5 {
        let decay = pow(discount * lambda, Double(length - 1 - time))
        expected.append(time < length ? decay * discount * final : 0)
      }
    }
    expectEqual(difference, Tensor(expected, shape: [4, 5]), tolerance: 1e-12)
  }

  @Test func `that go on for ever have no advantage where the critic knows the series`() {
    // A reward of 1 for ever is worth 1 / (1 − γ) in every state, also where we stopped looking.
    let (discount, mask) = (0.8, paddingMask([4], time: 4))
    func advantages(finalValue: Double) -> [Double] {
      let batch = Trajectories(
        rewards: .ones([1, 4], dataType: .float64),
        values: .full([1, 4], 1 / (1 - discount), dataType: .float64),
        finalValues: vector(finalValue), mask: mask)
      return generalizedAdvantages(batch, discount: discount, lambda: 0.95).advantages.doubles
    }
    #expect(advantages(finalValue: 1 / (1 - discount)).allSatisfy { abs($0) < 1e-12 })
    // The control: taking the cut for an end blames every action for it.
    #expect(advantages(finalValue: 0).allSatisfy { $0 < -1 })
  }

  @Test func `refuse shapes that do not fit`() async {
    await #expect(processExitsWith: .failure) {
      _ = Trajectories(
        rewards: .zeros([2, 3]), values: .zeros([2, 3]), finalValues: .zeros([3]),
        mask: .ones([2, 3]))
    }
  }
}
