import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Rewards
import RunRecords
import TensorTestSupport
import Testing
import Torch

@testable import Training

@Suite struct `Keeping the best answers` {
  private func trainer(
    _ policy: LanguageModel, reward: any Reward = EachReward.varied, gold: (any Reward)? = nil,
    seed: UInt64 = 3, _ change: (inout BestOfNConfiguration) -> Void = { _ in }
  ) throws -> BestOfNTrainer {
    var configuration = BestOfNConfiguration()
    configuration.sampling = Sampling(maximumLength: 5)
    configuration.promptsPerRound = 6
    configuration.answers = 4
    configuration.rounds = 3
    configuration.imitation.optimizer.learningRate = 5e-3
    change(&configuration)
    return try BestOfNTrainer(
      configuration,
      .init(
        policy: policy, reference: policy.copy(), reward: reward, gold: gold,
        prompts: Scene.prompts, decode: { "\($0)" }), seed: seed)
  }

  @Test func `chooses the best of each prompt, then the best share of these`() throws {
    var configuration = BestOfNConfiguration()
    configuration.answers = 3
    let scores: [Double] = [1, 5, 5, 0, -1, -2, 9, 2, 3, 4, 4, 4]
    #expect(configuration.chosen(scores) == [6, 1, 9, 3])
    configuration.keepShare = 0.5
    #expect(configuration.chosen(scores) == [6, 1])
    configuration.keepShare = 0.51
    #expect(configuration.chosen(scores) == [6, 1, 9])
  }

  @Test func `leaves the policy alone, and says what fewer answers would earn`() throws {
    let policy = try Tiny.language()
    let before = Tiny.bytes(policy.parameters)
    let gold = EachReward { Double($0.tokens.count) }
    let trainer = try trainer(policy, gold: gold)
    var reports: [StepReport] = []
    while trainer.stepsTaken < trainer.stepCount { reports.append(try trainer.step()) }
    #expect(Tiny.bytes(policy.parameters) == before)
    #expect(
      trainer.kept.count == 18
        && trainer.kept.map(\.round) == [1, 2, 3].flatMap { Array(repeating: $0, count: 6) })
    for kept in trainer.kept {
      #expect(kept.score == Double(kept.tokens.reduce(0, +) % 7) / 7)
      #expect(kept.isWhole == (kept.tokens.last == 0))
    }
    // The best of one is what all earn on average, the best of all what the kept ones do.
    let points = trainer.curve.points
    #expect(points.map(\.count) == [1, 2, 4])
    let mean = { (metric: Metric) in
      reports.reduce(0) { $0 + ($1[metric] ?? .nan) } / Double(reports.count)
    }
    expectEqual(points[0].score, mean(.scores), tolerance: 1e-9)
    expectEqual(points[2].score, mean(.bestScore), tolerance: 1e-9)
    expectEqual(try #require(points[0].gold), mean(.goldReward), tolerance: 1e-9)
    expectEqual(points[2].divergence, BestOfN.divergence(4), tolerance: 1e-12)
    #expect(points[1].score > points[0].score && points[2].score > points[1].score)
  }

  // Where the token 9 pays, imitation of the best brings it; where the choice means nothing, it does not.
  @Test func `imitated, is learned`() throws {
    let share = { (reward: any Reward) in
      let trainer = try trainer(try Tiny.language(), reward: reward, gold: EachReward.token(9)) {
        $0.imitates = true
        $0.rounds = 25
        $0.promptsPerRound = 16
        $0.keepShare = 0.5
        $0.imitation.epochs = 3
      }
      var reports: [StepReport] = []
      while trainer.stepsTaken < trainer.stepCount { reports.append(try trainer.step()) }
      let first = try #require(reports.first), last = try #require(reports.last)
      expectEqual(try #require(first[.kl]), 0, tolerance: 1e-5)
      #expect(try #require(last[.kl]) > 0.1 && first[.loss] != nil)
      return (try #require(first[.goldReward]), try #require(last[.goldReward]))
    }
    let learned = try share(EachReward.token(9))
    #expect(learned.0 < 0.5 && learned.1 > 0.9, "\(learned)")
    let control = try share(EachReward.token(3))
    #expect(control.1 < 0.5, "\(control)")
  }

  @Test func `refuses what cannot be`() throws {
    for (key, change) in [
      ("answers", { $0.answers = 0 }), ("keep_share", { $0.keepShare = 0 }),
      ("sampling.temperature", { $0.sampling.temperature = 0 }),
      ("imitation.epochs", { $0.imitation.epochs = 0 }), ("rounds", { $0.rounds = -1 }),
    ] as [(String, (inout BestOfNConfiguration) -> Void)] {
      #expect {
        try trainer(Tiny.language(), change)
      } throws: { error in
        guard case .configuration(key: key, reason: _)? = error as? TrainingError else {
          return false
        }
        return true
      }
    }
  }
}
