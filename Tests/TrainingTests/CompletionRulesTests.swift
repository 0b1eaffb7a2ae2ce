import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Rewards
import RunRecords
import TensorTestSupport
import Testing
import Torch

@testable import Training

private func rules(_ change: (inout CompletionRules) -> Void) -> CompletionRules {
  var rules = CompletionRules()
  change(&rules)
  return rules
}

private let ended = Completion(prompt: [0], tokens: [3, 0], finish: .stopToken)
private let cut = Completion(prompt: [0], tokens: [3, 4], finish: .length)

@Suite struct `Scores of completions` {
  @Test func `are what the reward gave unless it is said otherwise`() {
    let grades = [Grade(7, tokens: [1, 2], remarks: ["seen": 1]), Grade(-9)]
    #expect(CompletionRules().applied(to: grades, of: [ended, cut]) == grades)
    #expect(CompletionRules().masked([ended, cut]) == [])
    #expect(CompletionRules().payments(Grade(5), for: cut) == [0, 5])
  }

  @Test func `lose the penalty where the end-of-text token is missing`() {
    let fined = rules { $0.missingEndPenalty = 1.5 }
    #expect(fined.applied(to: [Grade(7), Grade(7)], of: [ended, cut]).map(\.score) == [7, 5.5])
  }

  @Test func `are replaced by minus the penalty where that is asked for`() {
    let replaced = rules { ($0.missingEndPenalty, $0.missingEnd) = (1, .replace) }
    let grades = replaced.applied(
      to: [Grade(7), Grade(7), Grade(-30, tokens: [2, 1])], of: [ended, cut, cut])
    #expect(grades.map(\.score) == [7, -1, -1] && grades[2].total == 2)
  }

  @Test func `are clipped before the penalty, which always bites`() {
    let clipped = rules { ($0.scoreClipRange, $0.missingEndPenalty) = (2, 1) }
    let grades = clipped.applied(
      to: [Grade(5), Grade(-5), Grade(-5), Grade(1.5)], of: [ended, ended, cut, ended])
    #expect(grades.map(\.score) == [2, -2, -3, 1.5])
    #expect(grades.map { $0.remarks["score_clipped"] } == [1, 1, 1, 0])
  }

  @Test(arguments: Method.Preset.allCases)
  func `are clipped and fined whatever the method`(preset: Method.Preset) throws {
    let worth = { @Sendable (completion: Completion) in
      Double(completion.tokens.reduce(0, +)) - 20
    }
    let drawn = try Drawn(preset, reward: EachReward(score: worth)) {
      ($0.completions.missingEndPenalty, $0.completions.scoreClipRange) = (3, 10)
    }
    let expected = drawn.completions.map {
      min(max(worth($0), -10), 10) - ($0.finish == .length ? 3 : 0)
    }
    #expect(drawn.scores == expected)
    #expect(Set(drawn.completions.map(\.finish)).count == 2)
    #expect(drawn.completions.contains { abs(worth($0)) > 10 })
    let ends = zip(drawn.completions.indices, drawn.episodes.lengths).reduce(into: [Int]()) {
      $0.append(($0.last ?? -1) + $1.1)
    }
    expectNumbers(drawn.episodes.rewards.selecting(Tensor(ends), along: 0), expected)
    let report = drawn.agent.describe(drawn.episodes, step: 1).metrics
    let share = mean(drawn.completions.map { abs(worth($0)) > 10 ? 1 : 0 })
    #expect(report.first { $0.0 == .rewardPart("score_clipped") }?.1 == share)
    expectEqual(
      try #require(report.first { $0.0 == .scores }?.1), mean(expected), tolerance: 1e-9)
  }

  // G with γ 1 and λ 1 is what is paid from a token on: the KL penalty is not clipped with the score.
  @Test func `are clipped before the KL penalty`() throws {
    let drawn = try Drawn(.ppoKL, reward: EachReward { _ in 100 }) {
      $0.method.reference.coefficient = 0.3
      $0.method.critic.lambda = 1
      $0.completions.scoreClipRange = 0.5
    }
    let own = drawn.logProbabilities(drawn.drawing, of: drawn.completions)
    let trusted = drawn.logProbabilities(drawn.reference, of: drawn.completions)
    var (expected, place) = ([Double](), 0)
    for length in drawn.episodes.lengths {
      let places = place..<place + length
      expected += places.map { from in
        0.5 - 0.3 * (from..<places.upperBound).reduce(0) { $0 + own[$1] - trusted[$1] }
      }
      place = places.upperBound
    }
    expectNumbers(try drawn.experience().returns, expected, tolerance: 1e-4)
    #expect(expected.contains { $0 < -0.6 || $0 > 0.6 })
  }

  @Test func `are clipped before a baseline is taken off`() throws {
    let worth = [5000.0, -3000, 1, 2, 0, 0, 0, 100, 7, 7, 7, 7, -1, 1, -1, 1]
    let drawn = try Drawn(.rloo, reward: StepReward { $0.indices.map { worth[$0] } }) {
      $0.method.reference.placement = .none
      $0.completions.scoreClipRange = 4
    }
    let clipped = worth.map { min(max($0, -4), 4) }
    let expected = worth.indices.map { index in
      let group = clipped[index / 4 * 4..<index / 4 * 4 + 4]
      return clipped[index] - (group.reduce(0, +) - clipped[index]) / 3
    }
    let experience = try drawn.experience()
    let starts = Tensor(experience.packing.starts)
    expectNumbers(experience.advantages.selecting(starts, along: 0), expected, tolerance: 1e-5)
  }
}

@Suite struct `Truncated completions that are masked` {
  // Those that compare no groups; the bound of greedy endings, too, is of all scores.
  static let alone = Method.Preset.allCases.filter {
    ![.rloo, .grpo, .gaa, .gaaCode, .gaaText, .gaaPerToken].contains($0)
  }

  /// The weights after three steps in which cut completions are worth something else.
  private func weights(_ preset: Method.Preset, worth: Double, masks: Bool) throws -> [[UInt8]] {
    let reward = EachReward {
      $0.finish == .length ? worth : Double($0.tokens.reduce(0, +) % 7) / 7
    }
    let scene = try Scene(preset, reward: reward) {
      $0.completions.truncated = masks ? .mask : .terminal
      $0.episodesPerStep = 16
      $0.minibatches = [.trpo, .vpg, .a2c, .reinforce].contains(preset) ? 1 : 2
    }
    let reports = try scene.steps(2)
    for report in reports {
      let share = try #require(report[.terminatedShare])
      #expect(share > 0 && share < 1)
      #expect(report.metrics.allSatisfy { $0.1.isFinite })
    }
    return Tiny.bytes(scene.policy.parameters + scene.trainer.agent.critic.parameters)
  }

  @Test(arguments: alone)
  func `teach nothing, whatever they are worth`(preset: Method.Preset) throws {
    let masked = try [0.0, 5].map { try weights(preset, worth: $0, masks: true) }
    #expect(masked[0] == masked[1])
    let plain = try [0.0, 5].map { try weights(preset, worth: $0, masks: false) }
    #expect(plain[0] != plain[1] && plain[0] != masked[0])
  }

  @Test(arguments: Method.Preset.allCases)
  func `change nothing where there are no others, by any method`(preset: Method.Preset) throws {
    var shape = Tiny.shape()
    shape.endOfTextToken = nil
    let scene = try Scene(preset, shape: shape) { $0.completions.truncated = .mask }
    let all = scene.policy.parameters + scene.trainer.agent.critic.parameters
    let before = Tiny.bytes(all)
    let report = try scene.trainer.step()
    #expect(report[.terminatedShare] == 0 && report.metrics.allSatisfy { $0.1.isFinite })
    #expect(Tiny.bytes(all) == before)
  }

  @Test(arguments: Method.Preset.allCases)
  func `leave the others to be learned from, by any method`(preset: Method.Preset) throws {
    let scene = try Scene(preset) {
      $0.completions.truncated = .mask
      $0.episodesPerStep = 16
    }
    let before = Tiny.bytes(scene.policy.parameters)
    for report in try scene.steps(2) { #expect(report.metrics.allSatisfy { $0.1.isFinite }) }
    #expect(Tiny.bytes(scene.policy.parameters) != before)
  }

  @Test func `stay out of the whitening, and in the comparison of their group`() throws {
    let cut = { (drawn: Drawn) in
      Set(drawn.completions.indices.filter { drawn.completions[$0].finish == .length })
    }
    let ppo = try Drawn(.ppo) { $0.completions.truncated = .mask }
    let experience = try ppo.experience()
    #expect(!cut(ppo).isEmpty && experience.learned.count == 16 - cut(ppo).count)
    #expect(cut(ppo).isDisjoint(with: experience.learned))
    let advantages = experience.advantages.selecting(experience.whole.places, along: 0).doubles
    expectEqual(mean(advantages), 0, tolerance: 1e-5)
    let squares = advantages.reduce(0) { $0 + $1 * $1 }
    expectEqual(squares / Double(advantages.count - 1), 1, tolerance: 1e-4)

    let groups = try [CompletionRules.Truncated.mask, .terminal].map { truncated in
      try Drawn(.grpo) { $0.completions.truncated = truncated }
    }
    let (masked, plain) = (try groups[0].experience(), try groups[1].experience())
    expectEqual(masked.advantages, plain.advantages)
    #expect(!cut(groups[0]).isEmpty && masked.learned.count < plain.learned.count)
  }

  @Test func `are never kept among the best`() throws {
    var configuration = BestOfNConfiguration()
    configuration.answers = 3
    let scores: [Double] = [1, 5, 5, 0, -1, -2, 9, 2, 3]
    #expect(configuration.chosen(scores, masked: [6, 1]) == [2, 8, 3])
    #expect(configuration.chosen(scores, masked: [3, 4, 5]) == [6, 1])
    #expect(configuration.chosen(scores, masked: Set(scores.indices)) == [])
    configuration.completions.truncated = .mask
    configuration.sampling = Sampling(maximumLength: 5)
    configuration.promptsPerRound = 12
    configuration.imitates = true
    for (endOfText, keeps) in [(0, true), (nil, false)] {
      var shape = Tiny.shape()
      shape.endOfTextToken = endOfText
      let policy = try Tiny.language(shape)
      let before = Tiny.bytes(policy.parameters)
      let trainer = try BestOfNTrainer(
        configuration,
        .init(
          policy: policy, reference: policy.copy(), reward: EachReward.varied,
          gold: EachReward.varied, prompts: Scene.prompts, decode: { "\($0)" }), seed: 3)
      let report = try trainer.step()
      #expect(trainer.kept.isEmpty == !keeps && trainer.kept.allSatisfy { $0.isWhole })
      #expect((Tiny.bytes(policy.parameters) != before) == keeps)
      #expect(report.metrics.allSatisfy { $0.1.isFinite } && report[.keptCount] != nil)
      #expect((report[.bestScore] != nil) == keeps)
    }
  }

  @Test func `are fined where the best are chosen, too`() throws {
    var configuration = BestOfNConfiguration()
    configuration.sampling = Sampling(maximumLength: 5)
    configuration.promptsPerRound = 12
    configuration.completions.missingEndPenalty = 100
    let policy = try Tiny.language()
    let trainer = try BestOfNTrainer(
      configuration,
      .init(
        policy: policy, reference: policy, reward: EachReward { Double($0.tokens.count) },
        prompts: Scene.prompts, decode: { "\($0)" }), seed: 3)
    _ = try trainer.step()
    #expect(trainer.kept.contains { $0.isWhole })
    for kept in trainer.kept {
      #expect(kept.score == Double(kept.tokens.count) - (kept.isWhole ? 0 : 100))
    }
  }
}

@Suite struct `Truncated completions that are bootstrapped` {
  static let kinds = Method.CriticChoice.Kind.allCases.filter { $0 != .none }

  // γ = λ = 1: the critic learns what is paid, and what is expected after it.
  @Test(arguments: kinds)
  func `are worth what the critic expects after their last token, and no score`(
    kind: Method.CriticChoice.Kind
  ) throws {
    let drawn = try Drawn(.ppo) {
      $0.method.critic.kind = kind
      $0.sampling.maximumLength = 3
      $0.completions.truncated = .bootstrap
    }
    #expect(Set(drawn.completions.map(\.finish)).count == 2)
    let experience = try drawn.experience()
    let expected = zip(drawn.completions, drawn.scores).map { completion, score in
      completion.finish == .length ? value(after: completion, drawn) : score
    }
    let ends = zip(experience.packing.starts, experience.packing.lengths).map { $0 + $1 - 1 }
    expectNumbers(
      experience.returns.selecting(Tensor(ends), along: 0), expected, tolerance: 1e-4)
    let cut = zip(drawn.completions, expected).filter { $0.0.finish == .length }
    #expect(cut.allSatisfy { abs($0.1) > 1e-3 } && Set(cut.map(\.1)).count > 1)
  }

  // V before a token more, whatever that is.
  private func value(after completion: Completion, _ drawn: Drawn) -> Double {
    let longer = Completion(
      prompt: completion.prompt, tokens: completion.tokens + [7], finish: .length)
    let layout = ResponseLayout([longer])
    let estimates = drawn.agent.critic.estimates(
      layout, hidden: layout.predicting(drawn.policy.trunk))
    return estimates.values.doubles.last ?? .nan
  }

  @Test(arguments: [Method.Advantage.Estimator.actionValue, .maximalActionValue])
  func `are worth the mean or the best action where values are those of actions`(
    estimator: Method.Advantage.Estimator
  ) throws {
    let drawn = try Drawn(.actde) {
      $0.method.advantage.estimator = estimator
      $0.sampling.maximumLength = 2
      $0.completions.truncated = .bootstrap
    }
    let all = Critic.Policy(outputWeight: drawn.policy.outputWeight, temperature: 0.8)
    let expected = drawn.completions.map { completion -> Double in
      guard completion.finish == .length else { return 0 }
      let layout = ResponseLayout([
        Completion(prompt: completion.prompt, tokens: completion.tokens + [7], finish: .length)
      ])
      let estimates = drawn.agent.critic.estimates(
        layout, hidden: layout.predicting(drawn.policy.trunk), allActions: all)
      let values =
        estimator == .actionValue
        ? estimates.expectedActionValues : estimates.maximalActionValues
      return values?.doubles.last ?? .nan
    }
    expectNumbers(drawn.agent.estimates(drawn.episodes).finalValues, expected, tolerance: 1e-4)
    #expect(expected.contains { $0 != 0 } && expected.contains(0))
  }

  @Test func `keep what was paid at single tokens`() {
    let goesOn = rules { $0.truncated = .bootstrap }
    let grade = Grade(5, tokens: [1, 2])
    #expect(goesOn.payments(grade, for: cut) == [1, 2])
    #expect(goesOn.payments(grade, for: ended) == [1, 7])
  }

  @Test func `end by no greedy token but one that ends texts`() {
    let places = { (maximum: Int?) in
      GreedyEndings.all(
        of: [ended, cut], greedy: [5, 5, 0, 5], stopTokens: [0], maximumLength: maximum
      ).map(\.place)
    }
    #expect(places(2) == [1, 2, 3] && places(nil) == [2])
  }

  @Test(
    arguments: Method.Preset.allCases.filter { Method($0).critic.kind != .none })
  func `train by every method that has a critic`(preset: Method.Preset) throws {
    let scene = try Scene(preset) { $0.completions.truncated = .bootstrap }
    let before = Tiny.bytes(scene.policy.parameters)
    for report in try scene.steps(2) { #expect(report.metrics.allSatisfy { $0.1.isFinite }) }
    #expect(Tiny.bytes(scene.policy.parameters) != before)
  }

  @Test func `are refused where nobody values them`() throws {
    var best = BestOfNConfiguration()
    best.completions.truncated = .bootstrap
    #expect {
      try best.validate()
    } throws: { error in
      guard case .configuration(key: "completions.truncated", let reason)? = error as? TrainingError
      else { return false }
      return reason.contains("critic")
    }
  }
}
