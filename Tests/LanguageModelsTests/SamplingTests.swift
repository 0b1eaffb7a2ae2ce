import Foundation
import LanguageModels
import TensorTestSupport
import Testing
import Torch

@Suite struct `Sampling rules` {
  static let prompt = [7, 12, 3]

  /// The model's own distribution of the first token.
  private func probabilities(temperature: Double = 1) throws -> [Double] {
    let model = try Fixture.language()
    let logits = model.logits(Tensor(Self.prompt).unsqueezed(0)).select(1, 2).select(0, 0)
    return (logits.cast(to: .float64) / temperature).softmax(along: 0).doubles
  }

  private func draw(_ sampling: Sampling, count: Int = 8000) throws -> Rollout {
    var sampling = sampling
    sampling.maximumLength = 1
    return Sampler(try Fixture.language(), sampling, stopTokens: [])
      .rollout(Array(repeating: Self.prompt, count: count), using: Generator(seed: 12))
  }

  /// The tokens kept by the rules written out: the k most probable, then the fewest whose sum reaches the bound.
  private func support(_ p: [Double], topK: Int, topP: Double) -> Set<Int> {
    var order = p.indices.sorted { p[$0] > p[$1] }
    if topK > 0 { order = Array(order.prefix(topK)) }
    let total = order.reduce(0) { $0 + p[$1] }
    var (kept, sum): (Set<Int>, Double) = ([], 0)
    for token in order where sum < topP * total || topP == 1 {
      kept.insert(token)
      sum += p[token]
    }
    return kept
  }

  struct Rule: Sendable { var temperature = 1.0, topK = 0, topP = 1.0 }

  @Test(
    arguments: [
      Rule(), Rule(temperature: 0.5), Rule(temperature: 1.7), Rule(topK: 1), Rule(topK: 5),
      Rule(topK: 40), Rule(topK: 99), Rule(topP: 0.5), Rule(topP: 0.9), Rule(topP: 1e-9),
      Rule(temperature: 1.3, topK: 8, topP: 0.8),
    ])
  func `draws have the kept tokens' renormalised frequencies and log-probabilities`(rule: Rule)
    throws
  {
    let p = try probabilities(temperature: rule.temperature)
    let kept = support(p, topK: rule.topK, topP: rule.topP)
    let total = kept.reduce(0) { $0 + p[$1] }
    let rollout = try draw(
      Sampling(temperature: rule.temperature, topK: rule.topK, topP: rule.topP))
    let tokens = rollout.completions.map { $0.tokens[0] }
    #expect(Set(tokens).isSubset(of: kept))
    var counts = [Int](repeating: 0, count: 40)
    for token in tokens { counts[token] += 1 }
    for token in kept {
      let (share, q) = (Double(counts[token]) / Double(tokens.count), p[token] / total)
      let bound = 5 * (q * (1 - q) / Double(tokens.count)).squareRoot() + 1e-3
      #expect(abs(share - q) <= bound, "token \(token): \(share), expected \(q)")
    }
    let expected = tokens.map { Float(log(p[$0] / total)) }
    expectEqual(rollout.logProbabilities, Tensor(expected), tolerance: 1e-4)
  }

  @Test func `temperature zero takes the most probable token`() throws {
    let rollout = try draw(Sampling(temperature: 0), count: 5)
    let best = try probabilities().enumerated().max { $0.element < $1.element }
    let (token, p) = try #require(best)
    #expect(rollout.completions.allSatisfy { $0.tokens == [token] })
    expectEqual(rollout.logProbabilities, .full([5], log(p)), tolerance: 1e-4)
  }

  @Test func `only plain draws are the model's own distribution`() {
    #expect(Sampling().isUntruncated && Sampling(temperature: 0.7).isUntruncated)
    let others = [
      Sampling(temperature: 0), Sampling(topK: 3), Sampling(topP: 0.9), Sampling(minimumLength: 1),
    ]
    #expect(others.allSatisfy { !$0.isUntruncated && $0.problem == nil })
  }

  @Test(
    arguments: [
      (Sampling(temperature: -1), "temperature -1.0 is below 0"),
      (Sampling(temperature: .nan), "temperature nan is below 0"),
      (Sampling(topK: -1), "top_k -1 is below 0"),
      (Sampling(topP: 0), "top_p 0.0 is outside (0, 1]"),
      (Sampling(topP: 1.1), "top_p 1.1 is outside (0, 1]"),
      (Sampling(maximumLength: 0), "max_new_tokens 0 is below 1"),
      (Sampling(maximumLength: 3, minimumLength: 4), "min_new_tokens 4 is outside 0...3"),
    ])
  func `a value that makes no sense is named as its key`(sampling: Sampling, problem: String) {
    #expect(sampling.problem == problem)
  }

  @Test func `coding uses Hugging Face's names and keeps everything`() throws {
    let sampling = Sampling(
      temperature: 0.7, topK: 5, topP: 0.9, maximumLength: 7, minimumLength: 2)
    let data = try JSONEncoder().encode(sampling)
    #expect(try JSONDecoder().decode(Sampling.self, from: data) == sampling)
    let text = String(decoding: data, as: UTF8.self)
    for key in ["temperature", "top_k", "top_p", "max_new_tokens", "min_new_tokens"] {
      #expect(text.contains("\"\(key)\""))
    }
  }
}
