import PolicyOptimization
import Torch

// Small inputs in float64, so that a tolerance of 1e-9 leaves no room for a wrong formula.

/// A vector.
func vector(_ elements: Double...) -> Tensor { Tensor(elements) }

/// A matrix, row by row.
func matrix(_ rows: [Double]...) -> Tensor {
  Tensor(rows.flatMap { $0 }, shape: [rows.count, rows[0].count])
}

/// Draws from a normal distribution that the seed decides.
func samples(_ shape: [Int], seed: UInt64) -> Tensor {
  Generator(seed: seed).normal(shape, dataType: .float64)
}

/// Ones for each row's first steps, zeros after them.
func paddingMask(_ lengths: [Int], time: Int) -> Tensor {
  Tensor(
    lengths.flatMap { length in (0..<time).map { $0 < length ? 1.0 : 0 } },
    shape: [lengths.count, time])
}

extension Tensor {
  /// NaN wherever the mask is zero.
  func poisoned(_ mask: Tensor) -> Tensor { replacing(with: .nan, where: mask .== 0) }

  /// Columns of a value on the right.
  func widened(by columns: Int, with value: Double = 0) -> Tensor {
    .concatenate([self, .full([size(0), columns], value, dataType: dataType)], along: 1)
  }

  /// Rows in another order.
  func reordered(_ rows: [Int]) -> Tensor { selecting(Tensor(rows), along: 0) }

  /// The rows as arrays.
  var rows: [[Double]] { (0..<size(0)).map { select(0, $0).doubles } }
}

/// The tape's gradient of a function of one tensor.
func gradient(at point: Tensor, of function: (Tensor) -> Tensor) -> Tensor {
  let parameter = point.asParameter()
  return Tensor.recording { function(parameter).gradients(of: [parameter])[0] }
}

/// A ragged batch whose padding holds NaN.
struct RaggedBatch {
  let mask: Tensor
  let rewards: Tensor
  let values: Tensor
  let actionValues: Tensor
  let finalValues: Tensor
  let lengths: [Int]

  init(lengths: [Int] = [5, 3, 1, 4], time: Int = 5, seed: UInt64 = 7) {
    self.lengths = lengths
    mask = paddingMask(lengths, time: time)
    let shape = [lengths.count, time]
    rewards = samples(shape, seed: seed).poisoned(mask)
    values = samples(shape, seed: seed + 1).poisoned(mask)
    actionValues = samples(shape, seed: seed + 2).poisoned(mask)
    finalValues = samples([lengths.count], seed: seed + 3)
  }

  var trajectories: Trajectories {
    Trajectories(
      rewards: rewards, values: values, finalValues: finalValues, actionValues: actionValues,
      mask: mask)
  }
}
