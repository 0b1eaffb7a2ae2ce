import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

// Article: <doc:ActorCritic>.
@Suite struct `Value objectives` {
  // The critic moved by 0, 0.1, ½, ½, −½, −½ from 1; targets lie on either side.
  let values = vector(1, 1.1, 1.5, 1.5, 0.5, 0.5)
  let old = vector(1, 1, 1, 1, 1, 1)
  let targets = vector(3, 3, 3, 0, 0, 3)

  @Test func `without a bound are half the squared error`() {
    expectEqual(
      ValueObjective.squared.losses(values: values, old: old, targets: targets),
      vector(2, 1.805, 1.125, 1.125, 0.125, 3.125), tolerance: 1e-12)
  }

  @Test func `with a bound are half the larger of two squares`() {
    // Bounded values 1, 1.1, 1.2, 1.2, 0.8, 0.8: squares 4, 3.61, 3.24, 1.44, 0.64, 4.84.
    expectEqual(
      ValueObjective.clipped(0.2).losses(values: values, old: old, targets: targets),
      vector(2, 1.805, 1.62, 1.125, 0.32, 3.125), tolerance: 1e-12)
  }

  @Test func `have no gradient where the bounded error is larger, V − G elsewhere`() {
    let objective = ValueObjective.clipped(0.2)
    expectEqual(
      gradient(at: values) { objective.losses(values: $0, old: old, targets: targets).sum() },
      vector(-2, -1.9, 0, 1.5, 0, -2.5), tolerance: 1e-12)
    expectEqual(
      objective.isClipped(values: values, old: old, targets: targets),
      vector(0, 0, 1, 0, 1, 0), tolerance: 0)
  }

  @Test func `without a bound are never clipped`() {
    expectEqual(
      ValueObjective.squared.isClipped(values: values, old: old, targets: targets),
      values.zerosLike(), tolerance: 0)
  }

  @Test func `with an infinite bound are the squared error`() {
    expectEqual(
      ValueObjective.clipped(.infinity).losses(values: values, old: old, targets: targets),
      ValueObjective.squared.losses(values: values, old: old, targets: targets), tolerance: 0)
  }

  @Test func `with a bound are never smaller than without`() {
    let inputs = (91...93).map { samples([200], seed: $0) }
    let bounded = ValueObjective.clipped(0.2)
      .losses(values: inputs[0], old: inputs[1], targets: inputs[2])
    let free = ValueObjective.squared
      .losses(values: inputs[0], old: inputs[1], targets: inputs[2])
    #expect((bounded .< free).sum().item == 0)
    #expect((bounded .> free).sum().item > 0)
  }

  @Test(arguments: [ValueObjective.squared, .clipped(0.2)])
  func `differentiate as central differences do`(objective: ValueObjective) {
    expectGradients(at: [values + 0.01, targets]) {
      objective.losses(values: $0[0], old: old, targets: $0[1]).sum()
    }
  }

  @Test func `go through JSON unchanged`() throws {
    for objective in [ValueObjective.squared, .clipped(0.1)] {
      let data = try JSONEncoder().encode(objective)
      #expect(try JSONDecoder().decode(ValueObjective.self, from: data) == objective)
    }
  }

  @Test func `refuse targets of another shape`() async {
    await #expect(processExitsWith: .failure) {
      _ = ValueObjective.squared.losses(
        values: .zeros([3]), old: .zeros([3]), targets: .zeros([1]))
    }
  }
}

@Suite struct `Explained variance` {
  let mask = paddingMask([4, 2], time: 4)
  var returns: Tensor { samples([2, 4], seed: 95).poisoned(mask) }

  private func explained(_ values: Tensor) -> Double {
    explainedVariance(values: values, returns: returns, mask: mask).item
  }

  @Test func `of a perfect critic is 1`() { expectEqual(explained(returns), 1) }

  @Test func `of a constant is 0`() {
    expectEqual(explained(.full([2, 4], 3, dataType: .float64)), 0, tolerance: 1e-12)
  }

  @Test func `of a share of the returns is what the square leaves`() {
    // 1 − (1 − c)².
    expectEqual(explained(returns * 0.5), 0.75, tolerance: 1e-12)
    expectEqual(explained(-returns), -3, tolerance: 1e-12)
  }

  @Test func `does not see a constant error`() { expectEqual(explained(returns + 5), 1) }

  @Test func `is not finite where returns do not vary`() {
    let flat = Tensor.ones([2, 4], dataType: .float64)
    let values = samples([2, 4], seed: 96)
    #expect(!explainedVariance(values: values, returns: flat, mask: mask).isAllFinite)
    #expect(!explainedVariance(values: flat, returns: flat, mask: mask).isAllFinite)
  }
}
