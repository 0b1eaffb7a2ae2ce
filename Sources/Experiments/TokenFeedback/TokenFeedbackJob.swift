import Environments
import Feedback
import LanguageModels
import Rewards
import Torch
import Training

/// A run to be made.
struct TokenFeedbackJob: SweepJob {
  typealias Run = TokenFeedbackRun

  let setting: TokenFeedbackRun.Setting
  let seed: Int

  var name: String {
    [
      setting.method.rawValue, setting.goal.rawValue, "\(Int(setting.bits))", "\(setting.noise)",
      setting.isHeld ? "held" : "free", "\(seed)",
    ].joined(separator: "-")
  }

  /// Has texts annotated, learns, and is examined.
  ///
  /// - Parameters:
  ///   - world: The world of the seed.
  ///   - configuration: The settings.
  ///   - step: Told after every step; false stops the run.
  /// - Returns: The result, or nil if it was stopped.
  /// - Throws: What stops training.
  func run(
    in world: FactWorld, _ configuration: TokenFeedbackConfiguration, step: (Int) -> Bool
  ) throws -> TokenFeedbackRun? {
    var annotator = FactAnnotator(noise: setting.noise, seed: UInt64(seed))
    let policy = try world.base.copy()
    var judgements = 0
    var accuracy: Double?
    func finish(_ trainer: any Trainer) throws -> Bool {
      while trainer.stepsTaken < trainer.stepCount {
        _ = try trainer.step()
        // Two trainers of one run share its progress.
        guard step(trainer.stepsTaken * configuration.steps / trainer.stepCount) else {
          return false
        }
      }
      return true
    }
    switch setting.method {
    case .base: break
    case .comparisons:
      let count = Int(setting.bits)
      let preferences = annotator.compared(drawn(2 * count, world), goal: setting.goal)
      judgements = count
      let model = try RewardModel(on: world.base, headFrom: generator("head"))
      let trainer = try RewardTrainer(
        model, preferences: preferences, configuration: configuration.reward(rows: count),
        seed: UInt64(seed))
      guard try finish(trainer) else { return nil }
      trainer.finish(normalizingOn: preferences.sequences.suffix(512))
      accuracy = agreement(of: trainer.model, world)
      let learner = try learner(
        policy, world, ModelReward(trainer.model, endOfText: FactWorld.endOfText),
        configuration.policy(horizon: .text))
      guard try finish(learner) else { return nil }
    default:
      let marked = annotator.marked(
        drawn(Int(setting.bits), world), goal: setting.goal, bits: setting.bits,
        corrects: setting.method == .pairwise)
      judgements = marked.reduce(0) { $0 + $1.marks.count }
      if let kind = setting.method.objective {
        let trainer = try TokenTrainer(
          policy, reference: world.base, examples: marked,
          configuration: configuration.marks(kind, rows: marked.count, holds: setting.isHeld),
          seed: UInt64(seed))
        guard try finish(trainer) else { return nil }
      } else {
        let trainer = try RewardTrainer(
          RewardModel(on: world.base, headFrom: generator("head")), preferences: .marked(marked),
          configuration: configuration.reward(rows: marked.count), seed: UInt64(seed))
        guard try finish(trainer) else { return nil }
        var judge = FactAnnotator(noise: 0, seed: 0)
        accuracy = trainer.accuracy(
          on: judge.marked(
            drawn(256, world, "held out"), goal: setting.goal, bits: .infinity, corrects: false))
        let learner = try learner(
          policy, world, TokenModelReward(trainer.model), configuration.policy(horizon: .token))
        guard try finish(learner) else { return nil }
      }
    }
    let written = texts(of: policy, 512, "evaluation")
    return TokenFeedbackRun(
      setting: setting, seed: seed, judgements: judgements, rewardAccuracy: accuracy,
      measure: FactExamination(world).measure(policy),
      success: mean(written.map { setting.goal.isReached(by: $0.tokens) ? 1 : 0 }),
      length: mean(written.map { Double($0.tokens.count) }))
  }

  private func learner(
    _ policy: LanguageModel, _ world: FactWorld, _ reward: any Reward,
    _ configuration: PolicyConfiguration
  ) throws -> PolicyTrainer<LanguageAgent> {
    var configuration = configuration
    // Without a penalty there is nothing to hold it.
    if !setting.isHeld { configuration.method.reference.coefficient = 0 }
    return try PolicyTrainer(
      configuration,
      .init(
        policy: policy, reference: world.base, reward: reward, prompts: Self.openings,
        decode: { FactWorld.text(of: $0) }), seed: UInt64(seed))
  }

  private static let openings = FactWorld.Register.allCases.filter(\.isAnnotated)
    .map(FactWorld.opening)

  private func generator(_ purpose: String) -> Generator {
    Generator(seed: UInt64(seed), purpose: purpose)
  }

  // Texts of the base policy, two after each other with one opening.
  private func drawn(
    _ count: Int, _ world: FactWorld, _ purpose: String = "annotation"
  ) -> [Completion] {
    texts(of: world.base, count, purpose)
  }

  private func texts(of policy: LanguageModel, _ count: Int, _ purpose: String) -> [Completion] {
    let sampler = Sampler(
      policy, Sampling(maximumLength: FactWorld.longest), stopTokens: [FactWorld.endOfText])
    let draws = generator(purpose)
    return stride(from: 0, to: count, by: 512).flatMap { start in
      let openings = (start..<min(start + 512, count)).map {
        Self.openings[$0 / 2 % Self.openings.count]
      }
      return sampler.rollout(openings, using: draws).completions
    }
  }

  // How often a reward model orders two new texts as the truth does, where it does.
  private func agreement(of model: RewardModel, _ world: FactWorld) -> Double {
    let completions = drawn(512, world, "held out")
    var judge = FactAnnotator(noise: 0, seed: 0)
    guard case .pairs(_, let pairs) = judge.compared(completions, goal: setting.goal) else {
      return .nan
    }
    let scores = Tensor.withoutRecording {
      ModelReward(model, endOfText: FactWorld.endOfText).scores(completions)
    }
    let decided = pairs.filter { $0.probability != 0.5 }
    return mean(
      decided.map { pair in
        (scores[pair.first] > scores[pair.second]) == (pair.probability == 1) ? 1 : 0
      })
  }
}

extension RewardTrainer.Preferences {
  /// All texts of pairs.
  fileprivate var sequences: [[Int]] {
    guard case .pairs(let texts, _) = self else { return [] }
    return texts
  }
}

private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
