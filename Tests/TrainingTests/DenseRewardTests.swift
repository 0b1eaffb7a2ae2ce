import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Rewards
import RunRecords
import TensorTestSupport
import Testing
import Torch

@testable import Training

@Suite struct `Rewards of single tokens` {
  // Another number for every token and place.
  private static func worth(_ completion: Completion) -> Grade {
    Grade(
      Double(completion.tokens.count) / 8,
      tokens: completion.tokens.enumerated().map { Double($1 % 5) + Double($0) / 16 })
  }

  @Test func `arrive at their tokens, and the score at the last`() throws {
    let scene = try Scene(reward: TokenReward(pay: Self.worth))
    let episodes = try scene.trainer.agent.episodes(step: 1)
    let completions = episodes.record.rollout.completions
    #expect(Set(completions.map(\.tokens.count)).count > 1)
    let expected = completions.flatMap { completion -> [Double] in
      let grade = Self.worth(completion)
      var payments = grade.tokens ?? []
      payments[payments.count - 1] += grade.score
      return payments
    }
    #expect(episodes.rewards.doubles == expected)
  }

  // Advantages, critics, KL in rewards, greedy endings: whatever reads rewards must read the same.
  @Test(arguments: [Method.Preset.ppoKL, .actde, .gaaText, .gaaPerToken, .trpo])
  func `that are all on the last token train exactly as that score`(
    preset: Method.Preset
  ) throws {
    let score = { @Sendable (completion: Completion) in
      Double(completion.tokens.reduce(0, +) % 7) / 7
    }
    let dense = TokenReward { completion in
      Grade(
        0, tokens: Array(repeating: 0, count: completion.tokens.count - 1) + [score(completion)])
    }
    let early = TokenReward { completion in
      Grade(
        0, tokens: [score(completion)] + Array(repeating: 0, count: completion.tokens.count - 1))
    }
    let rewards: [any Reward] = [
      EachReward(score: score), dense, RewardSum([.init("only", dense)]), early,
    ]
    let runs = try rewards.map { reward in
      let scene = try Scene(preset, reward: reward) { $0.minibatches = preset == .trpo ? 1 : 2 }
      let reports = try scene.steps(3)
      let weights = Tiny.bytes(scene.policy.parameters + scene.trainer.agent.critic.parameters)
      return (weights: weights, scores: reports.map { $0[.scores] })
    }
    #expect(runs[1].weights == runs[0].weights && runs[1].scores == runs[0].scores)
    #expect(runs[2].weights == runs[0].weights && runs[2].scores == runs[0].scores)
    #expect(runs[3].weights != runs[0].weights && runs[3].scores[0] == runs[0].scores[0])
  }

  @Test func `teach a policy to write the tokens that pay`() throws {
    let share = { (reward: any Reward) throws -> (first: Double, last: Double) in
      let scene = try Scene(.ppo, reward: reward) {
        $0.steps = 25
        $0.episodesPerStep = 32
        $0.epochs = 4
        $0.optimizer.learningRate = 3e-3
      }
      let shares = try (0..<25).map { _ in
        try scene.steps(1)
        let tokens = scene.trainer.agent.lastCompletions.flatMap(\.tokens)
        return mean(tokens.map { $0 == 4 ? 1 : 0 })
      }
      return (mean(shares.prefix(3)), mean(shares.suffix(3)))
    }
    let paid = try share(
      TokenReward { Grade(0, tokens: $0.tokens.map { $0 == 4 ? 1 : 0 }) })
    #expect(paid.last > paid.first + 0.3, "\(paid)")
    let idle = try share(TokenReward { Grade(0, tokens: $0.tokens.map { _ in 0 }) })
    #expect(abs(idle.last - idle.first) < 0.1, "\(idle)")
  }

  @Test func `that are not finite, or too few, stop the run by part and completion`() throws {
    let part = { (grade: @escaping @Sendable (Completion) -> Grade) in
      RewardSum([
        .init("fine", EachReward { _ in 1 }), .init("bad", weight: 2, TokenReward(pay: grade)),
      ])
    }
    let infinite = try Scene(
      reward: part { Grade(0, tokens: $0.tokens.map { _ in .infinity }) })
    #expect(
      throws: TrainingError.reward(step: 1, completion: 0, part: "bad", value: "inf")
    ) { try infinite.trainer.step() }
    // The total is a number, one of its tokens is none.
    let hidden = try Scene(
      reward: TokenReward { Grade(.infinity, tokens: $0.tokens.map { _ in -.infinity }) })
    #expect(throws: TrainingError.reward(step: 1, completion: 0, value: "nan")) {
      try hidden.trainer.step()
    }
    let long = try Scene(
      reward: TokenReward { Grade(0, tokens: $0.tokens.map { _ in 0 } + [0]) })
    #expect {
      try long.trainer.step()
    } throws: { error in
      guard case .rewardTokens(1, 0, let expected, let received)? = error as? TrainingError else {
        return false
      }
      return received == expected + 1
    }
    #expect(throws: RewardFailure.self) {
      try Scene(reward: part { Grade(0, tokens: $0.tokens.map { _ in 0 } + [0]) }).trainer.step()
    }
  }
}

@Suite struct `Parts of a reward` {
  @Test func `are reported weighted, as TRL does, and in samples`() throws {
    let sum = RewardSum([
      .init("long", weight: 0.5, EachReward { Double($0.tokens.count) }),
      .init(
        "four", weight: -2,
        TokenReward {
          Grade(0, tokens: $0.tokens.map { $0 == 4 ? 1 : 0 }, remarks: ["seen": 3])
        }),
    ])
    let scene = try Scene(reward: sum)
    let report = try scene.trainer.step()
    let completions = scene.trainer.agent.lastCompletions
    let lengths = completions.map { Double($0.tokens.count) }
    let fours = completions.map { Double($0.tokens.count { $0 == 4 }) }
    let value = { (metric: Metric) in try #require(report[metric]) }
    expectEqual(try value(.rewardMean("long")), mean(lengths), tolerance: 1e-12)
    expectEqual(try value(.rewardPart("long")), 0.5 * mean(lengths), tolerance: 1e-12)
    expectEqual(try value(.rewardPart("four")), -2 * mean(fours), tolerance: 1e-12)
    expectEqual(
      try value(.scores), try value(.rewardPart("long")) + value(.rewardPart("four")),
      tolerance: 1e-12)
    let center = mean(lengths)
    let squares = lengths.reduce(0) { $0 + ($1 - center) * ($1 - center) }
    expectEqual(try value(.rewardDeviation("long")), (squares / 7).squareRoot(), tolerance: 1e-12)
    #expect(try value(.rewardPart("four_seen")) == 3)
    for (sample, completion) in zip(report.samples, completions) {
      let (length, four) = (
        Double(completion.tokens.count), Double(completion.tokens.count { $0 == 4 })
      )
      #expect(
        sample.rewards == [
          "score": 0.5 * length - 2 * four, "long": 0.5 * length, "four": -2 * four,
        ])
    }
    #expect(Metric.rewardMean("long").name == "rewards/long/mean")
    #expect(Metric.rewardDeviation("long").name == "rewards/long/std")
    #expect(Metric.rewardPart("long").name == "reward/long")
  }
}
