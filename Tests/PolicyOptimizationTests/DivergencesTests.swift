import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

// Article: <doc:KLPenalty>.
@Suite struct `KL estimators` {
  let logits = samples([7], seed: 71)
  let reference = samples([7], seed: 72).logSoftmax(along: 0)
  var logPolicy: Tensor { logits.logSoftmax(along: 0) }
  var kl: Double { divergence(logPolicy, from: reference).item }

  /// E over actions of π of an estimate.
  private func expectation(_ estimator: DivergenceEstimator) -> Double {
    (logPolicy.exponential() * estimator.estimates(logRatios: logPolicy - reference)).sum().item
  }

  /// The expected gradient of an estimate used as a loss on tokens drawn from π.
  private func expectedGradient(_ estimator: DivergenceEstimator) -> Tensor {
    gradient(at: logits) {
      let estimates = estimator.estimates(logRatios: $0.logSoftmax(along: 0) - reference)
      return (logPolicy.exponential() * estimates).sum()
    }
  }

  @Test func `have closed forms`() {
    let ratios = vector(0, 1, -2)
    expectEqual(DivergenceEstimator.k1.estimates(logRatios: ratios), vector(0, 1, -2))
    expectEqual(DivergenceEstimator.k2.estimates(logRatios: ratios), vector(0, 0.5, 2))
    expectEqual(
      DivergenceEstimator.k3.estimates(logRatios: ratios), vector(0, exp(-1), exp(2) - 3),
      tolerance: 1e-12)
  }

  @Test(arguments: [DivergenceEstimator.k1, .k3])
  func `k1 and k3 have the divergence as their mean`(estimator: DivergenceEstimator) {
    expectEqual(expectation(estimator), kl, tolerance: 1e-12)
  }

  @Test func `k2 has not`() { #expect(abs(expectation(.k2) - kl) > 1e-3) }

  @Test func `k2 as a loss has the divergence's gradient`() {
    expectEqual(
      expectedGradient(.k2),
      gradient(at: logits) { divergence($0.logSoftmax(along: 0), from: reference) },
      tolerance: 1e-12)
  }

  @Test func `k1 as a loss has no gradient on average`() {
    expectEqual(expectedGradient(.k1), logits.zerosLike(), tolerance: 1e-12)
  }

  @Test func `k3 as a loss has the gradient of the divergence the other way round`() {
    expectEqual(
      expectedGradient(.k3),
      gradient(at: logits) { divergence(reference, from: $0.logSoftmax(along: 0)) },
      tolerance: 1e-12)
  }

  @Test func `k3 is never negative and zero only at equal probabilities`() {
    let ratios = Tensor((-50...50).map { Double($0) / 10 })
    for (ratio, estimate) in zip(
      ratios.doubles, DivergenceEstimator.k3.estimates(logRatios: ratios).doubles)
    {
      #expect(ratio == 0 ? estimate == 0 : estimate > 0)
    }
  }

  @Test func `k3 keeps its digits near equal probabilities in float32`() {
    // ρ²/2 − ρ³/6 = 4.998e-7 at 10⁻³, where eˣ − 1 done in float32 would be off by a tenth of that.
    let estimate = DivergenceEstimator.k3.estimates(logRatios: Tensor([1e-3 as Float])).item
    expectEqual(estimate, 4.998334e-7, tolerance: 2e-10)
  }

  @Test(arguments: DivergenceEstimator.allCases)
  func `differentiate as central differences do`(estimator: DivergenceEstimator) {
    expectGradients(at: [vector(-1, -0.1, 0, 0.3, 2)]) {
      estimator.estimates(logRatios: $0[0]).sum()
    }
  }
}

@Suite struct `Divergences and entropies` {
  let first = samples([3, 4], seed: 73).logSoftmax(along: 1)
  let second = samples([3, 4], seed: 74).logSoftmax(along: 1)

  @Test func `of a coin by hand`() {
    // ½·ln(½ / ¼) + ½·ln(½ / ¾) = ½·ln(4/3).
    let (fair, bent) = (vector(0.5, 0.5).logarithm(), vector(0.25, 0.75).logarithm())
    expectEqual(divergence(fair, from: bent).item, 0.5 * log(4.0 / 3), tolerance: 1e-12)
    // ¼·ln ½ + ¾·ln 1.5 the other way.
    expectEqual(
      divergence(bent, from: fair).item, 0.25 * log(0.5) + 0.75 * log(1.5), tolerance: 1e-12)
  }

  @Test func `are zero from themselves and positive from others`() {
    expectEqual(divergence(first, from: first), vector(0, 0, 0), tolerance: 0)
    #expect((divergence(first, from: second) .> 0).sum().item == 3)
  }

  @Test(arguments: [1, 2, 5, 1000]) func `of n equal chances have entropy ln n`(count: Int) {
    let uniform = Tensor.zeros([count], dataType: .float64).logSoftmax(along: 0)
    expectEqual(entropy(uniform).item, log(Double(count)), tolerance: 1e-12)
  }

  @Test func `from equal chances are what entropy lacks`() {
    let uniform = first.zerosLike().logSoftmax(along: 1)
    expectEqual(divergence(first, from: uniform), log(4) - entropy(first), tolerance: 1e-12)
  }

  @Test func `let tokens be ruled out`() {
    // Two of four left: entropy ln 2; from the same support, ½·ln(½ / ¼) + ½·ln(½ / ¾).
    let ruledOut = -Double.infinity
    let p = vector(0, ruledOut, 0, ruledOut).logSoftmax(along: 0)
    let q = vector(log(0.25), ruledOut, log(0.75), ruledOut)
    expectEqual(entropy(p).item, log(2), tolerance: 1e-12)
    expectEqual(divergence(p, from: q).item, 0.5 * log(4.0 / 3), tolerance: 1e-12)
    expectEqual(
      divergence(p, from: vector(0, 0, 0, 0).logSoftmax(along: 0)).item, log(2), tolerance: 1e-12)
  }

  @Test func `are infinite from what rules out the possible`() {
    #expect(
      divergence(vector(0, 0).logSoftmax(along: 0), from: vector(0, -.infinity)).item == .infinity)
  }

  @Test func `have finite gradients where tokens are ruled out`() {
    let logits = vector(0.3, -.infinity, -0.2)
    let q = vector(log(0.25), -.infinity, log(0.75))
    let expected = gradient(at: vector(0.3, -0.2)) {
      entropy($0.logSoftmax(along: 0))
    }.doubles
    let slope = gradient(at: logits) { entropy($0.logSoftmax(along: 0)) }
    expectEqual(slope, vector(expected[0], 0, expected[1]), tolerance: 1e-12)
    #expect(gradient(at: logits) { divergence($0.logSoftmax(along: 0), from: q) }.isAllFinite)
  }

  @Test func `do not mind probabilities too small for float32`() {
    let p = Tensor([0 as Float, -200])
    #expect(entropy(p).item == 0)
    #expect(divergence(p, from: Tensor([0 as Float, -.infinity])).item == 0)
  }

  @Test func `differentiate as central differences do`() {
    expectGradients(at: [samples([2, 4], seed: 75), samples([2, 4], seed: 76)]) {
      divergence($0[0].logSoftmax(along: 1), from: $0[1].logSoftmax(along: 1)).sum()
    }
    expectGradients(at: [samples([2, 4], seed: 77)]) { entropy($0[0].logSoftmax(along: 1)).sum() }
  }

  @Test func `refuse distributions of different sizes`() async {
    await #expect(processExitsWith: .failure) {
      _ = divergence(.zeros([2, 3]), from: .zeros([1, 3]))
    }
  }
}
