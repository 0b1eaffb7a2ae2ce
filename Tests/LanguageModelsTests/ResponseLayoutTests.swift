import LanguageModels
import TensorTestSupport
import Testing
import Torch

@Suite struct `Response layout` {
  let layout = ResponseLayout([
    Completion(prompt: [1, 2], tokens: [3, 4], finish: .length),
    Completion(prompt: [5], tokens: [6], finish: .length),
  ])

  @Test func `each token is predicted one place before it`() {
    // Rows of four: 1 2 3 4 | 5 6 · ·; 3 is predicted at 1, 4 at 2, 6 at 4 + 0.
    #expect(layout.batch.tokens.integers == [1, 2, 3, 4, 5, 6, 0, 0])
    #expect(layout.predictors.integers == [1, 2, 4])
    #expect(layout.ends.integers == [3, 5])
    #expect(layout.tokens.integers == [3, 4, 6] && layout.lengths == [2, 1] && layout.count == 3)
    expectEqual(layout.mask, Tensor([1, 1, 1, 0] as [Float], shape: [2, 2]))
  }

  @Test func `tokens that do not count are only read`() {
    let some = ResponseLayout(
      [
        Completion(prompt: [1, 2], tokens: [3, 4, 7], finish: .length),
        Completion(prompt: [5], tokens: [6, 8], finish: .length),
      ], places: [[0, 2], [1]])
    #expect(some.batch.tokens.integers == [1, 2, 3, 4, 7, 5, 6, 8, 0, 0])
    #expect(some.predictors.integers == [1, 3, 6] && some.tokens.integers == [3, 7, 8])
    #expect(some.lengths == [2, 1] && some.count == 3 && some.ends.integers == [4, 7])
  }

  @Test func `states are picked from their places`() {
    let hidden = Tensor.range(8).reshaped(2, 4, 1)
    #expect(layout.predicting(hidden).integers == [1, 2, 4])
    #expect(layout.ending(hidden).integers == [3, 5])
  }

  @Test func `unpacking pads with zeros and packing undoes it`() {
    let packed = Tensor([7.0, 8, 9])
    expectEqual(layout.unpacked(packed), Tensor([7.0, 8, 9, 0], shape: [2, 2]))
    expectEqual(layout.packed(layout.unpacked(packed)), packed)
    // What stands in the padding does not come back.
    expectEqual(layout.packed(Tensor([7.0, 8, 9, .nan], shape: [2, 2])), packed)
    let many = ResponseLayout(Fixture.completions)
    let values = Tensor.range(many.count)
    expectEqual(many.packed(many.unpacked(values)), values)
    #expect(many.mask.sum().item == Double(many.count))
  }

  @Test func `gradients pass both ways`() {
    let weights = Tensor([1.0, -2, 3, 4], shape: [2, 2])
    expectGradients(at: [Tensor([0.5, 1, 2]), weights]) { inputs in
      (layout.unpacked(inputs[0]).squared() * weights).sum()
        + layout.packed(inputs[1]).squared().sum()
    }
  }

  @Test func `a batch knows the last real place of each row`() {
    let batch = TokenBatch([[1], [2, 3, 4], [5, 6]], padding: 9)
    #expect(batch.tokens.integers == [1, 9, 9, 2, 3, 4, 5, 6, 9])
    #expect(batch.lastPositions.integers == [0, 5, 7] && batch.lengths == [1, 3, 2])
    #expect(batch.time == 3)
  }
}
