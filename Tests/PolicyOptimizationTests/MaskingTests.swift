import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

@Suite struct `Masked statistics` {
  let mask = matrix([1, 1, 1, 0], [1, 0, 0, 0], [1, 1, 0, 0])
  let filled = matrix([1, 2, 3, .nan], [4, .nan, .nan, .nan], [5, 9, .infinity, .nan])

  @Test func `are those of the real tokens alone`() {
    // 1 2 3 4 5 9: mean 4, squares of what is left 9 + 4 + 1 + 0 + 1 + 25 = 40, over 5.
    expectEqual(filled.maskedSum(mask).item, 24)
    expectEqual(filled.maskedMean(mask).item, 4)
    expectEqual(filled.maskedVariance(mask).item, 8)
  }

  @Test func `put zero under the mask's zeros`() {
    expectEqual(filled.masked(by: mask), matrix([1, 2, 3, 0], [4, 0, 0, 0], [5, 9, 0, 0]))
  }

  @Test func `take boolean masks`() {
    let mask = mask .== 1
    expectEqual(filled.maskedMean(mask).item, 4)
    expectEqual(filled.maskedVariance(mask).item, 8)
  }

  @Test func `send no gradient to padding`() {
    let slope = gradient(at: filled.masked(by: mask)) { $0.maskedMean(mask) }
    expectEqual(slope, mask / 6)
  }

  @Test func `have the variance without bias`() {
    // Nine numbers a tenth apart: 0.6 / 8 without bias, where 0.6 / 9 = 0.0667 has it.
    let matrix = matrix([1.2, 1.3, 1.4], [1.5, 1.6, 1.7], [1.8, 1.9, 2.0])
    expectEqual(matrix.maskedVariance(.ones([3, 3])).item, 0.075, tolerance: 1e-12)
  }

  @Test func `differentiate as central differences do`() {
    let mask = paddingMask([3, 2], time: 3)
    expectGradients(at: [samples([2, 3], seed: 3)]) { $0[0].maskedMean(mask) }
    expectGradients(at: [samples([2, 3], seed: 4)]) { $0[0].maskedVariance(mask) }
  }

  @Test func `refuse a mask of another shape`() async {
    await #expect(processExitsWith: .failure) {
      _ = Tensor.ones([2, 3]).masked(by: .ones([1, 3]))
    }
  }
}

@Suite struct Whitening {
  let mask = paddingMask([5, 2, 4], time: 5)
  var filled: Tensor { (samples([3, 5], seed: 11) * 3 + 2).poisoned(mask) }

  @Test func `without the mean gives mean 0 and variance 1`() {
    let white = filled.whitened(mask, mean: .removed)
    expectEqual(white.maskedMean(mask).item, 0, tolerance: 1e-12)
    expectEqual(white.maskedVariance(mask).item, 1, tolerance: 1e-7)
  }

  @Test func `with the mean gives the same mean and variance 1`() {
    let white = filled.whitened(mask, mean: .kept)
    expectEqual(white.maskedMean(mask).item, filled.maskedMean(mask).item, tolerance: 1e-12)
    expectEqual(white.maskedVariance(mask).item, 1, tolerance: 1e-7)
  }

  @Test(arguments: [MeanTreatment.removed, .kept])
  func `puts zero under the mask's zeros`(mean: MeanTreatment) {
    let white = filled.whitened(mask, mean: mean)
    expectEqual(white, white.masked(by: mask), tolerance: 0)
    #expect(white.isAllFinite)
  }

  @Test func `forgets scale and shift where the mean goes`() {
    expectEqual(
      (filled * 5 - 3).whitened(mask, mean: .removed), filled.whitened(mask, mean: .removed),
      tolerance: 1e-7)
  }

  @Test func `keeps order and sign where the mean goes`() {
    let line = matrix([1, 2, 3])
    // Deviation 1 around 2.
    expectEqual(
      line.whitened(.ones([1, 3]), mean: .removed), matrix([-1, 0, 1]), tolerance: 1e-7)
    expectEqual(line.whitened(.ones([1, 3]), mean: .kept), matrix([1, 2, 3]), tolerance: 1e-7)
  }

  @Test func `of equal numbers gives zeros`() {
    let white = Tensor.full([2, 3], 0.25).whitened(.ones([2, 3]), mean: .removed)
    expectEqual(white, .zeros([2, 3]), tolerance: 0)
  }

  @Test func `does not depend on the amount of padding or the order of rows`() {
    let white = filled.whitened(mask, mean: .removed)
    expectEqual(
      filled.widened(by: 3, with: .nan).whitened(mask.widened(by: 3), mean: .removed),
      white.widened(by: 3), tolerance: 1e-12)
    let order = [2, 0, 1]
    expectEqual(
      filled.reordered(order).whitened(mask.reordered(order), mean: .removed),
      white.reordered(order), tolerance: 1e-12)
  }
}
