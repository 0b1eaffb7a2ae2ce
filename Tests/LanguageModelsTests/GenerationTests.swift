import Foundation
import TensorTestSupport
import Testing
import Torch

@testable import LanguageModels

/// What Scripts/fixtures/sampling_rules.py wrote.
private struct GoldenRules: Decodable {
  struct Rule: Decodable {
    let rule: [String: Double]
    let first: [Double]
    let second: [Double]
  }

  let prompt: [Int]
  let next: Int
  let stop: [Int]
  let rules: [Rule]

  static func load() throws -> GoldenRules {
    try JSONDecoder().decode(GoldenRules.self, from: Data(contentsOf: Fixture.url("sampling.json")))
  }
}

extension Sampling {
  fileprivate init(_ rule: [String: Double]) {
    self.init(
      temperature: rule["temperature"] ?? 1, topK: Int(rule["top_k"] ?? 0),
      topP: rule["top_p"] ?? 1, minimumP: rule["min_p"] ?? 0,
      repetitionPenalty: rule["repetition_penalty"] ?? 1,
      minimumLength: Int(rule["min_new_tokens"] ?? 0))
  }
}

@Suite struct `The distribution of a draw` {
  // Two rows, so that what one has seen does not show in the other.
  @Test(arguments: 0..<10) func `is that of transformers`(index: Int) throws {
    let golden = try GoldenRules.load()
    #expect(golden.rules.count == 10)
    let model = try Fixture.language()
    let rule = golden.rules[index]
    let other = [1, 2]
    var processor = ScoreProcessor(
      Sampling(rule.rule), stopTokens: golden.stop, prompts: [other, golden.prompt],
      vocabularyCount: 40, device: .cpu)
    let probabilities = { (tokens: [Int], step: Int) in
      let row = model.logits(Tensor(tokens).unsqueezed(0)).select(1, tokens.count - 1)
      let scores = processor(Tensor.concatenate([row, row], along: 0), step: step)
      return scores.softmax(along: 1).select(0, 1)
    }
    let before = probabilities(golden.prompt, 0)
    expectEqual(before, Tensor(rule.first.map { Float($0) }), tolerance: 1e-5)
    processor.append(Tensor([3, golden.next]))
    let after = probabilities(golden.prompt + [golden.next], 1)
    expectEqual(after, Tensor(rule.second.map { Float($0) }), tolerance: 1e-5)
    // The same for a row alone, after the other has left.
    processor.keep(rows: Tensor([1]))
    let row = model.logits(Tensor(golden.prompt + [golden.next]).unsqueezed(0))
      .select(1, golden.prompt.count)
    expectEqual(
      processor(row, step: 1).softmax(along: 1).select(0, 0), after, tolerance: 1e-6)
  }

  @Test(arguments: [
    (Sampling(minimumP: -0.1), "min_p -0.1 is outside [0, 1]"),
    (Sampling(minimumP: .nan), "min_p nan is outside [0, 1]"),
    (Sampling(repetitionPenalty: 0), "repetition_penalty 0.0 is not above 0"),
    (Sampling(repetitionPenalty: .infinity), "repetition_penalty inf is not above 0"),
  ])
  func `is not made by values without sense`(sampling: Sampling, problem: String) {
    #expect(sampling.problem == problem && !sampling.isUntruncated)
  }
}

@Suite struct `Seeds of samples` {
  static let prompts = [[7, 12, 3, 25, 31], [30], [17, 4, 8], [5, 6, 7, 8, 9, 10], [30]]

  private func rollout(_ prompts: [[Int]], _ seeds: [UInt64], stop: [Int] = [28, 2]) throws
    -> Rollout
  {
    Sampler(try Fixture.language(), Sampling(maximumLength: 12), stopTokens: stop)
      .rollout(
        prompts, drawing: .seeds(zip(seeds, prompts).map { TokenDraws.seed($0, prompt: $1) }))
  }

  @Test func `give the same answer in whatever batch`() throws {
    let seeds: [UInt64] = [1, 2, 3, 4, 5]
    let together = try rollout(Self.prompts, seeds)
    let backwards = try rollout(Self.prompts.reversed(), seeds.reversed())
    #expect(together.completions == backwards.completions.reversed())
    for (index, prompt) in Self.prompts.enumerated() {
      #expect(try rollout([prompt], [seeds[index]]).completions == [together.completions[index]])
    }
    #expect(together.completions[1] != together.completions[4], "two seeds after one prompt")
    #expect(
      Set(together.completions.map(\.tokens.count)).count > 1, "rows leave at different times")
  }

  @Test func `draw each token as often as it is probable`() throws {
    let model = try Fixture.language()
    let prompt = [7, 12, 3]
    let p = model.logits(Tensor(prompt).unsqueezed(0)).select(1, 2).select(0, 0)
      .cast(to: .float64).softmax(along: 0).doubles
    let count = 20_000
    let rollout = Sampler(model, Sampling(maximumLength: 1), stopTokens: [])
      .rollout(
        Array(repeating: prompt, count: count),
        drawing: .seeds((0..<UInt64(count)).map { TokenDraws.seed($0, prompt: prompt) }))
    var counts = [Double](repeating: 0, count: 40)
    for completion in rollout.completions { counts[completion.tokens[0]] += 1 }
    // χ² with 39 degrees of freedom is above 90 once in 10⁵ times.
    let statistic = zip(counts, p).reduce(0) {
      $0 + pow($1.0 - $1.1 * Double(count), 2) / ($1.1 * Double(count))
    }
    #expect(statistic < 90)
  }

  // Draws of one seed at neighbouring steps, and of neighbouring seeds at one step, go their own ways.
  @Test func `give draws that are independent of each other`() {
    let draws = RowDraws(.seeds(Array(0..<400)), rows: 400, steps: 50, device: .cpu)
    // With two equally probable tokens a draw is a coin.
    let even = Tensor.zeros([400, 2])
    let coins = (0..<50).map { step in
      draws.tokens(even, step: step).integers.map { Double(2 * $0 - 1) }
    }
    let product = { (pairs: [(Double, Double)]) in
      abs(pairs.reduce(0) { $0 + $1.0 * $1.1 }) / Double(pairs.count).squareRoot()
    }
    let bySteps = (1..<50).flatMap { step in
      (0..<400).map { (coins[step - 1][$0], coins[step][$0]) }
    }
    let byRows = coins.flatMap { row in (1..<400).map { (row[$0 - 1], row[$0]) } }
    #expect(product(bySteps) < 4.5 && product(byRows) < 4.5)
    #expect(abs(coins.flatMap { $0 }.reduce(0, +)) < 4.5 * 20_000.0.squareRoot())
  }
}

@Suite struct `Writing a batch` {
  @Test func `reads equal prompts once and shares what it read`() throws {
    let model = try Fixture.language()
    let sampler = Sampler(model, Sampling(temperature: 0, maximumLength: 6), stopTokens: [])
    let prompts = [[7, 12, 3], [30], [7, 12, 3], [30], [7, 12, 3]]
    let shared = sampler.rollout(prompts, using: Generator(seed: 1))
    var start = 0
    for (prompt, completion) in zip(prompts, shared.completions) {
      let alone = sampler.rollout([prompt], using: Generator(seed: 1))
      #expect(alone.completions == [completion])
      let places = start..<start + 6
      expectEqual(shared.logProbabilities.slice(0, places), alone.logProbabilities, tolerance: 1e-5)
      expectEqual(shared.hidden.slice(0, places), alone.hidden, tolerance: 1e-5)
      start += 6
    }
  }

  @Test func `ends at any of several tokens`() throws {
    let model = try Fixture.language()
    let many = Array(repeating: [30], count: 200)
    let rollout = Sampler(
      model, Sampling(temperature: 1.5, maximumLength: 10), stopTokens: [28, 2]
    )
    .rollout(many, using: Generator(seed: 4))
    let ended = rollout.completions.filter { $0.finish == .stopToken }
    #expect(Set(ended.compactMap(\.tokens.last)) == [28, 2])
    #expect(rollout.completions.allSatisfy { Set($0.tokens.dropLast()).isDisjoint(with: [28, 2]) })
    let minimum = Sampler(
      model, Sampling(temperature: 1.5, maximumLength: 10, minimumLength: 4), stopTokens: [28, 2]
    ).rollout(many, using: Generator(seed: 4))
    #expect(minimum.completions.allSatisfy { $0.text.count >= 4 })
  }

  // A device that reads some steps at a time draws past the ends; none of that may show.
  @Test(arguments: [2, 5, 16, 99]) func `is the same however seldom the tokens are read`(
    interval: Int
  ) throws {
    let prompts = [[7, 12, 3], [30], [17, 4, 8], [5, 6, 7, 8, 9], [30]]
    var sampler = Sampler(
      try Fixture.language(), Sampling(repetitionPenalty: 1.2, maximumLength: 12),
      stopTokens: [28, 2], recordsGreedy: true)
    let draws = TokenDraws.seeds([1, 2, 3, 4, 5])
    let every = sampler.rollout(prompts, drawing: draws)
    sampler.stepsBetweenReads = interval
    let seldom = sampler.rollout(prompts, drawing: draws)
    #expect(seldom.completions == every.completions)
    #expect(Set(every.completions.map(\.tokens.count)).count > 1)
    expectEqual(seldom.logProbabilities, every.logProbabilities, tolerance: 1e-5)
    expectEqual(seldom.hidden, every.hidden, tolerance: 1e-5)
    let (one, other) = (try #require(seldom.greedy), try #require(every.greedy))
    expectEqual(one.tokens, other.tokens, tolerance: 0)
  }

  @Test func `shows every token and ends where the watcher has seen enough`() throws {
    let sampler = Sampler(try Fixture.language(), Sampling(maximumLength: 8), stopTokens: [28])
    var seen: [[Int]] = [[], [], []]
    let rollout = sampler.rollout(
      [[7, 12], [30], [4]], drawing: .seeds([1, 2, 3])
    ) { row, token in
      seen[row].append(token)
      return !(row == 1 && seen[1].count == 3)
    }
    #expect(rollout.completions[1].tokens.count == 3)
    #expect(rollout.completions[1].finish == .stopString)
    #expect(rollout.completions[1].text == rollout.completions[1].tokens)
    for (tokens, completion) in zip(seen, rollout.completions) {
      #expect(tokens == completion.text)
    }
    #expect(rollout.completions[0].finish != .stopString)
  }
}
