import LanguageModels
import NeuralNetworks
import PolicyOptimization
import Rewards
import RunRecords
import Synchronization
import TensorTestSupport
import Testing
import Torch

@testable import Training

@Suite struct `Greedy advantages` {
  private static let beta = 0.3

  private static func worth(_ completion: Completion) -> Double {
    Double(completion.tokens.reduce(0, +) % 7) / 2
  }

  // V of a state, by a batch of one row that ends in it.
  private func value(_ sequence: [Int], _ critic: Critic, _ policy: LanguageModel) -> Double {
    let layout = ResponseLayout([Completion(prompt: sequence, tokens: [0], finish: .length)])
    let hidden = policy.statistics(layout).hidden
    return critic.estimates(layout, hidden: hidden).values.doubles[0]
  }

  // log π of every token after a sequence.
  private func distribution(_ sequence: [Int], _ model: LanguageModel, _ temperature: Double)
    -> [Double]
  {
    let logits = model.logits(Tensor(sequence, shape: [1, sequence.count]))
    return (logits.select(1, sequence.count - 1) / temperature).logSoftmax(along: -1).doubles
  }

  // An agent with a critic that says something.
  private func agent(
    _ kind: Method.CriticChoice.Kind, reference: LanguageModel? = nil, prompts: [[Int]],
    sampling: Sampling, episodes: Int, score: @escaping @Sendable ([Completion]) -> [Double]
  ) throws -> LanguageAgent {
    var configuration = PolicyConfiguration(.gaaText)
    configuration.method.reference.placement = .reward
    configuration.method.critic.kind = kind
    configuration.sampling = sampling
    configuration.episodesPerStep = episodes
    let policy = try Tiny.language()
    let agent = try LanguageAgent(
      configuration,
      .init(
        policy: policy, reference: reference ?? policy, reward: StepReward(answer: score),
        prompts: prompts, decode: { _ in "" }), seed: 3)
    let noise = Generator(seed: 5)
    Tensor.withoutRecording {
      for tensor in agent.critic.parameters.tensors {
        tensor.assign(tensor.detached() + noise.normal(tensor.shape) * 0.3)
      }
    }
    return agent
  }

  // A*ₜ = −β(log π − log π_ref)(x*) + V(prefix + x*) − V(prefix), one row for each; the bounded reward where x* ends the episode.
  @Test(arguments: [Method.CriticChoice.Kind.valueHead, .detachedValueHead, .valueModel])
  func `in one pass equal those of one row per token`(kind: Method.CriticChoice.Kind) throws {
    let (policy, reference) = (try Tiny.language(), try Tiny.language(seed: 9))
    let agent = try agent(
      kind, reference: reference, prompts: Scene.prompts,
      sampling: Sampling(temperature: 0.8, maximumLength: 5), episodes: 24
    ) { $0.map(Self.worth) }
    let critic = agent.critic
    let episodes = try agent.episodes(step: 1)
    let rollout = episodes.record.rollout
    var method = Method(.gaaText)
    method.reference.placement = .reward
    method.critic.kind = kind
    let scores = rollout.completions.map(Self.worth)
    let maker = ExperienceMaker(method: method, agent: agent, coefficient: Self.beta, step: 1)
    let experience = try maker.experience(episodes)

    let center = mean(scores)
    let spread = 3 * mean(scores.map { ($0 - center) * ($0 - center) }).squareRoot()
    var (greedy, sampled) = ([Double](), [Double]())
    var ended = 0
    for (completion, score) in zip(rollout.completions, scores) {
      for time in completion.tokens.indices {
        let prefix = completion.prompt + completion.tokens[..<time]
        let own = distribution(prefix, policy, 0.8)
        let trusted = distribution(prefix, reference, 0.8)
        let best = try #require(own.indices.max { own[$0] < own[$1] })
        let here = value(prefix, critic, policy)
        let following: Double
        if best == 0 || time == 4 {
          ended += 1
          let ending = Completion(
            prompt: completion.prompt, tokens: completion.tokens[..<time] + [best],
            finish: best == 0 ? .stopToken : .length)
          following = min(max(Self.worth(ending), center - spread), center + spread)
        } else {
          following = value(prefix + [best], critic, policy)
        }
        greedy.append(-Self.beta * (own[best] - trusted[best]) + following - here)
        let token = completion.tokens[time]
        let isLast = time == completion.tokens.count - 1
        sampled.append(
          -Self.beta * (own[token] - trusted[token])
            + (isLast ? score : value(prefix + [token], critic, policy)) - here)
      }
    }
    #expect(ended > 3 && ended < greedy.count - 3, "both cases must occur: \(ended)")
    let middle = mean(sampled)
    let deviation = mean(sampled.map { ($0 - middle) * ($0 - middle) }).squareRoot() + 1e-5
    let found = try #require(experience.greedy)
    let numbers = { (values: [Double]) in Tensor(values.map { Float($0) }) }
    expectEqual(
      found.advantages * deviation + middle, numbers(greedy), tolerance: 1e-5, relative: 1e-5)
    expectEqual(
      found.gaps * deviation, numbers(zip(greedy, sampled).map { $0 - $1 }), tolerance: 2e-5,
      relative: 1e-5)
  }

  @Test func `take the bound where the ended sequence is worth more`() throws {
    // Scores 0, 0, 2, 2: mean 1, deviation 1, so the bounds are −2 and 4.
    let found = try [-100.0, -1, 100].map { worth in
      let asked = Mutex(0)
      let agent = try agent(
        .valueHead, prompts: [[0, 3]], sampling: Sampling(maximumLength: 1), episodes: 4
      ) { completions in
        // The second question is about the endings.
        asked.withLock { count in
          defer { count += 1 }
          return count == 0 ? [0, 0, 2, 2] : completions.map { _ in worth }
        }
      }
      let maker = ExperienceMaker(
        method: Method(.gaaText), agent: agent, coefficient: 0, step: 1)
      return try #require(maker.experience(agent.episodes(step: 1)).greedy).gaps.doubles[0]
    }
    // One deviation is 1 + 1e-5: V falls out of differences.
    expectEqual((found[1] - found[0]), 1, tolerance: 1e-4)
    expectEqual((found[2] - found[0]), 6, tolerance: 1e-3)
  }
}
