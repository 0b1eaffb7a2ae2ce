import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

/// Agreement with other implementations; Goldens.swift says which, and its script how they differ.
@Suite struct `Golden values` {
  static let precisions = [DataType.float64, .float32]

  private func input(_ elements: [Double], _ dataType: DataType, shape: [Int] = [4, 6]) -> Tensor {
    Tensor(elements, shape: shape).cast(to: dataType)
  }

  /// Within 1e-9 in float64, 1e-5 in float32.
  private func expect(
    _ actual: Tensor, _ expected: [Double], _ dataType: DataType,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(actual.dataType == dataType, sourceLocation: sourceLocation)
    expectEqual(
      actual.cast(to: .float64), Tensor(expected, shape: actual.shape),
      tolerance: dataType == .float64 ? 1e-9 : 1e-5, sourceLocation: sourceLocation)
  }

  private func trajectories(_ dataType: DataType, isCut: Bool = false) -> Trajectories {
    let mask = input(Goldens.mask, dataType)
    let finals = input(Goldens.finalValues, dataType, shape: [4])
    return Trajectories(
      rewards: input(Goldens.tokenRewards, dataType).poisoned(mask),
      values: input(Goldens.values, dataType).poisoned(mask),
      finalValues: isCut ? finals : finals.zerosLike(),
      actionValues: input(Goldens.actionValues, dataType).poisoned(mask), mask: mask)
  }

  @Test(arguments: precisions) func `of token rewards`(dataType: DataType) {
    expect(
      tokenRewards(
        scores: input(Goldens.scores, dataType, shape: [4]),
        logRatios: input(Goldens.logRatios, dataType), mask: input(Goldens.mask, dataType),
        coefficient: 0.15), Goldens.tokenRewards, dataType)
  }

  @Test(arguments: precisions) func `of k3`(dataType: DataType) {
    expect(
      DivergenceEstimator.k3.estimates(logRatios: input(Goldens.logRatios, dataType)),
      Goldens.k3, dataType)
  }

  @Test(arguments: precisions) func `of advantages of trajectories that ended`(dataType: DataType) {
    let actual = generalizedAdvantages(trajectories(dataType), discount: 0.97, lambda: 0.9)
    expect(actual.advantages, Goldens.terminatedAdvantages, dataType)
    expect(actual.returns, Goldens.terminatedReturns, dataType)
  }

  @Test(arguments: precisions) func `of advantages of trajectories that were cut`(
    dataType: DataType
  ) {
    expect(
      generalizedAdvantages(trajectories(dataType, isCut: true), discount: 0.97, lambda: 0.9)
        .advantages, Goldens.truncatedAdvantages, dataType)
  }

  @Test(arguments: precisions) func `of accumulated action-conditioned errors`(dataType: DataType) {
    let batch = trajectories(dataType, isCut: true)
    expect(
      accumulated(
        actionConditionedDifferences(batch, discount: 0.97), mask: batch.mask, discount: 0.97,
        lambda: 0.9), Goldens.actionConditionedAdvantages, dataType)
  }

  @Test(arguments: precisions) func `of masked statistics and whitening`(dataType: DataType) {
    let mask = input(Goldens.mask, dataType)
    let returns = input(Goldens.terminatedReturns, dataType).poisoned(mask)
    expect(returns.maskedMean(mask), Goldens.maskedMean, dataType)
    expect(returns.maskedVariance(mask), Goldens.maskedVariance, dataType)
    expect(returns.whitened(mask, mean: .removed), Goldens.whitenedWithoutMean, dataType)
    expect(returns.whitened(mask, mean: .kept), Goldens.whitenedWithMean, dataType)
  }

  @Test(arguments: precisions) func `of the clipped policy loss`(dataType: DataType) {
    let objective = SurrogateObjective.clipped(0.2)
    let logRatios = input(Goldens.policyLogRatios, dataType, shape: [12])
    let advantages = input(Goldens.policyAdvantages, dataType, shape: [12])
    expect(
      objective.losses(logRatios: logRatios, advantages: advantages), Goldens.policyLosses, dataType
    )
    expect(
      gradient(at: logRatios) { objective.losses(logRatios: $0, advantages: advantages).sum() },
      Goldens.policyGradients, dataType)
    expect(
      objective.isClipped(logRatios: logRatios, advantages: advantages), Goldens.policyIsClipped,
      dataType)
  }

  @Test(arguments: precisions) func `of the clipped value loss`(dataType: DataType) {
    let objective = ValueObjective.clipped(0.2)
    let values = input(Goldens.newValues, dataType, shape: [12])
    let old = input(Goldens.oldValues, dataType, shape: [12])
    let targets = input(Goldens.valueTargets, dataType, shape: [12])
    expect(
      objective.losses(values: values, old: old, targets: targets), Goldens.valueLosses, dataType)
    expect(
      gradient(at: values) { objective.losses(values: $0, old: old, targets: targets).sum() },
      Goldens.valueGradients, dataType)
    expect(
      objective.isClipped(values: values, old: old, targets: targets), Goldens.valueIsClipped,
      dataType)
  }

  @Test(arguments: precisions) func `of divergences and entropies`(dataType: DataType) {
    let first = input(Goldens.firstLogits, dataType, shape: [3, 5]).logSoftmax(along: 1)
    let second = input(Goldens.secondLogits, dataType, shape: [3, 5]).logSoftmax(along: 1)
    expect(divergence(first, from: second), Goldens.divergences, dataType)
    expect(entropy(first), Goldens.entropies, dataType)
  }

  @Test(arguments: precisions) func `of preference losses`(dataType: DataType) {
    expect(
      preferenceLosses(
        margins: input(Goldens.margins, dataType, shape: [6]),
        probabilities: input(Goldens.preferences, dataType, shape: [6])),
      Goldens.preferenceLosses, dataType)
  }

  @Test(arguments: precisions) func `of greedy awareness`(dataType: DataType) {
    let (a, b) = GreedyAwareness(variant: .text).coefficients(
      sigma: input(Goldens.sigmas, dataType, shape: [7]),
      eta: input(Goldens.etas, dataType, shape: [7]))
    expect(a, Goldens.greedyA, dataType)
    expect(b, Goldens.greedyB, dataType)
  }
}
