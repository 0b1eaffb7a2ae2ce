import LanguageModels
import NeuralNetworks
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

@Suite struct `Completions on a budget` {
  /// The fixture, far away from itself.
  private func policy() throws -> LanguageModel {
    let model = try Fixture.language()
    let noise = Generator(seed: 3)
    Tensor.withoutRecording {
      for tensor in model.parameters.tensors {
        tensor.assign(tensor + noise.normal(tensor.shape) * 0.3)
      }
    }
    return model
  }

  private func rollout(
    _ model: LanguageModel, _ restraint: Restraint? = nil, temperature: Double = 1,
    prompts: [[Int]] = Array(repeating: `Completions drawn`.prompts, count: 4).flatMap { $0 },
    first: UInt64 = 0
  ) -> Rollout {
    Sampler(
      model, Sampling(temperature: temperature, maximumLength: 10),
      stopTokens: [0, 5, 9, 20, 28, 31],
      restraint: restraint
    ).rollout(prompts, drawing: .seeds(prompts.indices.map { UInt64($0) + first }))
  }

  private func restraint(
    _ nats: Double, _ accounting: KLBudget.Accounting = .analytic, share: Double = 1
  ) throws -> Restraint {
    Restraint(
      to: try Fixture.language(), budget: KLBudget(nats: nats, accounting: accounting),
      proposer: .share(share))
  }

  @Test(arguments: KLBudget.Accounting.allCases, [1, 0.7])
  func `of nothing are the base model's, to the bit`(
    accounting: KLBudget.Accounting, temperature: Double
  ) throws {
    let held = rollout(
      try policy(), try restraint(0, accounting), temperature: temperature)
    let free = rollout(try Fixture.language(), temperature: temperature)
    #expect(held.completions == free.completions)
    #expect(held.logProbabilities.doubles == free.logProbabilities.doubles)
    #expect(held.spending?.costs.doubles.allSatisfy { $0 == 0 } == true)
    #expect(free.spending == nil)
  }

  @Test(arguments: KLBudget.Accounting.allCases)
  func `that never ends are the policy's, to the bit`(accounting: KLBudget.Accounting) throws {
    let held = rollout(try policy(), try restraint(1e4, accounting))
    let free = rollout(try policy())
    #expect(held.completions == free.completions)
    #expect(held.logProbabilities.doubles == free.logProbabilities.doubles)
    #expect(held.completions != rollout(try Fixture.language()).completions)
  }

  @Test(arguments: [KLBudget.Accounting.analytic, .noRefund], [0.2, 1, 4])
  func `never cost more than that, whoever leaves first`(
    accounting: KLBudget.Accounting, nats: Double
  ) throws {
    let held = rollout(try policy(), try restraint(nats, accounting, share: 0.5))
    let spending = try #require(held.spending)
    var (start, spent) = (0, [Double]())
    for completion in held.completions {
      let places = start..<start + completion.tokens.count
      start = places.upperBound
      let costs = Array(spending.costs.doubles[places])
      spent.append(costs.reduce(0, +))
      // What was left before each token is what its forerunners had not spent.
      for (index, left) in spending.left.doubles[places].enumerated() {
        #expect(abs(left - (nats - costs.prefix(index).reduce(0, +))) < 1e-9)
      }
    }
    #expect(start == held.logProbabilities.count)
    #expect(spent.allSatisfy { $0 <= nats + 1e-12 } && spent.contains { $0 > nats / 2 })
    #expect(Set(held.completions.map(\.tokens.count)).count > 2)
  }

  @Test(arguments: KLBudget.Accounting.allCases, [1, 0.7])
  func `have records that equal those recomputed in one pass`(
    accounting: KLBudget.Accounting, temperature: Double
  ) throws {
    let (model, base) = (try policy(), try Fixture.language())
    let held = rollout(
      model, try restraint(2, accounting, share: 0.3), temperature: temperature)
    let spending = try #require(held.spending)
    let layout = ResponseLayout(held.completions)
    let distributions = [model, base].map { model in
      Tensor.withoutRecording {
        let states = layout.predicting(model.trunk)
        return (model.logits(ofHidden: states) / temperature).logSoftmax(along: -1)
      }
    }
    let mixture = BudgetedMixture(
      proposal: distributions[0], base: distributions[1], allowances: spending.left * 0.3,
      largestLogRatios: accounting == .noRefund ? spending.left : nil)
    let chosen = layout.tokens.unsqueezed(1)
    expectEqual(
      held.logProbabilities,
      mixture.logProbabilities.gathered(chosen, along: 1).squeezed(1), tolerance: 2e-4)
    expectEqual(spending.divergences, mixture.divergences, tolerance: 1e-4)
    let costs = accounting == .analytic ? mixture.divergences : mixture.logRatios(of: layout.tokens)
    expectEqual(
      spending.costs, accounting == .noRefund ? costs.clamped(atLeast: 0) : costs, tolerance: 2e-4)
    // Some tokens were the policy's own, some were held back.
    #expect(mixture.weights.doubles.contains { $0 < 0.9 })
  }

  @Test func `do not depend on what else is in the batch`() throws {
    let held = try restraint(1.5, share: 0.4)
    let together = rollout(try policy(), held)
    for (index, prompt) in `Completions drawn`.prompts.enumerated() {
      let alone = rollout(try policy(), held, prompts: [prompt], first: UInt64(index))
      #expect(alone.completions[0] == together.completions[index])
    }
  }

  @Test func `without a whole distribution end the process with the reason`() async {
    await #expect(processExitsWith: .failure) {
      _ = Sampler(
        try Fixture.language(), Sampling(topK: 3), stopTokens: [],
        restraint: Restraint(to: try Fixture.language(), budget: KLBudget(nats: 1)))
    }
  }
}
