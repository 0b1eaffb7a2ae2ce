import Foundation
import TensorTestSupport
import Testing
import Torch

@Suite struct `Layer operators` {
  let generator = Generator(seed: 11)
  func draw(_ shape: Int...) -> Tensor { generator.normal(shape, dataType: .float64) }

  @Test func `the matrix product equals hand-computed sums, batched too`() {
    let (left, right) = (Tensor([1.0, 2, 3, 4], shape: [2, 2]), Tensor([5.0, 6], shape: [2, 1]))
    expectEqual(left.matmul(right), Tensor([17.0, 39], shape: [2, 1]))
    let batch = Tensor.stack([left, -left], along: 0)
    expectEqual(batch.matmul(right).select(0, 1), Tensor([-17.0, -39], shape: [2, 1]))
  }

  @Test func `affine works on the last dimension, whatever is before it`() {
    let (input, weight, bias) = (draw(2, 3, 4), draw(4, 5), draw(5))
    let expected = input.matmul(weight) + bias
    expectEqual(input.affine(weight: weight, bias: bias), expected, tolerance: 1e-12)
    expectEqual(
      input.affine(weight: weight, bias: nil), input.matmul(weight), tolerance: 1e-12)
    expectEqual(
      input.select(0, 1).affine(weight: weight, bias: bias), expected.select(0, 1),
      tolerance: 1e-12)
    expectEqual(
      input.select(0, 1).select(0, 2).affine(weight: weight, bias: bias),
      expected.select(0, 1).select(0, 2), tolerance: 1e-12)
  }

  @Test func `layer normalisation equals its formula`() {
    let (input, weight, bias) = (draw(2, 3, 6), draw(6), draw(6))
    let centred = input - input.mean(along: -1, keepingDimensions: true)
    let variance = centred.squared().mean(along: -1, keepingDimensions: true)
    expectEqual(
      input.layerNormalized(weight: weight, bias: bias, epsilon: 0.01),
      centred / (variance + 0.01).squareRoot() * weight + bias, tolerance: 1e-12)
  }

  /// Rows narrower than a vector of sixteen numbers, as wide, wider, and so many that threads share them.
  @Test(arguments: [
    (1, 1), (1, 3), (2, 12), (40, 12), (3, 16), (3, 17), (9, 31), (5, 100), (7000, 12),
  ])
  func `rows of every width are normalised, and their gradients are the formula's`(
    count: Int, width: Int
  ) {
    let inputs = [draw(count, width) * 3 + 2, draw(width), draw(width), draw(count, width)]
    let written = { (inputs: [Tensor]) -> Tensor in
      let centred = inputs[0] - inputs[0].mean(along: -1, keepingDimensions: true)
      let variance = centred.squared().mean(along: -1, keepingDimensions: true)
      return centred * (variance + 0.01).reciprocalSquareRoot() * inputs[1] + inputs[2]
    }
    let fused = { (inputs: [Tensor]) -> Tensor in
      inputs[0].layerNormalized(weight: inputs[1], bias: inputs[2], epsilon: 0.01)
    }
    let results = { (function: ([Tensor]) -> Tensor, type: DataType) -> [Tensor] in
      let typed = inputs.map { $0.cast(to: type) }
      let parameters = typed.dropLast().map { $0.asParameter() }
      return Tensor.recording {
        let output = function(parameters)
        return [output.detached()] + (output * typed[3]).sum().gradients(of: parameters)
      }
    }
    let expected = results(written, .float64)
    for (found, expected) in zip(results(fused, .float64), expected) {
      expectEqual(found, expected, tolerance: 1e-11, relative: 1e-11)
    }
    for (found, expected) in zip(results(fused, .float32), expected) {
      expectEqual(found.cast(to: .float64), expected, tolerance: 2e-4, relative: 2e-5)
    }
  }

  @Test func `layer normalisation reads tensors that lie in other orders`() {
    let (turned, weight, bias) = (draw(20, 30).transposed(), draw(20), draw(20))
    expectEqual(
      turned.layerNormalized(weight: weight, bias: bias, epsilon: 0.01),
      turned.contiguous().layerNormalized(weight: weight, bias: bias, epsilon: 0.01), tolerance: 0)
  }

  @Test func `layer normalisation and GELU can be differentiated twice`() {
    let weights = [draw(3, 5), draw(5), draw(5)]
    expectGradients(at: [draw(3, 5), draw(5), draw(5)], tolerance: 1e-6) { inputs in
      Tensor.recording {
        let inputs = inputs.map { $0.requiresGradient ? $0 : $0.asParameter() }
        let output = inputs[0].layerNormalized(weight: inputs[1], bias: inputs[2], epsilon: 1e-2)
        let slopes = output.geluTanh().squared().sum().gradients(of: inputs, recording: true)
        return zip(slopes, weights).map { ($0 * $1).sum() }.reduce(Tensor(0.0), +)
      }
    }
  }

  @Test func `GELU in float32 keeps its digits far from zero and at the ends`() {
    let points = Array(stride(from: -12.0, through: 12, by: 0.37)) + [-200, -30, 0, 30, 200]
    let found = Tensor(points).cast(to: .float32).geluTanh().cast(to: .float64)
    let slope = 2 * (2 / Double.pi).squareRoot()
    let expected = points.map { x -> Double in x / (1 + exp(-slope * (x + 0.044715 * x * x * x))) }
    expectEqual(found, Tensor(expected), tolerance: 1e-30, relative: 3e-5)
    #expect(Tensor([Double.nan]).cast(to: .float32).geluTanh().doubles[0].isNaN)
  }

  @Test func `softmax sums to one and is the exponential of logSoftmax`() {
    let scores = draw(3, 7) * 5
    let probabilities = scores.softmax(along: 1)
    expectEqual(probabilities.sum(along: 1), Tensor.ones([3], dataType: .float64))
    expectEqual(scores.logSoftmax(along: 1).exponential(), probabilities, tolerance: 1e-14)
    expectEqual((scores + 100).softmax(along: 1), probabilities, tolerance: 1e-12)
    expectEqual(
      scores.logSoftmax(along: 1), scores - scores.logSumExp(along: 1, keepingDimensions: true),
      tolerance: 1e-12)
  }

  // Alone, and where the table is read in another way too, as an output projection that shares it.
  @Test(arguments: [false, true]) func `a sparse gradient of an embedding is the dense one`(
    isShared: Bool
  ) {
    let table = Generator(seed: 4).normal([6, 3], dataType: .float64).asParameter()
    let numbers = Tensor([2, 0, 5, 2, 2], shape: [1, 5])
    let slopes = [false, true].map { isSparse in
      Tensor.recording {
        let rows = table.embedding(numbers, hasSparseGradient: isSparse)
        let value = isShared ? rows.matmul(table.transposed()) : rows
        return value.power(3).sum().gradients(of: [table])[0].detached()
      }
    }
    expectEqual(slopes[1], slopes[0], tolerance: 1e-12, relative: 1e-12)
    #expect(slopes[0].magnitude().maximum().item > 0.1)
    // What comes back is an ordinary tensor of the table's shape, which optimizers write into.
    FusedUpdate.scale([slopes[1]], by: Tensor(2, dataType: slopes[1].dataType))
    expectEqual(slopes[1], slopes[0] * 2, tolerance: 1e-12, relative: 1e-12)
  }

  @Test func `embeddings are rows of the table in the shape of the numbers`() {
    let table = Tensor([0.0, 1, 10, 11, 20, 21], shape: [3, 2])
    let rows = table.embedding(Tensor([2, 0, 0, 1], shape: [2, 2]))
    expectEqual(rows, Tensor([20.0, 21, 0, 1, 0, 1, 10, 11], shape: [2, 2, 2]))
  }

  enum Mask: CaseIterable { case none, causal, allowed }

  @Test(arguments: Mask.allCases)
  func `fused attention equals the formula written out`(kind: Mask) {
    let (queries, keys, values) = (draw(2, 3, 4, 5), draw(2, 3, 4, 5), draw(2, 3, 4, 5))
    let some = Tensor(
      [
        true, false, false, false, true, true, false, false,
        false, false, true, true, true, true, true, true,
      ], shape: [1, 1, 4, 4])
    let mask: Tensor.AttentionMask
    let allowed: Tensor
    switch kind {
    case .none: (mask, allowed) = (.none, Tensor.ones([4, 4]) .> 0)
    case .causal: (mask, allowed) = (.causal, Tensor.ones([4, 4]).lowerTriangle() .> 0)
    case .allowed: (mask, allowed) = (.allowed(some), some)
    }
    let scores = queries.matmul(keys.transposed()) * 0.37
    let weights = scores.replacing(with: -.infinity, where: allowed.negated()).softmax(along: -1)
    expectEqual(
      queries.attention(keys: keys, values: values, mask: mask, scale: 0.37),
      weights.matmul(values), tolerance: 1e-12)
  }

  @Test func `root-mean-square normalisation and gates equal their formulas`() {
    let (x, weight) = (draw(3, 5), draw(5))
    let size = (x.squared().sum(along: -1) / 5 + 1e-3).squareRoot().unsqueezed(-1)
    expectEqual(
      x.rootMeanSquareNormalized(weight: weight, epsilon: 1e-3), x / size * weight,
      tolerance: 1e-12)
    expectEqual(x.silu(), x * x.sigmoid(), tolerance: 1e-12)
    // Φ(1) and Φ(−2) to twelve digits.
    expectEqual(
      Tensor([1, -2, 0] as [Double]).gelu(),
      Tensor([0.841_344_746_069, -2 * 0.022_750_131_948, 0] as [Double]), tolerance: 1e-11)
    expectEqual(
      x.cosine().squared() + x.sine().squared(), Tensor.ones([3, 5], dataType: .float64),
      tolerance: 1e-12)
    expectEqual(Tensor([Double.pi / 6]).sine(), Tensor([0.5]), tolerance: 1e-12)
    expectGradients(at: [x, weight], tolerance: 1e-6) { inputs in
      let normal = inputs[0].rootMeanSquareNormalized(weight: inputs[1], epsilon: 1e-3)
      return (normal.silu() + normal.gelu() * normal.cosine()).squared().sum()
    }
  }

  @Test func `gradients equal central differences`() {
    let mask = Tensor([true, false, true, true], shape: [1, 1, 2, 2])
    let numbers = Tensor([1, 0, 1])
    expectGradients(
      at: [draw(2, 3), draw(3, 4), draw(4), draw(1, 1, 2, 4), draw(1, 1, 2, 4)], tolerance: 1e-6
    ) { inputs in
      let (x, weight, bias, queries, keys) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4])
      let affine = x.affine(weight: weight, bias: bias)
      let normal = affine.layerNormalized(weight: bias, bias: bias * 2, epsilon: 1e-5)
      let masked = queries.attention(
        keys: keys, values: keys * 2, mask: .allowed(mask), scale: 0.5)
      let causal = queries.attention(keys: queries, values: keys, mask: .causal, scale: 0.5)
      return affine.softmax(along: 1).squared().sum() + normal.exponential().sum()
        + weight.embedding(numbers).logSoftmax(along: 1).squared().sum()
        + masked.squared().sum() + causal.exponential().sum()
    }
  }
}
