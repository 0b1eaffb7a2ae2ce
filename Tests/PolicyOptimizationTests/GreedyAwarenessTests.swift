import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

// Article: <doc:GreedyAdvantageAwareness>.
@Suite struct `Greedy awareness coefficients` {
  let unscaled = GreedyAwareness(variant: .text, sigmaScale: 1, etaScale: 1)

  private func pair(_ sigma: Double, _ eta: Double) -> [Double] {
    let (a, b) = unscaled.coefficients(sigma: vector(sigma), eta: vector(eta))
    return [a.item, b.item]
  }

  @Test(arguments: [0, 0.3, 1]) func `at no greedy advantage are 1 and 0`(eta: Double) {
    #expect(pair(0, eta) == [1, 0])
  }

  @Test func `at an improbable greedy token of full advantage are 2 and −1`() {
    expectEqual(Tensor(pair(1, 0)), vector(2, -1), tolerance: 1e-12)
  }

  @Test func `at a certain greedy token of full advantage are 0 and −1`() {
    expectEqual(Tensor(pair(1, 1)), vector(0, -1), tolerance: 1e-12)
  }

  @Test func `in the middle are what the formula gives`() {
    // s = ½, h = ¼: a = ¾·1.5 + ¼·2⁻¹⁰, b = −¾·½ + ¼·(2⁻¹⁰ − 1).
    expectEqual(Tensor(pair(0.5, 0.25)), vector(1.125244140625, -0.624755859375), tolerance: 1e-12)
  }

  @Test func `have the sum and difference of the identities`() {
    let grid = (0...10).map { Double($0) / 10 }
    let sigma = Tensor(grid.flatMap { s in grid.map { _ in s } })
    let eta = Tensor(grid.flatMap { _ in grid })
    let (a, b) = unscaled.coefficients(sigma: sigma, eta: eta)
    expectEqual(a + b, 1 - 2 * eta * (1 - (1 - sigma).power(10)), tolerance: 1e-12)
    expectEqual(a - b, 1 + 2 * sigma * (1 - eta), tolerance: 1e-12)
  }

  @Test func `are plain PPO's at a negative σ`() { #expect(pair(-2, 0.7) == [1, 0]) }

  @Test func `stop at σ 1 and at η 1`() {
    // Without the clamp (1 − s)¹⁰ would rise again beyond 1.
    #expect(pair(3, 0.4) == pair(1, 0.4))
    #expect(pair(0.6, 1.5) == pair(0.6, 1))
    #expect(pair(0.6, -1) == pair(0.6, 0))
  }

  @Test func `scale σ and η before the clamp`() {
    let scaled = GreedyAwareness(variant: .code, sigmaScale: 2, etaScale: 3)
    let (a, b) = scaled.coefficients(sigma: vector(0.2, 0.9), eta: vector(0.1, 0.9))
    let (x, y) = unscaled.coefficients(sigma: vector(0.4, 1), eta: vector(0.3, 1))
    expectEqual(a, x, tolerance: 1e-12)
    expectEqual(b, y, tolerance: 1e-12)
  }

  @Test func `have the text's scales unless told otherwise`() {
    let (a, _) = GreedyAwareness(variant: .text).coefficients(sigma: vector(1), eta: vector(0))
    expectEqual(a.item, 1.5, tolerance: 1e-12)
  }

  @Test func `differentiate as central differences do`() {
    expectGradients(at: [vector(0.1, 0.5, 0.9), vector(0.2, 0.7, 0.4)]) {
      let (a, b) = unscaled.coefficients(sigma: $0[0], eta: $0[1])
      return (a * 2 + b * 3).sum()
    }
  }

  @Test func `go through JSON under the names of configuration files`() throws {
    let awareness = GreedyAwareness(variant: .perToken, sigmaScale: 1.5)
    let data = try JSONEncoder().encode(awareness)
    #expect(try JSONDecoder().decode(GreedyAwareness.self, from: data) == awareness)
    let text = String(decoding: data, as: UTF8.self)
    #expect(
      text.contains("per-token") && text.contains("sigma_scale") && text.contains("eta_scale"))
  }
}

@Suite struct `Greedy awareness` {
  let clipped = SurrogateObjective.clipped(0.2)
  let advantages = samples([6], seed: 61)
  let greedyAdvantages = samples([6], seed: 62) + 0.8
  let probabilities = Tensor([0.2, 0.9, 0.5, 0.4, 0.7, 0.6])
  let logRatios = samples([6], seed: 63) * 0.1
  let greedyLogRatios = samples([6], seed: 64) * 0.1

  private func inputs(
    logRatios: Tensor? = nil, greedyLogRatios: Tensor? = nil, greedyAdvantages: Tensor? = nil,
    probabilities: Tensor? = nil
  ) -> GreedyAwareness.Inputs {
    GreedyAwareness.Inputs(
      logRatios: logRatios ?? self.logRatios,
      greedyLogRatios: greedyLogRatios ?? self.greedyLogRatios, advantages: advantages,
      greedyAdvantages: greedyAdvantages ?? self.greedyAdvantages,
      greedyProbabilities: probabilities ?? self.probabilities)
  }

  /// The gradients for the sampled and for the greedy tokens' log-ratios.
  private func gradients(
    _ variant: GreedyAwareness.Variant, sigmaScale: Double = 0.5
  ) -> (sampled: Tensor, greedy: Tensor) {
    let parameters = [logRatios.asParameter(), greedyLogRatios.asParameter()]
    let both = Tensor.recording {
      GreedyAwareness(variant: variant, sigmaScale: sigmaScale)
        .outcome(
          inputs(logRatios: parameters[0], greedyLogRatios: parameters[1]), surrogate: clipped
        ).losses.sum().gradients(of: parameters)
    }
    return (both[0], both[1])
  }

  @Test func `as published is a·J of A plus b·J of A* at the sampled tokens' ratios`() {
    let outcome = GreedyAwareness(variant: .code).outcome(inputs(), surrogate: clipped)
    let expected =
      outcome.a * clipped.losses(logRatios: logRatios, advantages: advantages) + outcome.b
      * clipped.losses(logRatios: logRatios, advantages: greedyAdvantages)
    expectEqual(outcome.losses, expected, tolerance: 1e-12)
  }

  @Test func `as written is a·J of A plus b·J of A* at the greedy tokens' ratios`() {
    let outcome = GreedyAwareness(variant: .text).outcome(inputs(), surrogate: clipped)
    let expected =
      outcome.a * clipped.losses(logRatios: logRatios, advantages: advantages) + outcome.b
      * clipped.losses(logRatios: greedyLogRatios, advantages: greedyAdvantages)
    expectEqual(outcome.losses, expected, tolerance: 1e-12)
  }

  @Test(arguments: [GreedyAwareness.Variant.code, .text])
  func `takes σ and η as means over the minibatch`(variant: GreedyAwareness.Variant) {
    let awareness = GreedyAwareness(variant: variant)
    let outcome = awareness.outcome(inputs(), surrogate: clipped)
    let sigma = (greedyAdvantages - advantages).mean()
    expectEqual(outcome.sigma, sigma, tolerance: 1e-12)
    expectEqual(outcome.eta.item, 0.55, tolerance: 1e-12)
    let (a, b) = awareness.coefficients(sigma: sigma, eta: probabilities.mean())
    expectEqual(outcome.a, a, tolerance: 1e-12)
    expectEqual(outcome.b, b, tolerance: 1e-12)
    #expect(outcome.a.rank == 0)
  }

  @Test func `per token has its own a and b everywhere`() {
    let awareness = GreedyAwareness(variant: .perToken)
    let outcome = awareness.outcome(inputs(), surrogate: clipped)
    let (a, b) = awareness.coefficients(
      sigma: greedyAdvantages - advantages, eta: probabilities)
    expectEqual(outcome.a, a, tolerance: 1e-12)
    expectEqual(outcome.b, b, tolerance: 1e-12)
    expectEqual(outcome.sigma, (greedyAdvantages - advantages).mean(), tolerance: 1e-12)
    let text = GreedyAwareness(variant: .text).outcome(inputs(), surrogate: clipped)
    #expect((outcome.losses - text.losses).magnitude().sum().item > 0.01)
  }

  @Test func `per token at one σ and one η is what is written`() {
    let same = inputs(
      greedyAdvantages: advantages + 0.7,
      probabilities: .full([6], 0.3, dataType: .float64))
    let (token, text) = (
      GreedyAwareness(variant: .perToken).outcome(same, surrogate: clipped),
      GreedyAwareness(variant: .text).outcome(same, surrogate: clipped)
    )
    expectEqual(token.losses, text.losses, tolerance: 1e-12)
  }

  @Test(arguments: GreedyAwareness.Variant.allCases)
  func `without a greedy advantage is plain PPO to the bit`(variant: GreedyAwareness.Variant) {
    let even = inputs(greedyAdvantages: advantages - 0.1)
    let plain = clipped.losses(logRatios: logRatios, advantages: advantages)
    for scale in [0.5, 3] {
      let outcome = GreedyAwareness(variant: variant, sigmaScale: scale, etaScale: scale)
        .outcome(even, surrogate: clipped)
      expectEqual(outcome.losses, plain, tolerance: 0)
    }
  }

  @Test func `as published never touches the greedy tokens' probability`() {
    let (sampled, greedy) = gradients(.code)
    expectEqual(greedy, greedy.zerosLike(), tolerance: 0)
    #expect(sampled.magnitude().sum().item > 0.1)
  }

  @Test(arguments: [GreedyAwareness.Variant.text, .perToken])
  func `as written lowers a better greedy token's probability`(variant: GreedyAwareness.Variant) {
    let (_, greedy) = gradients(variant)
    for (slope, advantage) in zip(greedy.doubles, greedyAdvantages.doubles)
    where advantage > 0 && slope != 0 {
      #expect(slope > 0)  // a descent step goes down
    }
    #expect(greedy.doubles.contains { $0 > 0.01 })
  }

  @Test(arguments: GreedyAwareness.Variant.allCases)
  func `under control weighs with the numbers given`(variant: GreedyAwareness.Variant) {
    let both = GreedyAwareness(variant: variant, control: .init(a: 0.7, b: -0.2))
      .outcome(inputs(), surrogate: clipped)
    let ratios = variant == .code ? logRatios : greedyLogRatios
    expectEqual(
      both.losses,
      0.7 * clipped.losses(logRatios: logRatios, advantages: advantages) - 0.2
        * clipped.losses(logRatios: ratios, advantages: greedyAdvantages), tolerance: 1e-12)
    let measured = GreedyAwareness(variant: variant).outcome(inputs(), surrogate: clipped)
    let factor = GreedyAwareness(variant: variant, control: .init(b: 0))
      .outcome(inputs(), surrogate: clipped)
    expectEqual(factor.a, measured.a, tolerance: 0)
    expectEqual(
      factor.losses, measured.a * clipped.losses(logRatios: logRatios, advantages: advantages),
      tolerance: 1e-12)
  }

  @Test func `shuffled weighs each token with another's coefficients`() {
    let measured = GreedyAwareness(variant: .perToken).outcome(inputs(), surrogate: clipped)
    var shuffled = inputs()
    let order = Tensor([3, 0, 5, 1, 2, 4])
    shuffled.order = order
    let outcome = GreedyAwareness(variant: .perToken, control: .init(shuffled: true))
      .outcome(shuffled, surrogate: clipped)
    let (a, b) = (
      measured.a.selecting(order, along: 0), measured.b.selecting(order, along: 0)
    )
    expectEqual(
      outcome.losses,
      a * clipped.losses(logRatios: logRatios, advantages: advantages) + b
        * clipped.losses(logRatios: greedyLogRatios, advantages: greedyAdvantages),
      tolerance: 1e-12)
    #expect((outcome.losses - measured.losses).magnitude().sum().item > 0.01)
  }

  @Test func `has no bound on how far it lowers a greedy token`() {
    // b < 0 turns the clip's pessimism around: far below 1 − ε the gradient is still there.
    let low = Tensor([Double](repeating: log(0.3), count: 6))
    let parameters = [logRatios.asParameter(), low.asParameter()]
    let slopes = Tensor.recording {
      GreedyAwareness(variant: .text).outcome(
        inputs(
          logRatios: parameters[0], greedyLogRatios: parameters[1],
          greedyAdvantages: advantages.magnitude() + 1), surrogate: clipped
      ).losses.sum().gradients(of: parameters)[1]
    }
    #expect(slopes.doubles.allSatisfy { $0 > 0.01 })
  }

  @Test(arguments: GreedyAwareness.Variant.allCases)
  func `differentiates as central differences do`(variant: GreedyAwareness.Variant) {
    for surrogate in [clipped, .importanceWeighted] {
      expectGradients(at: [logRatios, greedyLogRatios]) {
        GreedyAwareness(variant: variant)
          .outcome(inputs(logRatios: $0[0], greedyLogRatios: $0[1]), surrogate: surrogate)
          .losses.sum()
      }
    }
  }
}
