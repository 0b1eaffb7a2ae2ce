import Foundation
import PolicyOptimization
import Reports
import TensorTestSupport
import Testing
import Torch

@testable import Experiments

@Suite struct `Bandits` {
  @Test func `write their rows as the published tables have them`() throws {
    let bandit = Bandit.words
    let ppo = bandit.table(of: [0, 1, 1, 0], learner: bandit.learner(.ppo))
    let actde = bandit.table(of: [0, 1, 1, 0], learner: bandit.learner(.actde))
    #expect(ppo.map(\.step) == [1, 2, 3, 4] && ppo.map(\.reward) == [1, 0.5, 0.5, 1])
    #expect(ppo.map(\.value) == [1, 0.5, 0.5, 1] && actde.map(\.actionValues).last == [1, 0.5])
    for (row, expected) in zip(ppo, [0.7310586, 0.8175745, 0.8175745, 0.8807971]) {
      expectEqual(row.probabilities[0], expected, tolerance: 1e-7)
    }
    for (row, expected) in zip(actde, [0.7310586, 0.6224593, 0.6224593, 0.6224593]) {
      expectEqual(row.probabilities[0], expected, tolerance: 1e-7)
    }
    let keys: Set = ["step", "method", "action", "reward", "advantage", "probabilities"]
    #expect(try Self.keys(of: ppo[0]) == keys.union(["value"]))
    #expect(try Self.keys(of: actde[0]) == keys.union(["action_values"]))
  }

  private static func keys(of record: some Encodable) throws -> Set<String> {
    let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(record))
    return Set(try #require(object as? [String: Any]).keys)
  }

  @Test func `are sampled with the policy's own probabilities`() {
    // 20,000 draws of a policy that never moves: rewards are as expected. σ = √(.3·.7/20,000) = .0032; four of them.
    let bandit = Bandit(rewards: [0, 0], initialProbabilities: [0.3, 0.7])
    let rows = bandit.table(
      ofSampled: 20_000, learner: bandit.learner(.actde), generator: Generator(seed: 2))
    let share = Double(rows.count { $0.action == 0 }) / 20_000
    #expect(abs(share - 0.3) < 4 * 0.0033)
    #expect(action(at: 0.999_999_999, of: [0.5, 0.499_999, 0]) == 1)
  }

  @Test func `sampled in haste are the same as row by row`() {
    for method in TabularLearner.Method.allCases {
      let bandit = Bandit.words
      let learner = bandit.learner(method, valueLearningRate: 0.5)
      let runs = bandit.sampled(learner, seeds: 3, steps: 100)
      for run in runs {
        let rows = bandit.table(
          ofSampled: 100, learner: learner,
          generator: Generator(seed: UInt64(run.seed), purpose: "bandit"))
        #expect(run.firstAction == rows[0].action)
        #expect(run.otherTriedAt == rows.first { $0.action != rows[0].action }?.step)
        for (step, gap) in run.gaps {
          let probabilities = rows[step - 1].probabilities
          expectEqual(gap, log(probabilities[0] / probabilities[1]), tolerance: 1e-9)
        }
        #expect(Set(run.gaps.keys) == Set(SampledRun.checkpoints(to: 100)))
      }
    }
  }

  @Test func `part ways over fifty seeds: PPO grows with the logarithm, ACTDE rests`() throws {
    let bandit = Bandit.words
    let ppo = bandit.sampled(bandit.learner(.ppo), seeds: 50, steps: 10_000)
    // Independent runs gave 1.8, 4.7, 7.1, 9.5 with deviations of .8 at first, .7 at last: four standard errors of a difference.
    for (step, expected) in [(10, 1.8), (100, 4.7), (1000, 7.1), (10_000, 9.5)] {
      #expect(abs(try #require(ppo.gaps(at: step).mean) - expected) < 0.6)
    }
    let last = ppo.gaps(at: 10_000).values
    #expect(last.allSatisfy { $0 >= 7.5 && $0 <= 11.5 })
    let actde = bandit.sampled(bandit.learner(.actde), seeds: 50, steps: 10_000)
    for gap in actde.gaps(at: 10_000).values { expectEqual(gap, 0.5, tolerance: 1e-12) }
  }
}

@Suite struct `The wireheading experiment` {
  @Test func `rests where the rule says, not at the published .02 %`() {
    let rest = WireheadingExperiment.Rest(start: "", .wireheading)
    #expect(abs(rest.probabilities[0] / 8.276_780_428e-42 - 1) < 1e-9)
    expectEqual(rest.gap, 90 + log(99), tolerance: 1e-12)
    let uniform = Bandit(rewards: [10, 100]).fixedPoint()
    #expect(abs(uniform[0] / 8.194_012_624e-40 - 1) < 1e-9)
    #expect(rest.probabilities[0] < WireheadingExperiment.publishedProbability * 1e-30)
  }

  @Test func `has histories that the rule dictates`() {
    // gap = ln 99 + 100 after wireheading; ln 99 − 10 after pizza, then +100 for ACTDE and +90 for PPO.
    let start = log(99.0)
    for (method, both) in [(TabularLearner.Method.actde, start + 90), (.ppo, start + 80)] {
      let pizza = WireheadingExperiment.History(method, first: 0)
      expectEqual(pizza.gapAfterFirst, start - 10, tolerance: 1e-12)
      expectEqual(pizza.gapAfterBoth, both, tolerance: 1e-12)
      expectEqual(pizza.wait, 1 + exp(10) / 99, tolerance: 1e-9)
      let wirehead = WireheadingExperiment.History(method, first: 1)
      expectEqual(wirehead.gapAfterFirst, start + 100, tolerance: 1e-12)
    }
  }

  @Test func `tries pizza first in one seed of a hundred`() {
    let runs = Bandit.wireheading.sampled(Bandit.wireheading.learner(.actde), seeds: 400, steps: 1)
    // Four standard errors: 4·√(.01·.99·400) = 8.
    #expect(runs.count { $0.firstAction == 0 } <= 4 + 8)
    #expect(runs.count { $0.firstAction == 0 } > 0)
  }
}

@Suite struct `The softmax bandit` {
  @Test func `rests at the softmax of rewards by every enumeration`() {
    let enumerated = SoftmaxBanditExperiment.Enumeration(.food)
    for probabilities in [
      enumerated.closedForm, enumerated.everyActionOnce, enumerated.averageVisits,
    ] {
      expectEqual(probabilities[0], 0.268_941_421, tolerance: 1e-8)
      expectEqual(probabilities[1], 0.731_058_579, tolerance: 1e-8)
    }
    #expect(enumerated.visitCount < 10_000)
  }

  @Test func `rests by its table where the closed form says, in every variant`() {
    for variant in SoftmaxBanditExperiment.Variant.all {
      for (learned, expected) in zip(variant.learned, variant.closedForm) {
        expectEqual(learned, expected, tolerance: 1e-9)
      }
    }
  }

  @Test func `does not mind a shift, and takes the same path if q₀ is shifted too`() {
    func table(_ rewards: [Double], _ start: Double) -> [BanditStep] {
      let bandit = Bandit(rewards: rewards)
      return bandit.table(
        of: [1, 0, 0, 1],
        learner: bandit.learner(.actde, initialValues: [start, start], valueLearningRate: 0.5))
    }
    for (row, shifted) in zip(table([10, 11], 0), table([110, 111], 100)) {
      expectEqual(row.advantage, shifted.advantage, tolerance: 1e-12)
      expectEqual(row.probabilities[0], shifted.probabilities[0], tolerance: 1e-12)
    }
    // The control: with q₀ left alone the path is another.
    #expect(table([110, 111], 0)[0].advantage == 111)
  }

  @Test func `shuts out what is not tried first`() {
    for (first, gap) in [(0, 10.0), (1, 11)] {
      let wait = SoftmaxBanditExperiment.Wait(first: first, start: 0, runs: [])
      expectEqual(wait.otherProbability, 1 / (1 + exp(gap)), tolerance: 1e-12)
      expectEqual(wait.expected, 1 + exp(gap), tolerance: 1e-4)
    }
    let runs = Bandit.food.sampled(Bandit.food.learner(.actde), seeds: 20, steps: 100)
    #expect(runs.count { $0.otherTriedAt == nil } >= 18)
    let eased = Bandit.food.sampled(
      Bandit.food.learner(.actde, initialValues: [10.5, 10.5]), seeds: 20, steps: 100)
    #expect(eased.allSatisfy { $0.otherTriedAt != nil })
  }

  @Test func `follows the gradient to other limits, one of them in the reversed order`() {
    for (rewards, expected) in [([1, 0.5], 0.584), ([10, 11], 0.513)] {
      let flow = SoftmaxBanditExperiment.Flow(rewards, .softmaxGradient)
      expectEqual(flow.limit[0], expected, tolerance: 5e-4)
      let table = SoftmaxBanditExperiment.Flow(rewards, .chosenLogit)
      expectEqual(table.limit[0], softmax(rewards)[0], tolerance: 1e-6)
    }
    #expect(SoftmaxBanditExperiment.Flow([10, 11], start: 10.5, .softmaxGradient).limit[0] < 0.3)
  }
}
