import Foundation
import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Rewards
import Synchronization
import TensorTestSupport
import Testing
import Tokenization
import Torch
import Training

private final class Dice: Reward {
  private let state = Mutex(SystemRandomNumberGenerator())

  func grades(_ completions: [Completion]) -> [Grade] {
    completions.map { _ in state.withLock { Grade(Double.random(in: 0..<1, using: &$0)) } }
  }
}

/// Faults of models and passes.
private let passFaults: [Fault] = [
  Fault(
    "log-probabilities kept at another temperature", seenBy: "sampler and trainer agree"
  ) { scene in
    let other = scene.parts.policy.statistics(ResponseLayout(scene.completions), temperature: 0.5)
    var all = other.statistics.logProbabilities.select(1, 0).doubles[...]
    scene.sampled = scene.completions.map { completion in
      defer { all = all.dropFirst(completion.tokens.count) }
      return Array(all.prefix(completion.tokens.count))
    }
  },
  Fault("a reference that is no copy", seenBy: "KL to the reference") {
    $0.parts.reference = try Tiny.language(DoctorScene.shape(), seed: 9)
  },
  Fault("a far reference", seenBy: "KL to the reference", as: .warning) {
    $0.parts.reference = try Tiny.language(DoctorScene.shape(), seed: 9)
    $0.parts.isReferenceThePolicy = false
  },
  Fault("a frozen tensor", seenBy: "gradient reaches every tensor") {
    $0.parts.policy.parameters.tensors[7].setRequiresGradient(false)
  },
  Fault("values that count padding", seenBy: "padding changes nothing") {
    $0.distortValues { blanks, _, _ in 0.01 * Double(blanks) }
  },
  Fault("rewards that count padding", seenBy: "padding changes nothing") {
    $0.distortScores { blanks, _ in 0.01 * Double(blanks) }
  },
  Fault("values that know the batch", seenBy: "batch size changes nothing") {
    $0.distortValues { _, count, _ in 0.01 * Double(count) }
  },
  Fault("values that read padding", seenBy: "padding is never read") {
    $0.distortValues { blanks, _, padding in blanks > 0 ? 0.01 * Double(padding) : 0 }
  },
  Fault("rewards that read padding", seenBy: "padding is never read") {
    $0.distortScores { blanks, padding in blanks > 0 ? 0.01 * Double(padding) : 0 }
  },
  Fault("other tokens in training", seenBy: "tokens in, tokens out") {
    $0.distort { view, _, _, _ in view.tokens[0][0] += 1 }
  },
  Fault("a policy that is sure", seenBy: "entropy of the policy", as: .warning) {
    $0.distort { view, _, _, _ in view.entropies = view.entropies.map { $0.map { _ in 0.01 } } }
  },
  Fault("a policy that knows nothing", seenBy: "entropy of the policy", as: .warning) {
    $0.distort { view, _, _, _ in view.entropies = view.entropies.map { $0.map { _ in 5.7 } } }
  },
]

/// Faults of tokens and data.
private let tokenFaults: [Fault] = [
  Fault("doubled tokens in prompts", seenBy: "one beginning-of-text token") {
    $0.parts.prompts = $0.parts.prompts.map { [0] + $0 }
  },
  Fault("a tokenizer that doubles", seenBy: "one beginning-of-text token") {
    $0.parts.frame = try TextFrame(
      DoctorScene.doublingTokenizer(), file: URL(fileURLWithPath: "tokenizer.json"),
      model: DoctorScene.shape())
  },
  Fault("a template that forgets the token", seenBy: "one beginning-of-text token", as: .warning) {
    $0.parts.prompts[2] = Array($0.parts.prompts[2].dropFirst())
  },
  Fault("a pad token that ends texts", seenBy: "pad token is not end-of-text", as: .warning) {
    () throws in
    var shape = try DoctorScene.shape()
    shape.paddingToken = 0
    return try DoctorScene.healthy(shape: shape)
  },
  Fault("no token that ends texts", seenBy: "a completion can end") { $0.stopTokens = [] },
  Fault("an unknown token that ends texts", seenBy: "a completion can end") {
    $0.stopTokens.append(9_999)
  },
  Fault("completions that go on behind an end", seenBy: "a completion can end") {
    $0.stopTokens.append($0.completions.first { $0.text.count > 1 }?.text[0] ?? 0)
  },
  Fault("a limit that cuts", seenBy: "completions fit", as: .warning) {
    () throws in try DoctorScene.healthy { $0.sampling.maximumLength = 1 }
  },
  Fault("one prompt again and again", seenBy: "prompts", as: .warning) {
    $0.parts.prompts = Array(repeating: $0.parts.prompts[1], count: 9)
  },
  Fault("empty prompts", seenBy: "prompts", as: .warning) { $0.parts.prompts[0] = [0] },
  Fault("prompts that are too long", seenBy: "prompts", as: .warning) {
    $0.parts.leftOutCount = 8
  },
  Fault("prompts of another vocabulary", seenBy: "tokenizer and models match") {
    $0.parts.prompts[0].append(9_999)
  },
  Fault("a reward model of another vocabulary", seenBy: "tokenizer and models match") {
    $0.parts.neighbours[0].vocabularyCount += 1
  },
  Fault("a reward model with another tokenizer", seenBy: "tokenizer and models match") {
    $0.parts.neighbours[0].tokenizer = try TokenizerTrainer(
      vocabularyCount: 290, specialTokens: ["<|endoftext|>", "<|pad|>"]
    ).train(on: ["other words give other tokens, other words"])
  },
]

/// Faults of rewards.
private let rewardFaults: [Fault] = [
  Fault("a head of zeros", seenBy: "reward models") { $0.parts.rewardModels[0].headNorm = 0 },
  Fault("raw scores", seenBy: "reward models", as: .warning) {
    $0.parts.rewardModels[0].normalization = .identity
  },
  Fault("a reward that is no number", seenBy: "rewards are numbers") {
    let wrong = $0.completions[3]
    $0.parts.reward = EachReward {
      $0 == wrong ? .nan : Double($0.tokens.reduce(0, +) % 11)
    }
  },
  Fault("a reward that throws dice", seenBy: "rewards repeat", as: .warning) {
    $0.parts.reward = Dice()
  },
  Fault("a reward that looks at the place", seenBy: "rewards repeat", as: .warning) {
    $0.parts.reward = StepReward { $0.indices.map { Double($0 * 5 % 7) } }
  },
  Fault("a constant reward", seenBy: "rewards differ") { $0.parts.reward = EachReward { _ in 2 } },
  Fault("a reward at its cap", seenBy: "rewards differ", as: .warning) {
    let some = Set($0.completions.prefix(3))
    $0.parts.reward = EachReward { some.contains($0) ? Double($0.tokens[0] % 5) / 10 : 1 }
  },
  Fault("a reward of length", seenBy: "rewards and length", as: .warning) {
    $0.parts.reward = EachReward { Double($0.tokens.count) }
  },
  Fault("a reward that forgets one", seenBy: "rewards are given") {
    $0.parts.reward = StepReward { Array(repeating: 1, count: $0.count - 1) }
  },
]

@Suite struct `The doctor` {
  private func complaints(_ scene: PolicyScene) -> [Finding] {
    scene.findings().filter { [.warning, .failed].contains($0.status) }
  }

  @Test(arguments: Method.Preset.allCases)
  func `finds nothing wrong where nothing is`(preset: Method.Preset) throws {
    let scene = try DoctorScene.healthy(preset)
    let (all, before) = (scene.findings(), Tiny.bytes(scene.parts.policy.parameters))
    #expect(all.count == 19 && all.allSatisfy { $0.status == .passed }, "\(all)")
    #expect(all.allSatisfy { $0.advice == nil } && Set(all.map(\.check)).count == 19)
    #expect(scene.completions.count == 16)
    // Nothing was learned, and asking again gives the same.
    #expect(scene.findings() == all)
    #expect(Tiny.bytes(scene.parts.policy.parameters) == before)
  }

  @Test(arguments: Method.CriticChoice.Kind.allCases.filter { $0 != .valueModel && $0 != .none })
  func `finds nothing wrong with a budget`(kind: Method.CriticChoice.Kind) throws {
    let scene = try DoctorScene.healthy {
      $0.method.reference.placement = .budget
      $0.method.critic.kind = kind
    }
    let found = complaints(scene)
    #expect(found == [], "\(found)")
  }

  // A new adapter's second matrix and a new head are zero: what lies behind them has no gradient yet, and is no fault.
  @Test(arguments: Method.CriticChoice.Kind.allCases.filter { $0 != .none })
  func `takes what begins at zero for no fault`(kind: Method.CriticChoice.Kind) throws {
    let plain = try DoctorScene.healthy { $0.method.critic.kind = kind }
    let adapted = try DoctorScene.healthy(lora: LoRA()) { $0.method.critic.kind = kind }
    for scene in [plain, adapted] {
      let found = complaints(scene)
      #expect(found == [], "\(found)")
    }
  }

  @Test(arguments: passFaults + tokenFaults + rewardFaults)
  func `sees a fault by its check and by no other`(fault: Fault) throws {
    let found = complaints(try fault.scene())
    #expect(found.map(\.check) == [fault.check], "\(found)")
    #expect(found.map(\.status) == [fault.status] && found.allSatisfy { $0.advice != nil })
  }

  @Test func `sees a gradient that is not finite`() throws {
    let scene = try DoctorScene.healthy()
    let tensor = scene.parts.policy.parameters.tensors[0]
    tensor.assign(tensor.detached() * .nan)
    let failed = Set(scene.findings().filter { $0.status == .failed }.map(\.check))
    #expect(failed.contains("gradient reaches every tensor"))
  }

  @Test func `refuses a policy that holds NaN by its key`() throws {
    var parts = try DoctorScene.healthy().parts
    parts.policy = try parts.policy.copy()
    let tensor = parts.policy.parameters.tensors[0]
    tensor.assign(tensor.detached() * .nan)
    #expect {
      _ = try PolicyScene(PolicyConfiguration(.ppoKL), parts, seed: 1)
    } throws: { error in
      guard case .configuration(key: "policy", let reason)? = error as? TrainingError else {
        return false
      }
      return reason.contains("NaN")
    }
  }

  @Test func `compares groups of at most sixteen`() throws {
    let scene = try DoctorScene.healthy(.grpo) { $0.method.advantage.groupSize = 6 }
    #expect(scene.completions.count == 12)
    var idle = scene
    idle.parts.reward = EachReward { Double($0.prompt.reduce(0, +)) }
    let spread = try #require(idle.findings().first { $0.check == "rewards differ" })
    #expect(spread.status == .warning && spread.measured.contains("100 % of the groups"))
  }
}
