import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Rewards
import RunRecords
import TensorTestSupport
import Testing
import Torch

@testable import Training

// Documentation/Details.md lists the details that separate right from wrong, with the tests of each, here and elsewhere.

@Suite struct `Details of what is drawn` {
  @Test func `dropout of the model drops nothing in policy, reference, critic and reward model`()
    throws
  {
    let outcomes = try [0, 0.5].map { share in
      var shape = Tiny.shape()
      shape.residualDropout = share
      shape.embeddingDropout = share
      shape.attentionDropout = share
      let scene = try Scene(.ppoKL, shape: shape) {
        $0.method.critic.kind = .valueModel
        $0.epochs = 2
      }
      let reports = try scene.steps(2)
      let scores = ModelReward(try Tiny.reward(shape), endOfText: 0)
        .scores(scene.trainer.agent.lastCompletions)
      return (
        Tiny.bytes(scene.policy.parameters + scene.trainer.agent.critic.parameters),
        reports.map { $0[.kl] }, scores
      )
    }
    #expect(outcomes[0].0 == outcomes[1].0)
    #expect(outcomes[0].1 == outcomes[1].1 && outcomes[0].2 == outcomes[1].2)
  }

  @Test(arguments: [Method.Preset.ppo, .grpo, .gaaPerToken])
  func `log-probabilities kept from drawing are those computed again, after their prompts`(
    preset: Method.Preset
  ) throws {
    let drawn = try Drawn(preset)
    let kept = drawn.episodes.logProbabilities
    let again = drawn.agent.judge(
      drawn.episodes.record, try drawn.experience().whole, Questions())
    expectEqual(kept, try #require(again.logProbabilities), tolerance: 1e-5)
    expectNumbers(kept, drawn.logProbabilities(drawn.drawing, of: drawn.completions))
    #expect(drawn.completions.contains { $0.finish == .stopToken })
    // The control: after another prompt they are others.
    let others = drawn.completions.map {
      Completion(prompt: [9], tokens: $0.tokens, finish: $0.finish)
    }
    let blind = drawn.logProbabilities(drawn.drawing, of: others)
    #expect(zip(kept.doubles, blind).contains { abs($0 - $1) > 0.1 })
  }

  @Test func `a reference of the policy's weights says bit by bit what the policy says`() throws {
    var drawn = try Drawn(.ppoKL, reference: Tiny.language())
    let agent = drawn.agent
    let own = agent.judge(drawn.episodes.record, try drawn.experience().whole, Questions())
    let trusted = try #require(agent.reference(&drawn.episodes))
    #expect(trusted.logProbabilities.bytes == own.logProbabilities?.bytes)
    #expect(!trusted.logProbabilities.bytes.isEmpty)
  }

  @Test func `tokens are learned as they were drawn, whatever their text says`() throws {
    let drawn = try Drawn(.ppo)
    let actions = drawn.agent.actions(drawn.episodes.record, try drawn.experience().whole)
    #expect(actions.integers == drawn.tokens)
    let decodings: [@Sendable ([Int]) -> String] = [
      { $0.map(String.init).joined(separator: " ") }, { _ in "" },
    ]
    let weights = try decodings.map { decode in
      var configuration = PolicyConfiguration(.ppo)
      configuration.episodesPerStep = 8
      configuration.sampling.maximumLength = 6
      let policy = try Tiny.language()
      let trainer = try PolicyTrainer(
        configuration,
        .init(
          policy: policy, reference: policy.copy(), reward: EachReward.varied,
          prompts: Scene.prompts, decode: decode), seed: 0)
      _ = try trainer.step()
      return Tiny.bytes(policy.parameters)
    }
    #expect(weights[0] == weights[1])
  }
}

@Suite struct `Details of rewards and values` {
  // G with γ 1 and λ 1 is the sum of the rewards from a token on.
  @Test func `every token pays β times its log-ratio, and the last one has the score`() throws {
    let drawn = try Drawn(.ppoKL) {
      $0.method.reference.coefficient = 0.3
      $0.method.critic.lambda = 1
    }
    let own = drawn.logProbabilities(drawn.drawing, of: drawn.completions)
    let trusted = drawn.logProbabilities(drawn.reference, of: drawn.completions)
    var (expected, place) = ([Double](), 0)
    for (completion, score) in zip(drawn.completions, drawn.scores) {
      let places = place..<place + completion.tokens.count
      expected += places.map { from in
        score - 0.3 * (from..<places.upperBound).reduce(0) { $0 + own[$1] - trusted[$1] }
      }
      place = places.upperBound
    }
    expectNumbers(try drawn.experience().returns, expected, tolerance: 1e-4)
  }

  @Test func `an answer cut at the length limit ends there, and nothing is expected after it`()
    throws
  {
    let drawn = try Drawn(.ppo) { $0.sampling.maximumLength = 3 }
    #expect(drawn.completions.contains { $0.finish == .length })
    let experience = try drawn.experience()
    #expect(drawn.agent.estimates(drawn.episodes).finalValues.doubles.allSatisfy { $0 == 0 })
    #expect(experience.values.doubles.allSatisfy { $0 != 0 })
    let ends = zip(experience.packing.starts, experience.packing.lengths).map { $0 + $1 - 1 }
    expectNumbers(experience.returns.selecting(Tensor(ends), along: 0), drawn.scores)
  }

  @Test func `value targets are advantages before whitening plus the values of the draw`() throws {
    let drawn = try Drawn(.ppo)
    let (white, plain) = (
      try drawn.experience(), try drawn.experience { $0.advantage.whitening = .none }
    )
    expectEqual(white.returns, plain.advantages + plain.values, tolerance: 1e-5)
    #expect(zip(white.advantages.doubles, plain.advantages.doubles).contains { abs($0 - $1) > 0.1 })
  }

  @Test func `the value loss is half the larger of two squares around the values of the draw`()
    throws
  {
    let drawn = try Drawn(.ppo)
    let experience = try drawn.experience()
    let critic = drawn.agent.critic.parameters
    for tensor in critic.filter({ $0 == "v_head.bias" }).tensors {
      tensor.assign(tensor.detached() + 1)
    }
    let expected = zip(experience.values.doubles, experience.returns.doubles).map { old, target in
      max((old + 1 - target) * (old + 1 - target), (old + 0.2 - target) * (old + 0.2 - target)) / 2
    }
    let metrics = drawn.loss(experience).policyOutcome(experience.whole).metrics
    let loss = try #require(metrics.first { $0.0 == .valueLoss }?.1)
    expectEqual(loss.item, mean(expected), tolerance: 1e-4)
  }

  @Test func `scores are not clipped, neither before a baseline is taken off nor after`() throws {
    let worth = [5000.0, -3000, 1, 2, 0, 0, 0, 100, 7, 7, 7, 7, -1, 1, -1, 1]
    let drawn = try Drawn(.rloo, reward: StepReward { $0.indices.map { worth[$0] } }) {
      $0.method.reference.placement = .none
    }
    let experience = try drawn.experience()
    let expected = worth.indices.map { index in
      let group = worth[index / 4 * 4..<index / 4 * 4 + 4]
      return worth[index] - (group.reduce(0, +) - worth[index]) / 3
    }
    let starts = Tensor(experience.packing.starts)
    expectNumbers(experience.advantages.selecting(starts, along: 0), expected, tolerance: 1e-3)
  }

  @Test func `advantages are whitened once, over the tokens of all answers of a step`() throws {
    let drawn = try Drawn(.ppo)
    let experience = try drawn.experience()
    let all = experience.advantages.doubles
    expectEqual(mean(all), 0, tolerance: 1e-5)
    let squares = all.reduce(0) { $0 + $1 * $1 }
    expectEqual(squares / Double(all.count - 1), 1, tolerance: 1e-4)
    // At ratio 1 a minibatch's loss is minus its mean advantage: whitened by itself it would be 0.
    var largest = 0.0
    for row in 0..<4 {
      let minibatch = experience.trajectories([row])
      let own = mean(minibatch.places.integers.map { all[$0] })
      let metrics = drawn.loss(experience).policyOutcome(minibatch).metrics
      let loss = try #require(metrics.first { $0.0 == .policyLoss }?.1)
      expectEqual(loss.item, -own, tolerance: 1e-4)
      largest = max(largest, abs(own))
    }
    #expect(largest > 0.1)
  }

  @Test func `advantages that are only scaled keep their mean`() throws {
    let drawn = try Drawn(.ppo)
    let plain = try drawn.experience { $0.advantage.whitening = .none }.advantages.doubles
    let scaled = try drawn.experience { $0.advantage.whitening = .scaled }.advantages.doubles
    let center = mean(plain)
    #expect(abs(center) > 0.01)
    expectEqual(mean(scaled), center, tolerance: 1e-5)
    let squares = scaled.reduce(0) { $0 + ($1 - center) * ($1 - center) }
    expectEqual(squares / Double(scaled.count - 1), 1, tolerance: 1e-4)
  }
}
