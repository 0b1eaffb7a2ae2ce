import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Rewards
import RunRecords
import TensorTestSupport
import Testing
import Torch
import Training

/// <doc:LowRankAdaptation>
@Suite struct `Training an adapter` {
  private func lora(_ change: (inout LoRA) -> Void = { _ in }) -> LoRA {
    var lora = LoRA()
    lora.rank = 4
    lora.alpha = 8
    lora.targets = [LoRA.allTargets]
    change(&lora)
    return lora
  }

  /// A trainer of an adapted policy against the model without its adapter.
  private struct AdapterScene {
    let plain: LanguageModel
    let policy: LanguageModel
    let reference: LanguageModel
    let trainer: PolicyTrainer<LanguageAgent>

    init(
      _ preset: Method.Preset = .ppoKL, _ lora: LoRA, reward: any Reward = EachReward.varied,
      _ change: (inout PolicyConfiguration) -> Void = { _ in }
    ) throws {
      var configuration = PolicyConfiguration(preset)
      configuration.steps = 30
      configuration.episodesPerStep = 8
      configuration.epochs = 1
      configuration.sampling = Sampling(maximumLength: 6)
      configuration.optimizer.learningRate = 1e-2
      change(&configuration)
      plain = try Tiny.language()
      policy = try plain.adapted(by: lora, using: Generator(seed: 1))
      reference = try policy.base
      trainer = try PolicyTrainer(
        configuration,
        .init(
          policy: policy, reference: reference, reward: reward, prompts: Scene.prompts,
          decode: { $0.map(String.init).joined(separator: " ") }), seed: 0)
    }
  }

  private static let examples = (0..<12).map { index in
    SupervisedTrainer.Example(
      prompt: [0], completion: [1 + index % 5, 3, 2 + index % 3, 0], byteCount: 4)
  }

  @Test func `on texts moves A and B alone, and lowers the loss`() throws {
    let plain = try Tiny.language()
    let before = Tiny.bytes(plain.parameters)
    let model = try plain.adapted(by: lora(), using: Generator(seed: 1))
    let start = Tiny.bytes(model.trainedParameters)
    var configuration = SupervisedTrainer.Configuration()
    configuration.optimizer.learningRate = 2e-2
    configuration.averaging = 0.5
    configuration.epochs = 20
    configuration.batchTokens = 20
    let trainer = try SupervisedTrainer(
      model, examples: Self.examples, configuration: configuration, seed: 0)
    let untrained = trainer.evaluate(Self.examples).loss
    for _ in 0..<40 { _ = try trainer.step() }
    let trained = trainer.evaluate(Self.examples).loss
    trainer.finish()
    #expect(trained < 0.7 * untrained, "\(untrained) → \(trained)")
    #expect(Tiny.bytes(plain.parameters) == before && Tiny.bytes(model.parameters) == before)
    for (name, (old, new)) in zip(
      model.trainedParameters.names, zip(start, Tiny.bytes(model.trainedParameters)))
    { #expect(old != new, "\(name)") }
  }

  @Test func `on preferences moves A, B and the head alone`() throws {
    let plain = try Tiny.reward()
    let before = Tiny.bytes(plain.parameters)
    let model = try plain.adapted(by: lora { $0.dropout = 0.1 }, using: Generator(seed: 1))
    #expect(model.scores([[0, 3, 0]]) == plain.scores([[0, 3, 0]]))
    var configuration = RewardTrainer.Configuration()
    configuration.optimizer.learningRate = 1e-2
    configuration.epochs = 20
    configuration.languageModelWeight = 0.1
    let preferences = RewardTrainer.Preferences.pairs(
      texts: [[0, 4, 1, 0], [0, 5, 1, 0]],
      pairs: [.init(first: 0, second: 1, probability: 1)])
    let trainer = try RewardTrainer(
      model, preferences: preferences, configuration: configuration, seed: 0)
    let start = Tiny.bytes(trainer.model.trainedParameters)
    for _ in 0..<10 { _ = try trainer.step() }
    #expect(
      zip(start, Tiny.bytes(trainer.model.trainedParameters)).allSatisfy { $0 != $1 })
    #expect(trainer.model.trainedParameters.names.last == "base_model.model.score.weight")
    #expect(Tiny.bytes(plain.parameters) == before)
    let scores = trainer.scores([[0, 4, 1, 0], [0, 5, 1, 0]])
    #expect(scores[0] > scores[1] + 1, "\(scores)")
  }

  // The reference is asked again in every step, so it must stay what it was, bit by bit.
  @Test(arguments: [Method.Preset.ppoKL, .actde, .trpo, .gaaCode, .rloo])
  func `by reward moves A and B alone, and never the reference`(preset: Method.Preset) throws {
    let scene = try AdapterScene(preset, lora())
    let layout = ResponseLayout([Completion(prompt: [0], tokens: [3, 5, 0], finish: .stopToken)])
    let said = { (model: LanguageModel) in
      model.statistics(layout).statistics.logProbabilities.doubles
    }
    let (before, weights) = (said(scene.plain), Tiny.bytes(scene.plain.parameters))
    let start = Tiny.bytes(scene.policy.trainedParameters)
    for _ in 0..<3 { _ = try scene.trainer.step() }
    #expect(said(scene.reference) == before && said(scene.plain) == before)
    #expect(said(scene.policy) != before)
    #expect(Tiny.bytes(scene.reference.parameters) == weights)
    #expect(Tiny.bytes(scene.policy.trainedParameters) != start)
  }

  @Test func `starts at the reference: no KL, ratio 1`() throws {
    let report = try AdapterScene(.ppoKL, lora()).trainer.step()
    // The policy that drew had a cache; the reference, and the one that learns, have none.
    expectEqual(try #require(report[.kl]), 0, tolerance: 1e-5)
    expectEqual(try #require(report[.klK3]), 0, tolerance: 1e-8)
    expectEqual(try #require(report[.ratio]), 1, tolerance: 1e-5)
    expectEqual(try #require(report[.approximateKL]), 0, tolerance: 1e-8)
  }

  @Test func `learns what is rewarded, and nothing where nothing is`() throws {
    let shares = { (reward: EachReward) in
      let scene = try AdapterScene(.ppo, self.lora(), reward: reward) {
        $0.episodesPerStep = 32
        $0.epochs = 4
        $0.optimizer.learningRate = 1e-2
      }
      let all = try (0..<25).map { _ in
        _ = try scene.trainer.step()
        return mean(scene.trainer.agent.lastCompletions.map { $0.tokens.contains(4) ? 1 : 0 })
      }
      return (first: mean(all.prefix(3)), last: mean(all.suffix(5)))
    }
    let learned = try shares(.token(4))
    #expect(learned.last > learned.first + 0.4, "\(learned)")
    let idle = try shares(EachReward { _ in 1 })
    #expect(abs(idle.last - idle.first) < 0.25, "\(idle)")
  }

  // One update from the same start: with dropout it is another one, and the same again with the same seed.
  @Test func `drops in passes that are learned from, and in no others`() throws {
    let once = { (dropout: Double) in
      let scene = try AdapterScene(.ppo, self.lora { $0.dropout = dropout })
      let reports = try (0..<3).map { _ in try scene.trainer.step() }
      return (Tiny.bytes(scene.policy.trainedParameters), reports)
    }
    let (plain, dropped, again) = (try once(0), try once(0.5), try once(0.5))
    #expect(plain.0 != dropped.0 && dropped.0 == again.0)
    // B is zero: the first step draws the same completions and sees ratio 1 with dropout too.
    #expect(dropped.1[0][.scores] == plain.1[0][.scores])
    expectEqual(try #require(dropped.1[0][.ratio]), 1, tolerance: 1e-5)
    #expect(abs(try #require(plain.1[2][.ratio]) - 1) < 1e-5)
    #expect(abs(try #require(dropped.1[2][.ratio]) - 1) > 1e-5)
    #expect(
      throws: TrainingError.configuration(
        key: "lora.lora_dropout", reason: "trust-region compares one policy with itself: use 0")
    ) {
      try AdapterScene(.trpo, self.lora { $0.dropout = 0.1 })
    }
  }

  @Test func `with a value model trains a second adapter, which is saved and found again`() throws {
    let scene = try AdapterScene(.ppo, lora()) { $0.method.critic.kind = .valueModel }
    let critic = scene.trainer.agent.critic
    // As many numbers as the policy's adapter has, and a head of 16 numbers with a bias.
    #expect(
      critic.parameters.elementCount == scene.policy.trainedParameters.elementCount + 16 + 1)
    for _ in 0..<2 { _ = try scene.trainer.step() }
    try withTemporaryFolder { url in
      let folder = ModelFolder(url)
      try folder.save(critic)
      let loaded = try #require(try folder.critic(for: scene.policy))
      #expect(Tiny.bytes(loaded.parameters) == Tiny.bytes(critic.parameters))
      let layout = ResponseLayout([Completion(prompt: [0], tokens: [3, 5], finish: .length)])
      let hidden = scene.policy.statistics(layout).hidden
      let values = critic.estimates(layout, hidden: hidden).values
      #expect(loaded.estimates(layout, hidden: hidden).values.doubles == values.doubles)
      #expect(values.doubles.contains { $0 != 0 })
    }
  }
}
