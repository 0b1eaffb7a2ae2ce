import Feedback
import Foundation
import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Rewards
import RunRecords
import TensorTestSupport
import Testing
import Torch

@testable import Training

@Suite struct `Training on marked tokens` {
  static let examples: [MarkedExample] = [
    .init(
      prompt: [0, 7], completion: [3, 4, 5, 0],
      marks: [.init(place: 1, sign: .bad, correction: 9), .init(place: 2, sign: .good)]),
    .init(prompt: [0], completion: [9, 10, 0], marks: [.init(place: 0, sign: .bad)]),
    .init(prompt: [0, 2, 2, 6], completion: [8, 0]),
    .init(
      prompt: [0, 5], completion: [13, 12, 11, 11, 0],
      marks: [.init(place: 4, sign: .bad, correction: 3)]),
  ]

  private func trainer(
    _ policy: LanguageModel, reference: LanguageModel? = nil,
    _ examples: [MarkedExample] = examples,
    _ change: (inout TokenTrainer.Configuration) -> Void = { _ in }
  ) throws -> TokenTrainer {
    var configuration = TokenTrainer.Configuration()
    configuration.batchRows = examples.count
    configuration.epochs = 1
    configuration.optimizer.learningRate = 5e-3
    configuration.schedule = LearningRateSchedule()
    change(&configuration)
    return try TokenTrainer(
      policy, reference: try reference ?? policy.copy(), examples: examples,
      configuration: configuration, seed: 1)
  }

  private func finish(_ trainer: TokenTrainer) throws {
    while trainer.stepsTaken < trainer.stepCount { _ = try trainer.step() }
  }

  // log π of the whole vocabulary after some tokens, from the logits of one sequence.
  private func distribution(_ model: LanguageModel, _ tokens: [Int]) -> [Double] {
    Tensor.withoutRecording {
      model.logits(Tensor(tokens).unsqueezed(0)).select(1, tokens.count - 1)
        .cast(to: .float64).logSoftmax(along: -1).doubles
    }
  }

  @Test(arguments: TokenObjective.Kind.allCases)
  func `adds the mean loss of marks and the mean divergence of the rest`(
    kind: TokenObjective.Kind
  ) throws {
    let (policy, reference) = (try Tiny.language(), try Tiny.language(seed: 9))
    var objective = TokenObjective()
    objective.kind = kind
    var (losses, divergences) = ([Double](), [Double]())
    for example in Self.examples {
      for (place, token) in example.completion.enumerated() {
        let prefix = example.prompt + example.completion.prefix(place)
        let (own, trusted) = (distribution(policy, prefix), distribution(reference, prefix))
        guard let mark = example.marks.first(where: { $0.place == place }) else {
          divergences.append(zip(own, trusted).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) })
          continue
        }
        guard kind != .pairwise || mark.sign == .good || mark.correction != nil else { continue }
        // Without draws, a bad token is compared with the likeliest other one.
        let other = own.indices.filter { $0 != token }.max { own[$0] < own[$1] }
        let marks = TokenMarks(
          logPolicy: Tensor(own).unsqueezed(0), logReference: Tensor(trusted).unsqueezed(0),
          tokens: Tensor([token]), signs: Tensor([Double(mark.sign.rawValue)]),
          alternatives: Tensor([kind == .pairwise ? mark.correction ?? token : other ?? token]))
        losses.append(objective.losses(marks).item)
      }
    }
    let found = try trainer(policy, reference: reference) {
      $0.objective = objective
      $0.unmarkedWeight = 0.5
    }.evaluate(Self.examples)
    expectEqual(found.loss, mean(losses) + 0.5 * mean(divergences), tolerance: 1e-5)
    expectEqual(found.unmarkedDivergence, mean(divergences), tolerance: 1e-5)
  }

  @Test func `leaves marked tokens out of the divergence, with or without a correction`() throws {
    let (policy, reference) = (try Tiny.language(), try Tiny.language(seed: 9))
    let divergence = { (kind: TokenObjective.Kind) in
      try trainer(policy, reference: reference) { $0.objective.kind = kind }
        .evaluate(Self.examples).unmarkedDivergence
    }
    let (pairwise, target) = (try divergence(.pairwise), try divergence(.target))
    #expect(pairwise == target)
    #expect(
      try trainer(policy) { $0.objective.kind = .pairwise }.uncorrectedCount == 1
        && trainer(policy).uncorrectedCount == 0)
  }

  @Test(arguments: [2, 3, 4])
  func `in parts, and in any order, is the same update`(parts: Int) throws {
    let train = { (parts: Int, examples: [MarkedExample]) in
      let policy = try Tiny.language()
      let trainer = try trainer(policy, reference: Tiny.language(seed: 9), examples) {
        $0.microBatches = parts
        $0.epochs = 3
        $0.optimizer.epsilon = 1e-2
      }
      try finish(trainer)
      return policy
    }
    let whole = try train(1, Self.examples)
    for other in [try train(parts, Self.examples), try train(1, Self.examples.reversed())] {
      for (left, right) in zip(other.parameters.tensors, whole.parameters.tensors) {
        expectEqual(left.detached(), right.detached(), tolerance: 1e-5)
      }
    }
  }

  @Test func `changes nothing where nothing is marked and policy and reference agree`() throws {
    let policy = try Tiny.language()
    let before = Tiny.bytes(policy.parameters)
    let unmarked = Self.examples.map { MarkedExample(prompt: $0.prompt, completion: $0.completion) }
    // One mark that the batch at hand does not have lets the trainer begin.
    let trainer = try trainer(policy, Self.examples)
    let parts = trainer.differentiated(unmarked, in: 2)
    #expect(parts.loss(unmarkedWeight: 1) < 1e-6)
    #expect(parts.gradients.allSatisfy { $0.magnitude().sum().item < 1e-4 })
    #expect(!parts.metrics.contains { $0.0 == .markLoss || $0.0 == .badTokenProbability })
    #expect(Tiny.bytes(policy.parameters) == before)
  }

  // One mark to a context: the optimum is p·e^{±r/β}/Z, and π = p elsewhere. Three ways there: the closed form, the exact
  // expectation, and PPO that is paid at the token, looks no further, and pays for its KL.
  @Test func `ends where reinforcement learning of horizon one does`() throws {
    let contexts: [(prompt: [Int], token: Int, sign: TextMark.Sign)] = [
      ([0, 7], 3, .bad), ([0, 2, 2], 8, .good), ([0, 5, 1], 13, .bad),
    ]
    let (strength, beta) = (0.5, 0.25)
    let base = try Tiny.language()
    let targets = contexts.map { context in
      var row = distribution(base, context.prompt)
      row[context.token] += Double(context.sign.rawValue) * strength / beta
      let whole = log(row.reduce(0) { $0 + exp($1) })
      return row.map { exp($0 - whole) }
    }
    let distance = { (policy: LanguageModel) in
      zip(contexts, targets).map { context, target in
        zip(distribution(policy, context.prompt), target).reduce(0) {
          $0 + abs(exp($1.0) - $1.1) / 2
        }
      }.max() ?? .nan
    }
    #expect(distance(base) > 0.02)
    let examples = contexts.map {
      MarkedExample(
        prompt: $0.prompt, completion: [$0.token], marks: [.init(place: 0, sign: $0.sign)])
    }
    for kind in [TokenObjective.Kind.target, .horizonOne] {
      let policy = try base.copy()
      let trainer = try trainer(policy, reference: base, examples) {
        $0.objective.kind = kind
        ($0.objective.strength, $0.objective.beta) = (strength, beta)
        $0.epochs = 300
        $0.schedule = LearningRateSchedule(decay: .linear)
      }
      try finish(trainer)
      #expect(distance(policy) < 0.02, "\(kind): \(distance(policy))")
      #expect(trainer.evaluate(examples).targetDistance < 0.02)
    }
    var configuration = PolicyConfiguration(.ppo)
    configuration.method.advantage.discount = 0
    configuration.method.advantage.lambda = 0
    configuration.method.critic.lambda = 0
    configuration.method.advantage.whitening = .none
    configuration.method.reference.placement = .loss
    configuration.method.reference.estimator = .full
    configuration.method.reference.coefficient = beta
    configuration.steps = 120
    configuration.episodesPerStep = 384
    configuration.sampling = Sampling(maximumLength: 1)
    configuration.optimizer.learningRate = 5e-3
    let policy = try base.copy()
    let learner = try PolicyTrainer(
      configuration,
      .init(
        policy: policy, reference: base,
        reward: TokenReward { completion in
          let paid = contexts.first { $0.prompt == completion.prompt }
          let isPaid = completion.tokens[0] == paid?.token
          return Grade(
            0, tokens: [isPaid ? Double(paid?.sign.rawValue ?? 0) * strength : 0])
        }, prompts: contexts.map(\.prompt), decode: { "\($0)" }), seed: 3)
    while learner.stepsTaken < learner.stepCount { _ = try learner.step() }
    #expect(distance(policy) < 0.02, "PPO: \(distance(policy))")
  }

  @Test func `refuses settings and data of which nothing can be learned`() throws {
    #expect(throws: TrainingError.noData("the marks")) {
      try trainer(Tiny.language(), Self.examples.filter(\.marks.isEmpty))
    }
    for (key, change) in [
      ("objective.beta", { $0.objective.beta = -1 }), ("batch_rows", { $0.batchRows = 0 }),
      ("objective.strength", { $0.objective.strength = .nan }),
      ("unmarked_weight", { $0.unmarkedWeight = -1 }), ("candidates", { $0.candidates = 0 }),
      ("micro_batches", { $0.microBatches = 0 }), ("epochs", { $0.epochs = 0 }),
      ("optimizer.learning_rate", { $0.optimizer.learningRate = .nan }),
    ] as [(String, (inout TokenTrainer.Configuration) -> Void)] {
      #expect {
        try trainer(Tiny.language(), Self.examples, change)
      } throws: { error in
        guard case .configuration(key: key, reason: _)? = error as? TrainingError else {
          return false
        }
        return true
      }
    }
    #expect {
      try trainer(Tiny.language(), Array(Self.examples[1...2])) { $0.objective.kind = .pairwise }
    } throws: { error in "\(error)".contains("instead") }
  }
}

@Suite struct `Reward models of single tokens` {
  private static let examples: [MarkedExample] = (0..<12).map { index in
    // 4 is bad after 7 and good after 2, whatever else there is.
    let isBad = index % 2 == 0
    return MarkedExample(
      prompt: [0, 3 + index % 5], completion: [isBad ? 7 : 2, 4, 5, 0],
      marks: [.init(place: 1, sign: isBad ? .bad : .good)])
  }

  @Test func `say of each token what stands before it, and nothing of what comes after`() throws {
    let model = try Tiny.reward()
    let scores = { (completions: [Completion]) in
      Tensor.withoutRecording {
        model.rawScores(ofTokens: ResponseLayout(completions)).doubles
      }
    }
    let long = Completion(prompt: [0, 7], tokens: [3, 4, 5, 6], finish: .length)
    let short = Completion(prompt: [0, 7], tokens: [3, 4], finish: .length)
    let both = scores([long, short])
    for (left, right) in zip(both.prefix(2), both.suffix(2)) {
      expectEqual(left, right, tolerance: 1e-5)
    }
    let whole = Tensor.withoutRecording { model.rawScores(TokenBatch([long.sequence])).item }
    expectEqual(both[3], whole, tolerance: 1e-5)
  }

  @Test func `learn which token is bad where, and pay by it`() throws {
    let model = try Tiny.reward()
    var configuration = RewardTrainer.Configuration()
    configuration.epochs = 80
    configuration.batchTexts = 6
    configuration.optimizer.learningRate = 3e-3
    let trainer = try RewardTrainer(
      model, preferences: .marked(Self.examples), configuration: configuration, seed: 0)
    let before = trainer.accuracy(on: Self.examples)
    while trainer.stepsTaken < trainer.stepCount { _ = try trainer.step() }
    trainer.finish(normalizingOn: [[0, 1]])
    #expect(trainer.model.isPerToken && trainer.model.normalization == .ofTokens)
    #expect(trainer.accuracy(on: Self.examples) == 1 && before < 1)
    let grades = TokenModelReward(trainer.model).grades([
      Completion(prompt: [0, 4], tokens: [7, 4, 5, 0], finish: .stopToken),
      Completion(prompt: [0, 4], tokens: [2, 4], finish: .length),
    ])
    let (bad, good) = (try #require(grades[0].tokens), try #require(grades[1].tokens))
    #expect(bad.count == 4 && good.count == 2)
    #expect(bad[1] < -0.8 && good[1] > 0.8)
    // Nobody said anything of the others.
    #expect((bad + good.prefix(1)).enumerated().allSatisfy { $0 == 1 || abs($1) < 0.5 })
    #expect(grades.allSatisfy { $0.score == 0 })
  }

  @Test func `start from a language model's weights`() throws {
    let base = try Tiny.language()
    let model = try RewardModel(on: base, headFrom: Generator(seed: 5))
    let known = Dictionary(
      uniqueKeysWithValues: zip(base.parameters.names, base.parameters.tensors))
    let shared = zip(model.parameters.names, model.parameters.tensors).filter {
      known[$0.0] != nil
    }
    #expect(shared.count == model.parameters.count - 1)
    for (name, tensor) in shared {
      let original = try #require(known[name])
      #expect(tensor.detached().doubles == original.detached().doubles, "\(name)")
      tensor.assign(tensor.detached() + 1)
      #expect(tensor.detached().doubles != original.detached().doubles, "\(name) is shared")
    }
  }
}
