import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

// Articles: <doc:PenalizedSurrogate>, <doc:TrustRegion>.
@Suite struct `Conjugate gradients` {
  private func definite(_ size: Int, seed: UInt64) -> Tensor {
    let root = samples([size, size], seed: seed)
    let identity = Tensor(
      (0..<size).flatMap { row in (0..<size).map { $0 == row ? 1.0 : 0 } }, shape: [size, size])
    return root.matmul(root.transposed()) + identity * 0.5
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>) func `solve Hx = g to 1e-6`(seed: UInt64) {
    let matrix = definite(12, seed: seed)
    let g = samples([12], seed: seed + 50)
    let (x, residual) = conjugateGradients(
      { matrix.matmul($0.unsqueezed(1)).squeezed(1) }, equal: g, iterations: 60)
    expectEqual(matrix.matmul(x.unsqueezed(1)).squeezed(1), g, tolerance: 1e-6)
    #expect(residual < 1e-6)
  }

  @Test func `need as many iterations as there are eigenvalues`() {
    // Two different eigenvalues: two iterations are exact.
    let scale = Tensor([2.0, 2, 5, 5, 5])
    let g = samples([5], seed: 9)
    let (x, _) = conjugateGradients({ $0 * scale }, equal: g, iterations: 2)
    expectEqual(x * scale, g, tolerance: 1e-10)
    let (one, residual) = conjugateGradients({ $0 * scale }, equal: g, iterations: 1)
    #expect((one * scale - g).squared().sum().item > 1e-4 && residual > 1e-3)
  }

  @Test func `of nothing are nothing`() {
    let zero = Tensor.zeros([3], dataType: .float64)
    let (x, residual) = conjugateGradients({ $0 }, equal: zero, iterations: 5)
    expectEqual(x, zero)
    #expect(residual == 0)
  }
}

@Suite struct `A trust region` {
  @Test func `steps along the natural gradient to its border`() throws {
    // H diagonal: H⁻¹g by hand; ½ΔᵀHΔ = δ.
    var region = TrustRegion()
    region.damping = 0
    let (h, g) = (Tensor([4.0, 1, 0.25]), Tensor([1.0, -2, 0.5]))
    let step = try #require(region.proposal(gradient: g) { $0 * h }).step
    expectEqual((step * step * h).sum().item / 2, 0.01, tolerance: 1e-12)
    let direction = g / h
    let expected = direction * (0.02 / (g * direction).sum().item).squareRoot()
    expectEqual(step, expected, tolerance: 1e-10)
  }

  @Test func `damps directions of little curvature`() throws {
    var region = TrustRegion()
    region.damping = 0.1
    let g = Tensor([1.0, 1])
    let step = try #require(region.proposal(gradient: g) { $0 * Tensor([1.0, 0]) }).step
    expectEqual(step.doubles[1] / step.doubles[0], 1.1 / 0.1, tolerance: 1e-6)
  }

  @Test func `has no step without a gradient`() {
    #expect(
      TrustRegion().proposal(gradient: Tensor.zeros([2], dataType: .float64)) { $0 } == nil)
  }

  @Test func `takes the first step that is near and better`() throws {
    var region = TrustRegion()
    region.maximumDivergence = 1
    region.backtracking = 0.5
    var tried: [Double] = []
    // Too far at 1, worse at ½, allowed at ¼.
    let found = try #require(
      region.search { factor in
        tried.append(factor)
        return .init(
          divergence: factor == 1 ? 1.5 : 0.5, improvement: factor == 0.5 ? -1 : 1)
      })
    #expect(tried == [1, 0.5, 0.25] && found.attempt == 2 && found.factor == 0.25)
  }

  @Test func `takes none if none is allowed`() {
    var region = TrustRegion()
    region.attempts = 4
    var count = 0
    #expect(
      region.search { _ in
        count += 1
        return .init(divergence: 0, improvement: 0)
      } == nil)
    #expect(count == 4)
  }

  // KL(π_old ‖ π) of a softmax: its Hessian at π_old is diag(p) − ppᵀ whichever way round KL is taken.
  @Test func `measures by the Fisher matrix, whichever way round KL is taken`() {
    let logits = samples([4], seed: 11)
    let old = logits.logSoftmax(along: 0)
    let p = old.exponential()
    let x = samples([4], seed: 12)
    let expected = p * x - p * (p * x).sum()
    for reversed in [false, true] {
      let parameter = logits.asParameter()
      let product = Tensor.recording {
        let now = parameter.logSoftmax(along: 0)
        let kl = reversed ? divergence(now, from: old) : divergence(old, from: now)
        let slope = kl.gradients(of: [parameter], recording: true)[0]
        return (slope * x).sum().gradients(of: [parameter])[0]
      }
      expectEqual(product, expected, tolerance: 1e-10)
    }
  }
}

@Suite struct `The adaptive penalty` {
  @Test func `is halved after short steps, doubled after long ones, kept between`() {
    var penalty = AdaptivePenalty(coefficient: 1, target: 0.03)
    penalty.update(divergence: 0.0199)
    #expect(penalty.coefficient == 0.5)
    penalty.update(divergence: 0.0451)
    #expect(penalty.coefficient == 1)
    for divergence in [0.0201, 0.03, 0.0449] { penalty.update(divergence: divergence) }
    #expect(penalty.coefficient == 1)
  }
}
