import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

// Article: <doc:KLBudget>.
@Suite struct `Mixtures on a budget` {
  private func row(_ logits: [Double]) -> Tensor {
    Tensor(logits, shape: [1, logits.count]).logSoftmax(along: -1)
  }

  private func distributions(_ shape: [Int], seed: UInt64, spread: Double = 1) -> Tensor {
    (samples(shape, seed: seed) * spread).logSoftmax(along: -1)
  }

  @Test(arguments: BudgetGoldens.cases.indices)
  func `are those of forty digits, and so are their slopes`(index: Int) {
    let golden = BudgetGoldens.cases[index]
    let base = row(golden.base)
    let point = Tensor(golden.logits, shape: [1, golden.logits.count]).asParameter()
    let allowance = Tensor([golden.allowance]).asParameter()
    let (mixture, slopes) = Tensor.recording {
      let mixture = BudgetedMixture(
        proposal: point.logSoftmax(along: -1), base: base, allowances: allowance)
      let score = (mixture.logProbabilities * Tensor(golden.factors)).sum()
      return (mixture, score.gradients(of: [point, allowance]))
    }
    // The mixture stops one part in 10⁹ short of its allowance.
    expectEqual(mixture.weights, Tensor([golden.weight]), tolerance: 1e-15, relative: 2e-9)
    expectEqual(
      mixture.logProbabilities, Tensor(golden.mixture, shape: [1, golden.mixture.count]),
      tolerance: 1e-8)
    expectEqual(
      slopes[0], Tensor(golden.slopes, shape: [1, golden.slopes.count]), tolerance: 1e-10,
      relative: 1e-7)
    expectEqual(slopes[1], Tensor([golden.allowanceSlope]), tolerance: 1e-10, relative: 1e-7)
  }

  @Test(arguments: [DataType.float64, .float32])
  func `spend their allowance to a millionth of a nat, never more`(type: DataType) {
    for seed in 0..<20 as Range<UInt64> {
      let spread = [0.01, 0.3, 1, 4, 20][Int(seed % 5)]
      let policy = distributions([64, 300], seed: seed, spread: spread).cast(to: type)
      let base = distributions([64, 300], seed: seed + 100).cast(to: type)
      // From e^−18 to e^4 nats.
      let allowances = (samples([64], seed: seed + 200) * 4 - 7).exponential()
      let mixture = BudgetedMixture(proposal: policy, base: base, allowances: allowances)
      let played = divergence(
        mixture.logProbabilities.cast(to: .float64), from: base.cast(to: .float64))
      for (index, allowance) in allowances.doubles.enumerated() {
        let (weight, spent) = (mixture.weights.doubles[index], mixture.divergences.doubles[index])
        #expect(spent <= allowance)
        #expect(weight == 1 || allowance - spent <= 1e-6 * allowance)
        #expect(abs(played.doubles[index] - spent) < (type == .float64 ? 1e-9 : 1e-6))
      }
    }
  }

  @Test(arguments: [DataType.float64, .float32])
  func `are the base policy to the bit where nothing may be spent`(type: DataType) {
    let policy = distributions([8, 50], seed: 1, spread: 3).cast(to: type)
    let base = distributions([8, 50], seed: 2).cast(to: type)
    let mixture = BudgetedMixture(
      proposal: policy, base: base, allowances: .zeros([8], dataType: .float64))
    #expect(mixture.logProbabilities.doubles == base.doubles)
    #expect(mixture.logProbabilities.dataType == type)
    #expect(mixture.divergences.doubles == [Double](repeating: 0, count: 8))
  }

  @Test func `are the policy to the bit where all of it is affordable`() {
    let policy = distributions([8, 50], seed: 3).cast(to: .float32)
    let base = distributions([8, 50], seed: 4).cast(to: .float32)
    let mixture = BudgetedMixture(
      proposal: policy, base: base, allowances: .full([8], 20, dataType: .float64))
    #expect(mixture.logProbabilities.doubles == policy.doubles)
    expectEqual(
      mixture.divergences, divergence(policy.cast(to: .float64), from: base.cast(to: .float64)),
      tolerance: 1e-6)
  }

  @Test func `come nearer to the policy with every nat`() {
    let policy = distributions([1, 30], seed: 5, spread: 2).expanded(to: [40, 30])
    let base = distributions([1, 30], seed: 6).expanded(to: [40, 30])
    let allowances = Tensor((0..<40).map { Double($0) * 0.1 })
    let weights = BudgetedMixture(proposal: policy, base: base, allowances: allowances).weights
    let steps = zip(weights.doubles, weights.doubles.dropFirst())
    #expect(steps.allSatisfy { $0 < $1 || $0 == 1 && $1 == 1 })
    #expect(weights.doubles.first == 0 && weights.doubles.last == 1)
  }

  @Test func `cost nothing where the policy is the base`() {
    let base = distributions([3, 9], seed: 7)
    let mixture = BudgetedMixture(
      proposal: base, base: base, allowances: Tensor([0, 1e-9, 3]))
    #expect(mixture.logProbabilities.doubles == base.doubles)
    #expect(mixture.divergences.doubles == [0, 0, 0])
  }

  @Test func `never do what the base rules out, and may rule out what it does`() {
    let base = row([0, 1, -.infinity])
    let allowances = Tensor([100.0])
    let bold = BudgetedMixture(proposal: row([0, 1, 2]), base: base, allowances: allowances)
    #expect(bold.logProbabilities.doubles == base.doubles)
    let narrow = BudgetedMixture(
      proposal: row([0, -.infinity, -.infinity]), base: base, allowances: allowances)
    #expect(narrow.logProbabilities.doubles == [0, -.infinity, -.infinity])
    // −log b(a): what it costs to make an action certain.
    expectEqual(narrow.divergences, -base.select(1, 0), tolerance: 1e-12)
  }

  @Test func `with actions ruled out have slopes all the same`() {
    let base = row([0.3, 1, -0.5, -.infinity])
    let mask = Tensor([0.0, 0, 0, -.infinity])
    for allowance in [0, 0.05, 100] {
      expectGradients(at: [Tensor([0.2, -1, 0.7, 0.4], shape: [1, 4])], tolerance: 1e-7) { point in
        let proposal = (point[0] + mask).logSoftmax(along: -1)
        let mixture = BudgetedMixture(
          proposal: proposal, base: base, allowances: Tensor([allowance]))
        return mixture.logProbabilities.slice(1, 0..<3).sum() + mixture.divergences.sum()
      }
    }
  }

  @Test func `with a bound on ratios keep to it, and have its slopes`() {
    let base = distributions([40, 12], seed: 8)
    let policy = samples([40, 12], seed: 9) * 3
    let (allowances, bounds) = (
      Tensor.full([40], 0.1, dataType: .float64), Tensor.full([40], 0.9, dataType: .float64)
    )
    let mixture = BudgetedMixture(
      proposal: policy.logSoftmax(along: -1), base: base, allowances: allowances,
      largestLogRatios: bounds)
    let largest = (mixture.logProbabilities - base).maximum(along: -1).doubles
    #expect(largest.allSatisfy { $0 <= 0.9 + 1e-12 })
    // Some are held by the bound, some by the allowance.
    #expect(largest.contains { $0 > 0.9 - 1e-9 } && largest.contains { $0 < 0.89 })
    #expect(mixture.divergences.doubles.allSatisfy { $0 <= 0.1 })
    expectGradients(at: [policy, bounds], tolerance: 1e-6) { point in
      (BudgetedMixture(
        proposal: point[0].logSoftmax(along: -1), base: base, allowances: allowances,
        largestLogRatios: point[1]
      ).logProbabilities * samples([40, 12], seed: 10)).sum()
    }
  }

  @Test func `of one row do not depend on the others`() {
    let policy = distributions([5, 20], seed: 11, spread: 4)
    let base = distributions([5, 20], seed: 12)
    let allowances = Tensor([1e-6, 0.01, 0.3, 2, 50])
    let whole = BudgetedMixture(proposal: policy, base: base, allowances: allowances)
    for index in 0..<5 {
      let alone = BudgetedMixture(
        proposal: policy.slice(0, index..<index + 1), base: base.slice(0, index..<index + 1),
        allowances: allowances.slice(0, index..<index + 1))
      expectEqual(
        alone.logProbabilities, whole.logProbabilities.slice(0, index..<index + 1), tolerance: 1e-8)
    }
  }
}
