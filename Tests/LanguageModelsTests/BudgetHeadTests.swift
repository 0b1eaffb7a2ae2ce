import LanguageModels
import NeuralNetworks
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

@Suite struct `Policies that know their budget` {
  private let prompts = `Completions drawn`.prompts

  private func head(_ width: Int = 16, seed: UInt64 = 4, spread: Double = 0) throws -> BudgetHead {
    let head = try BudgetHead(
      width: width,
      ParameterBuilder(generator: Generator(seed: seed), dataType: .float64))
    let noise = Generator(seed: seed + 1)
    Tensor.withoutRecording {
      for tensor in head.parameters.tensors {
        tensor.assign(tensor + noise.normal(tensor.shape, dataType: .float64) * spread)
      }
    }
    return head
  }

  @Test func `begin as they are, and may spend a seventeenth`() throws {
    let hidden = Generator(seed: 1).normal([5, 16], dataType: .float64)
    let (states, shares) = try head()(hidden, left: Tensor([0.0, 0.3, 1, 10, 1e3]))
    #expect(states.doubles == hidden.doubles)
    expectEqual(shares, Tensor([Double](repeating: 1.0 / 17, count: 5)), tolerance: 1e-15)
  }

  @Test func `see what is left, all of its range`() throws {
    let hidden = Generator(seed: 1).normal([1, 16], dataType: .float64).expanded(to: [5, 16])
    let (states, shares) = try head(spread: 0.5)(hidden, left: Tensor([0.0, 0.3, 1, 10, 1e3]))
    #expect(Set(shares.doubles).count == 5 && shares.doubles.allSatisfy { $0 > 0 && $0 < 1 })
    for pair in zip(states.doubles.prefix(16), states.doubles.suffix(16)) {
      #expect(pair.0 != pair.1)
    }
  }

  /// A policy, its base, its head and a rollout of them in Float64.
  private func scene(_ accounting: KLBudget.Accounting) throws -> (
    policy: LanguageModel, base: LanguageModel, head: BudgetHead, rollout: Rollout
  ) {
    let (policy, base) = (try Fixture.exact(), try Fixture.exact())
    let noise = Generator(seed: 3)
    Tensor.withoutRecording {
      for tensor in policy.parameters.tensors {
        tensor.assign(tensor + noise.normal(tensor.shape, dataType: .float64) * 0.2)
      }
    }
    let head = try head(spread: 0.3)
    let rollout = Sampler(
      policy, Sampling(temperature: 0.8, maximumLength: 8), stopTokens: [0, 5, 9],
      restraint: Restraint(
        to: base, budget: KLBudget(nats: 1.5, accounting: accounting), proposer: .policy(head))
    ).rollout(prompts + prompts, using: Generator(seed: 7))
    return (policy, base, head, rollout)
  }

  private func statistics(
    _ policy: LanguageModel, _ base: LanguageModel, _ head: BudgetHead, _ rollout: Rollout,
    _ accounting: KLBudget.Accounting, kept: Int = 1 << 23
  ) throws -> BudgetedStatistics {
    let layout = ResponseLayout(rollout.completions)
    let budgets = Tensor.full([layout.lengths.count], 1.5, dataType: .float64)
    return BudgetedStatistics(
      .init(
        policy: layout.predicting(policy.trunk), base: layout.predicting(base.trunk),
        tokens: layout.tokens, lengths: layout.lengths, budgets: budgets),
      head: head, outputs: (policy.outputWeight, base.outputWeight), accounting: accounting,
      temperature: 0.8, kept: kept)
  }

  // Ratio 1: what was written down while sampling equals what training computes from the same tokens.
  @Test(arguments: KLBudget.Accounting.allCases)
  func `are looked at again as they were drawn`(accounting: KLBudget.Accounting) throws {
    let (policy, base, head, rollout) = try scene(accounting)
    let again = try statistics(policy, base, head, rollout, accounting)
    let spending = try #require(rollout.spending)
    expectEqual(again.logProbabilities, rollout.logProbabilities, tolerance: 1e-7)
    expectEqual(again.divergences, spending.divergences, tolerance: 1e-7)
    let (states, shares) = head(
      ResponseLayout(rollout.completions).predicting(policy.trunk), left: spending.left)
    expectEqual(rollout.hidden, states, tolerance: 1e-8)
    expectEqual(spending.shares, shares, tolerance: 1e-8)
    #expect(again.entropies.doubles.allSatisfy { $0 > 0 })
    #expect(spending.weights.doubles.contains { $0 > 0 && $0 < 0.9 })
    #expect(Set(spending.shares.doubles).count > 10)
  }

  // Through mixture, chunks, recomputation, head and trunk.
  @Test(arguments: KLBudget.Accounting.allCases, [0, 1 << 23])
  func `have the gradients of their played probabilities`(
    accounting: KLBudget.Accounting, kept: Int
  ) throws {
    let (policy, base, head, rollout) = try scene(accounting)
    let parameters = (policy.parameters + head.parameters).tensors
    let factors = Generator(seed: 5).normal([rollout.logProbabilities.count], dataType: .float64)
    let score = {
      let found = try statistics(policy, base, head, rollout, accounting, kept: kept)
      return ((found.logProbabilities + found.entropies * 0.3) * factors)
        .sum()
    }
    let slopes = try Tensor.recording { try score().gradients(of: parameters) }
    // Along random directions: a difference of two values is one number.
    for seed in 0..<4 as Range<UInt64> {
      let generator = Generator(seed: 20 + seed)
      let ways = parameters.map { generator.normal($0.shape, dataType: .float64) }
      let slope = zip(slopes, ways).reduce(0) { $0 + ($1.0 * $1.1).sum().item }
      let step = 1e-5
      let value = { (shift: Double) in
        Tensor.withoutRecording {
          for (tensor, way) in zip(parameters, ways) { tensor.assign(tensor + way * shift) }
        }
        return try Tensor.withoutRecording { try score().item }
      }
      let high = try value(step)
      let low = try value(-2 * step)
      _ = try value(step)
      let quotient = (high - low) / (2 * step)
      #expect(abs(slope - quotient) < 1e-5 * max(1, abs(quotient)), "\(slope) and \(quotient)")
    }
    #expect(slopes.allSatisfy { $0.doubles.contains { $0 != 0 } })
  }
}
