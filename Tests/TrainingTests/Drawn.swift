import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Rewards
import TensorTestSupport
import Testing
import Torch

@testable import Training

/// A step's answers as they were drawn, by a policy whose reference is another model and whose critic says something.
struct Drawn {
  let agent: LanguageAgent
  let policy: LanguageModel
  /// The policy as it was when it drew.
  let drawing: LanguageModel
  let reference: LanguageModel
  let configuration: PolicyConfiguration
  var episodes: Episodes<LanguageAgent.Record>

  init(
    _ preset: Method.Preset, reward: any Reward = EachReward.varied,
    reference: LanguageModel? = nil, _ change: (inout PolicyConfiguration) -> Void = { _ in }
  ) throws {
    var configuration = PolicyConfiguration(preset)
    configuration.episodesPerStep = 16
    configuration.epochs = 1
    configuration.sampling = Sampling(temperature: 0.8, maximumLength: 6)
    change(&configuration)
    self.configuration = configuration
    policy = try Tiny.language()
    drawing = try policy.copy()
    self.reference = try reference ?? Tiny.language(seed: 9)
    agent = try LanguageAgent(
      configuration,
      .init(
        policy: policy, reference: self.reference, reward: reward, prompts: Scene.prompts,
        decode: { _ in "" }), seed: 3)
    Drawn.shake(agent.critic.parameters, by: 0.3)
    episodes = try agent.episodes(step: 1)
  }

  /// Moves weights by chance.
  static func shake(_ parameters: Parameters, by deviation: Double) {
    let noise = Generator(seed: 5)
    Tensor.withoutRecording {
      for tensor in parameters.tensors {
        tensor.assign(tensor.detached() + noise.normal(tensor.shape) * deviation)
      }
    }
  }

  var completions: [Completion] { episodes.record.rollout.completions }
  var tokens: [Int] { completions.flatMap(\.tokens) }
  var scores: [Double] { episodes.record.grades.map(\.total) }

  /// What the update needs, by the method or a variant of it.
  func experience(_ change: (inout Method) -> Void = { _ in }) throws -> Experience<
    LanguageAgent.Record
  > {
    var method = configuration.method
    change(&method)
    return try ExperienceMaker(
      method: method, agent: agent, coefficient: method.reference.coefficient, step: 1
    ).experience(episodes)
  }

  /// What an update minimises.
  func loss(_ experience: Experience<LanguageAgent.Record>) -> PolicyLoss<LanguageAgent> {
    PolicyLoss(
      method: configuration.method, agent: agent, experience: experience, coefficient: 0,
      penalty: 1, shuffles: Generator(seed: 0))
  }

  /// log π of all tokens where each token of the answers was drawn, from the whole logits of one text after the other.
  func distributions(_ model: LanguageModel, of completions: [Completion]) -> [[Double]] {
    completions.flatMap { completion in
      let first = completion.prompt.count - 1
      let logits = model.logits(Tensor(completion.sequence).unsqueezed(0)).select(0, 0)
        .slice(0, first..<first + completion.tokens.count)
      let log = (logits / configuration.sampling.temperature).logSoftmax(along: 1)
      return completion.tokens.indices.map { log.select(0, $0).doubles }
    }
  }

  /// log π of the answers' tokens.
  func logProbabilities(_ model: LanguageModel, of completions: [Completion]) -> [Double] {
    zip(distributions(model, of: completions), completions.flatMap(\.tokens)).map { $0[$1] }
  }
}

/// Requires packed numbers to agree with those of a list.
func expectNumbers(
  _ actual: Tensor, _ expected: [Double], tolerance: Double = 1e-5,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  expectEqual(
    actual, Tensor(expected.map { Float($0) }), tolerance: tolerance, relative: 1e-5,
    sourceLocation: sourceLocation)
}
