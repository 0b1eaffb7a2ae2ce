import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Rewards
import RunRecords
import TensorTestSupport
import Testing
import Torch
import Training

@Suite struct `What stops a training run` {
  @Test(arguments: [(Double.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf")])
  func `a reward that is not finite is named, and changes nothing`(value: Double, name: String)
    throws
  {
    let scene = try Scene(
      reward: StepReward { $0.indices.map { $0 == 2 ? value : 1 } })
    let before = Tiny.bytes(scene.policy.parameters)
    #expect(throws: TrainingError.reward(step: 1, completion: 2, value: name)) {
      try scene.trainer.step()
    }
    #expect(Tiny.bytes(scene.policy.parameters) == before && scene.trainer.stepsTaken == 0)
  }

  @Test func `another number of scores is named, and changes nothing`() throws {
    let scene = try Scene(reward: StepReward { $0.dropLast().map { _ in 1 } })
    let before = Tiny.bytes(scene.policy.parameters)
    #expect(throws: TrainingError.rewardCount(step: 1, expected: 8, received: 7)) {
      try scene.trainer.step()
    }
    #expect(Tiny.bytes(scene.policy.parameters) == before)
  }

  // The scores of the completions are sound, those of the sequences that greedy tokens end are not.
  @Test func `a broken score of a greedy ending is an error, too`() throws {
    let scene = try Scene(
      .gaaText, reward: StepReward { $0.count == 8 ? $0.map { _ in 1 } : [] })
    #expect {
      try scene.trainer.step()
    } throws: { error in
      guard case .rewardCount(step: 1, expected: let asked, received: 0)? = error as? TrainingError
      else { return false }
      return asked > 8
    }
  }

  @Test func `weights out of bounds are an error of the next step`() throws {
    let scene = try Scene { $0.optimizer.learningRate = 1e30 }
    #expect {
      try scene.steps(5)
    } throws: { error in
      guard case .diverged? = error as? TrainingError else { return false }
      return true
    }
    #expect(scene.trainer.stepsTaken < 5)
  }

  // The first epoch's update is sound and ruins the second one's loss.
  @Test func `a step that fails half-way is taken back`() throws {
    let scene = try Scene {
      $0.optimizer.learningRate = 1e30
      $0.epochs = 4
    }
    let all = scene.policy.parameters + scene.trainer.agent.critic.parameters
    let before = Tiny.bytes(all)
    #expect(throws: TrainingError.diverged(metric: "the loss", step: 1)) {
      try scene.trainer.step()
    }
    #expect(Tiny.bytes(all) == before && scene.trainer.stepsTaken == 0)
  }

  @Test(arguments: [Method.Advantage.Whitening.centered, .scaled])
  func `a step of one token is no error`(whitening: Method.Advantage.Whitening) throws {
    let scene = try Scene {
      $0.episodesPerStep = 1
      $0.sampling.maximumLength = 1
      $0.method.advantage.whitening = whitening
    }
    let report = try scene.trainer.step()
    #expect(try #require(report[.policyLoss]).isFinite)
  }

  @Test func `a supervised loss that is not finite leaves the weights as they were`() throws {
    let model = try Tiny.language()
    Tensor.withoutRecording {
      let bias = model.parameters.tensors[model.parameters.count - 1]
      bias.assign(Tensor.full(bias.shape, .infinity))
    }
    let trainer = try SupervisedTrainer(
      model, examples: [.init(prompt: [0], completion: [3, 4, 0], byteCount: 2)],
      configuration: .init(), seed: 0)
    let before = Tiny.bytes(model.parameters)
    #expect(throws: TrainingError.diverged(metric: "the loss", step: 1)) { try trainer.step() }
    #expect(Tiny.bytes(model.parameters) == before)
  }

  typealias Change = @Sendable (inout PolicyConfiguration) -> Void

  static let mistakes: [(key: String, change: Change)] = [
    ("critic.kind", { $0.method.advantage.estimator = .actde }),
    (
      "objective.greedy_awareness",
      {
        $0.method = Method(.actde)
        $0.method.objective.greedyAwareness = .text
      }
    ),
    (
      "advantage.whitening",
      {
        $0.method = Method(.gaaText)
        $0.method.advantage.whitening = .scaled
      }
    ),
    ("objective.greedy_control", { $0.method.objective.greedyControl.b = 0 }),
    (
      "objective.greedy_control.shuffled",
      {
        $0.method = Method(.gaaCode)
        $0.method.objective.greedyControl.shuffled = true
      }
    ),
    ("reference.target", { $0.method.reference.target = 5 }),
    (
      "reference.target",
      {
        $0.method = Method(.ppoKL)
        ($0.method.reference.target, $0.method.reference.coefficient) = (5, 0)
      }
    ),
    ("sampling.max_new_tokens", { $0.sampling.maximumLength = 22 }),
    ("advantage.lambda", { $0.method.advantage.lambda = 1.01 }),
    ("advantage.discount", { $0.method.advantage.discount = -0.1 }),
    ("critic.lambda", { $0.method.critic.lambda = .nan }),
    ("objective.clip_range", { $0.method.objective.clipRange = 0 }),
    ("critic.clip_range", { $0.method.critic.clipRange = -1 }),
    ("reference.steering", { $0.method.reference.steering = .dualAscent }),
    (
      "reference.dual_rate",
      {
        $0.method.reference.placement = .reward
        ($0.method.reference.target, $0.method.reference.steering) = (5, .dualAscent)
        $0.method.reference.dualRate = 0
      }
    ),
    ("reference.target", { $0.method.reference.target = 0 }),
    ("reference.horizon", { $0.method.reference.horizon = 0 }),
    ("reference.coefficient", { $0.method.reference.coefficient = -1 }),
    ("objective.sigma_scale", { $0.method.objective.sigmaScale = 0 }),
    ("objective.entropy_weight", { $0.method.objective.entropyWeight = .infinity }),
    ("critic.learning_rate_factor", { $0.method.critic.learningRateFactor = -1 }),
    ("sampling", { $0.sampling.temperature = 0 }), ("sampling", { $0.sampling.topK = 3 }),
    ("sampling", { $0.sampling.topP = 0.9 }), ("sampling", { $0.sampling.minimumLength = 1 }),
    ("sampling", { $0.sampling.maximumLength = 0 }), ("steps", { $0.steps = 0 }),
    ("episodes_per_step", { $0.episodesPerStep = 0 }), ("epochs", { $0.epochs = 0 }),
    ("minibatches", { $0.minibatches = 0 }), ("minibatches", { $0.minibatches = 9 }),
    ("optimizer.learning_rate", { $0.optimizer.learningRate = -1 }),
    ("optimizer.beta1", { $0.optimizer.beta1 = 1 }),
    ("optimizer.max_grad_norm", { $0.optimizer.maximumGradientNorm = 0 }),
    ("schedule.warmup_share", { $0.schedule.warmUpShare = 2 }),
    ("completions.missing_eos_penalty", { $0.completions.missingEndPenalty = 0 }),
    ("completions.missing_eos", { $0.completions.missingEnd = .replace }),
    ("completions.score_clip_range", { $0.completions.scoreClipRange = -1 }),
    ("completions.score_clip_range", { $0.completions.scoreClipRange = .infinity }),
    (
      "completions.truncated",
      {
        $0.method = Method(.rloo)
        ($0.episodesPerStep, $0.completions.truncated) = (8, .bootstrap)
      }
    ),
    (
      "completions.missing_eos_penalty",
      { ($0.completions.truncated, $0.completions.missingEndPenalty) = (.bootstrap, 1) }
    ),
  ]

  @Test(arguments: mistakes.indices)
  func `a choice that cannot be is named by its key`(index: Int) throws {
    let (key, change) = Self.mistakes[index]
    #expect {
      _ = try Scene { change(&$0) }
    } throws: { error in
      guard case .configuration(key: let named, reason: _)? = error as? TrainingError else {
        return false
      }
      return named == key
    }
  }

  @Test func `no prompts, texts or preferences are nothing to train on`() throws {
    #expect(throws: TrainingError.noData("the prompts")) { try Scene(prompts: []) }
    let model = try Tiny.language()
    #expect(throws: TrainingError.noData("the training texts")) {
      try SupervisedTrainer(model, examples: [], configuration: .init(), seed: 0)
    }
    let reward = try Tiny.reward()
    for preferences in [
      RewardTrainer.Preferences.rated([]), .rated([.init(tokens: [0, 0], ratings: [1])]),
      .pairs(texts: [[0, 0]], pairs: []),
    ] {
      #expect(throws: TrainingError.noData("the preferences")) {
        try RewardTrainer(reward, preferences: preferences, configuration: .init(), seed: 0)
      }
    }
  }

  @Test func `settings of supervised and reward training are checked, too`() throws {
    let (model, reward) = (try Tiny.language(), try Tiny.reward())
    let example = SupervisedTrainer.Example(prompt: [0], completion: [3, 0], byteCount: 1)
    var supervised = SupervisedTrainer.Configuration()
    supervised.averaging = 1
    #expect(throws: TrainingError.configuration(key: "averaging", reason: "1.0 is outside [0, 1)"))
    { try SupervisedTrainer(model, examples: [example], configuration: supervised, seed: 0) }
    supervised = .init()
    supervised.epochs = 0
    #expect(throws: TrainingError.configuration(key: "epochs", reason: "0 is below 1")) {
      try SupervisedTrainer(model, examples: [example], configuration: supervised, seed: 0)
    }
    // A batch of one rated text has no pair.
    var ranking = RewardTrainer.Configuration()
    ranking.batchTexts = 1
    let rated = RewardTrainer.Preferences.rated([
      .init(tokens: [0, 0], ratings: [1]), .init(tokens: [0, 3, 0], ratings: [2]),
    ])
    #expect(throws: TrainingError.configuration(key: "batch_texts", reason: "1 is below 2")) {
      try RewardTrainer(reward, preferences: rated, configuration: ranking, seed: 0)
    }
  }
}
