import Foundation
import TensorTestSupport
import Testing
import Torch

@Suite struct `Fused attention` {
  private func inputs(
    _ queries: Int, _ keys: Int, width: Int = 3, dataType: DataType = .float64, seed: UInt64 = 1
  ) -> [Tensor] {
    let generator = Generator(seed: seed)
    return [queries, keys, keys].map {
      generator.normal([2, 2, $0, width], dataType: .float64).cast(to: dataType)
    }
  }

  private func attention(
    _ parts: [Tensor], isCausal: Bool = true, dropping probability: Double, seed: UInt64 = 5
  ) -> Tensor {
    parts[0].fusedAttention(
      keys: parts[1], values: parts[2], isCausal: isCausal, scale: 0.7,
      dropout: AttentionDropout(share: probability, generator: Generator(seed: seed)))
  }

  // softmax(QKᵀ·scale)V by plain operators, causal up to the last key.
  private func written(_ parts: [Tensor], isCausal: Bool) -> Tensor {
    var scores = parts[0].matmul(parts[1].transposed()) * 0.7
    let (queries, keys) = (parts[0].size(2), parts[1].size(2))
    if isCausal {
      let allowed =
        Tensor.ones([queries, keys], dataType: .float64).lowerTriangle(diagonal: keys - queries)
        .> 0
      scores = scores.replacing(with: -.infinity, where: allowed.negated())
    }
    return scores.softmax(along: -1).matmul(parts[2])
  }

  // Lengths around the width of the kernel's blocks.
  @Test(
    arguments: [(1, 3), (1, 8), (5, 3), (15, 4), (16, 3), (17, 4), (17, 7), (40, 8)],
    [true, false])
  func `without dropping is attention`(shape: (Int, Int), isCausal: Bool) {
    let parts = inputs(shape.0, shape.0, width: shape.1)
    expectEqual(
      attention(parts, isCausal: isCausal, dropping: 0), written(parts, isCausal: isCausal),
      tolerance: 1e-12)
    expectEqual(
      parts[0].fusedAttention(keys: parts[1], values: parts[2], isCausal: isCausal, scale: 0.7),
      written(parts, isCausal: isCausal), tolerance: 1e-12)
    let single = parts.map { $0.cast(to: .float32) }
    expectEqual(
      attention(single, isCausal: isCausal, dropping: 0).cast(to: .float64),
      written(parts, isCausal: isCausal), tolerance: 2e-6)
  }

  @Test(arguments: [true, false]) func `of a few queries ends with the keys`(isCausal: Bool) {
    let parts = inputs(3, 20)
    expectEqual(
      attention(parts, isCausal: isCausal, dropping: 0), written(parts, isCausal: isCausal),
      tolerance: 1e-12)
  }

  @Test func `reads tensors that lie in other orders`() {
    let parts = inputs(18, 18)
    let strided = parts.map { $0.permuted(0, 2, 1, 3).contiguous().permuted(0, 2, 1, 3) }
    expectEqual(
      attention(strided, dropping: 0.3), attention(parts, dropping: 0.3), tolerance: 0)
    let turned = parts.map { $0.permuted(0, 1, 3, 2).contiguous().permuted(0, 1, 3, 2) }
    expectEqual(attention(turned, dropping: 0.3), attention(parts, dropping: 0.3), tolerance: 0)
  }

  // Width 8 takes another way than 4; behind the tokens of a cache lies what was never written.
  @Test(arguments: [0, 1, 14, 15, 16, 36], [(4, DataType.float64), (4, .float32), (8, .float32)])
  func `of a token that joins a cache is that of the last query`(
    length: Int, kind: (width: Int, type: DataType)
  ) {
    let width = kind.width
    let packed = Generator(seed: 3)
      .normal([2, length + 1, 3, 2, width], dataType: .float64).cast(to: kind.type)
    let parts = packed.permuted(2, 0, 3, 1, 4)
    let cache = Tensor.full([2, 2, 2, length + 3, width], .nan, dataType: kind.type)
    cache.slice(3, 0..<length).assign(parts.slice(0, 1..<3).slice(3, 0..<length))
    let joined = packed.slice(1, length..<length + 1).packedAttention(
      joining: cache, at: length, scale: 0.7,
      dropout: AttentionDropout(share: 0.3, generator: Generator(seed: 5)))
    let expected = attention(
      [
        parts.select(0, 0).slice(2, length..<length + 1), parts.select(0, 1), parts.select(0, 2),
      ], dropping: 0.3)
    expectEqual(
      joined, expected.permuted(0, 2, 1, 3),
      tolerance: kind.type == .float64 ? 1e-14 : 2e-6)
    expectEqual(cache.slice(3, 0..<length + 1), parts.slice(0, 1..<3), tolerance: 0)
    #expect(cache.slice(3, length + 1..<length + 3).doubles.allSatisfy { $0.isNaN })
  }

  @Test func `is the same on any number of threads`() {
    let generator = Generator(seed: 2)
    let parts = (0..<3).map { _ in generator.normal([8, 4, 48, 8]) }
    let (new, cache) = (generator.normal([64, 1, 3, 4, 8]), generator.normal([2, 64, 4, 48, 8]))
    let results = [1, 2].map { count in
      let before = Device.threadCount
      defer { Device.threadCount = before }
      Device.threadCount = count
      let parameters = parts.map { $0.asParameter() }
      let (out, slopes) = Tensor.recording {
        let out = attention(parameters, dropping: 0.2)
        return (out, out.squared().sum().gradients(of: parameters))
      }
      let joined = new.packedAttention(
        joining: cache, at: 47, scale: 0.7,
        dropout: AttentionDropout(share: 0.2, generator: Generator(seed: 5)))
      return [out, joined] + slopes
    }
    for (one, two) in zip(results[0], results[1]) { expectEqual(one, two, tolerance: 0) }
  }

  @Test(arguments: [(18, 3), (1, 4), (18, 5)], [0, 0.4])
  func `has the gradients of its own masks`(
    shape: (Int, Int), probability: Double
  ) {
    for isCausal in [true, false] {
      expectOwnGradients(shape.0, shape.1, probability, isCausal)
    }
  }

  private func expectOwnGradients(
    _ queries: Int, _ width: Int, _ probability: Double, _ isCausal: Bool
  ) {
    let weights = Generator(seed: 9).normal([2, 2, queries, width], dataType: .float64)
    expectGradients(at: inputs(queries, 18, width: width), tolerance: 1e-7) { parts in
      (attention(parts, isCausal: isCausal, dropping: probability) * weights).sum()
    }
  }

  @Test func `in float32 has the gradients of float64`() {
    let parts = inputs(33, 33)
    let gradients = [DataType.float32, .float64].map { type in
      let parameters = parts.map { $0.cast(to: type).asParameter() }
      return Tensor.recording {
        attention(parameters, dropping: 0.2).squared().sum().gradients(of: parameters)
      }
    }
    for (single, double) in zip(gradients[0], gradients[1]) {
      expectEqual(single.cast(to: .float64), double, tolerance: 1e-4, relative: 1e-4)
    }
  }

  @Test(arguments: [true, false]) func `of what lies together is attention of its parts`(
    isCausal: Bool
  ) {
    let packed = Generator(seed: 2).normal([2, 19, 3, 2, 5], dataType: .float64).asParameter()
    let weights = Generator(seed: 3).normal([2, 19, 2, 5], dataType: .float64)
    let (together, apart) = Tensor.recording {
      let together = packed.packedAttention(
        isCausal: isCausal, scale: 0.7,
        dropout: AttentionDropout(share: 0.2, generator: Generator(seed: 5)))
      let apart = attention(
        packed.permuted(2, 0, 3, 1, 4).unbound(0), isCausal: isCausal, dropping: 0.2
      ).permuted(0, 2, 1, 3)
      return (
        [together.detached()] + (together * weights).sum().gradients(of: [packed]),
        [apart.detached()] + (apart * weights).sum().gradients(of: [packed])
      )
    }
    for (one, other) in zip(together, apart) { expectEqual(one, other, tolerance: 0) }
  }

  // Values of ones: each output is the sum of the kept weights over what is left of 1.
  @Test(arguments: [0.1, 0.5]) func `drops the share it is told, unbiased`(probability: Double) {
    let (heads, time) = (200, 32)
    let zeros = Tensor.zeros([1, heads, time, 1])
    let out = zeros.fusedAttention(
      keys: zeros, values: .ones([1, heads, time, 1]), isCausal: false, scale: 1,
      dropout: AttentionDropout(share: probability, generator: Generator(seed: 3)))
    // 204,800 equal weights of 1/32: the mean's deviation is √(p/(1 − p)/204,800).
    let deviation = (probability / (1 - probability) / 204_800).squareRoot()
    #expect(abs(out.mean().item - 1) < 5 * deviation)
    // Kept weights of a row are binomial: Var = p/(1 − p)/32.
    let variance = (out - 1).squared().mean().item
    let expected = probability / (1 - probability) / 32
    #expect(abs(variance / expected - 1) < 0.1)
  }

  @Test func `drops by its generator, elsewhere in every row, head and call`() {
    let parts = inputs(20, 20)
    expectEqual(
      attention(parts, dropping: 0.5), attention(parts, dropping: 0.5), tolerance: 0)
    #expect(
      attention(parts, dropping: 0.5).doubles != attention(parts, dropping: 0.5, seed: 6).doubles)
    let generator = Generator(seed: 1)
    let ones = Tensor.ones([1, 2, 64, 1])
    let calls = (0..<2).map { _ in
      ones.fusedAttention(
        keys: ones, values: Generator(seed: 8).normal([1, 2, 64, 1]), isCausal: false, scale: 1,
        dropout: AttentionDropout(share: 0.5, generator: generator))
    }
    #expect(calls[0].doubles != calls[1].doubles)
    #expect(calls[0].select(1, 0).doubles != calls[0].select(1, 1).doubles)
  }
}
