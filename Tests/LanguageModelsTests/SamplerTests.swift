import LanguageModels
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

@Suite struct `Completions drawn` {
  static let prompts = [
    [7, 12, 3, 25, 31], [30], [17, 4, 8], [5, 6, 7, 8, 9, 10, 11, 12], [30, 2],
  ]

  private func rollout(
    _ sampling: Sampling, after prompts: [[Int]] = prompts, stop: Int? = nil, seed: UInt64 = 1
  ) throws -> Rollout {
    Sampler(try Fixture.language(), sampling, stopTokens: stop.map { [$0] } ?? [])
      .rollout(prompts, using: Generator(seed: seed))
  }

  // Prompts of different length are padded on the left, and rows leave at different times: nothing of that may show.
  @Test(arguments: [nil, 28] as [Int?])
  func `greedy completions of a batch equal those of each prompt alone`(stop: Int?) throws {
    let greedy = Sampling(temperature: 0, maximumLength: 12)
    let together = try rollout(greedy, stop: stop)
    var start = 0
    for (index, prompt) in Self.prompts.enumerated() {
      let alone = try rollout(greedy, after: [prompt], stop: stop)
      try #require(together.completions[index] == alone.completions[0])
      let places = start..<start + alone.completions[0].tokens.count
      expectEqual(
        together.logProbabilities.slice(0, places), alone.logProbabilities, tolerance: 1e-5)
      expectEqual(together.hidden.slice(0, places), alone.hidden, tolerance: 1e-5)
      start = places.upperBound
    }
    #expect(start == together.logProbabilities.count)
    if stop != nil {
      let lengths = Set(together.completions.map(\.tokens.count))
      #expect(
        lengths.count > 2, "rows must leave at different times for this test to say something")
    }
  }

  @Test func `a stop token cuts a greedy completion behind itself`() throws {
    let greedy = Sampling(temperature: 0, maximumLength: 12)
    let (open, stopped) = (try rollout(greedy), try rollout(greedy, stop: 28))
    for (long, short) in zip(open.completions, stopped.completions) {
      let end = long.tokens.firstIndex(of: 28)
      #expect(short.tokens == Array(long.tokens[...(end ?? 11)]))
      #expect(short.finish == (end == nil ? .length : .stopToken))
      #expect(short.text == (end == nil ? short.tokens : short.tokens.dropLast()))
      #expect(short.sequence == short.prompt + short.tokens && long.finish == .length)
    }
  }

  @Test func `what fills short prompts is never seen`() throws {
    let (model, changed) = (try Fixture.language(), try Fixture.language())
    // Prompts are filled with token 0, which none of them holds.
    let table = changed.parameters.tensors[0]
    Tensor.withoutRecording { table.slice(0, 0..<1).assign(Tensor.full([1, 16], 3)) }
    let one = Sampling(maximumLength: 1)
    let states = [model, changed].map {
      Sampler($0, one, stopTokens: []).rollout(Self.prompts, using: Generator(seed: 1)).hidden
    }
    expectEqual(states[0], states[1], tolerance: 0)
  }

  // Ratio 1: what was written down while sampling equals what training computes from the same tokens.
  @Test(arguments: [1, 0.7, 1.8]) func `records equal those recomputed in one pass`(
    temperature: Double
  ) throws {
    let model = try Fixture.language()
    let rollout = Sampler(
      model, Sampling(temperature: temperature, maximumLength: 12), stopTokens: [0],
      recordsGreedy: true
    ).rollout(Array(repeating: Self.prompts, count: 6).flatMap { $0 }, using: Generator(seed: 3))
    let layout = ResponseLayout(rollout.completions)
    let greedy = try #require(rollout.greedy)
    let (again, hidden) = model.statistics(
      layout, temperature: temperature, others: greedy.tokens.unsqueezed(1))
    #expect(rollout.logProbabilities.count == layout.count)
    expectEqual(rollout.logProbabilities, again.logProbabilities.select(1, 0), tolerance: 1e-4)
    expectEqual(greedy.logProbabilities, again.logProbabilities.select(1, 1), tolerance: 1e-4)
    expectEqual(rollout.hidden, hidden, tolerance: 1e-4)
    expectEqual(greedy.tokens, model.logits(ofHidden: hidden).argmax(along: 1), tolerance: 0)
    // The stop token is an action: it is in the completion and its log-probability is recorded.
    let stopped = rollout.completions.filter { $0.finish == .stopToken }
    #expect(!stopped.isEmpty && stopped.allSatisfy { $0.tokens.last == 0 })
    #expect(rollout.completions.allSatisfy { !$0.tokens.dropLast().contains(0) })
  }

  @Test func `equal seeds give equal completions, others others`() throws {
    let sampling = Sampling(maximumLength: 10)
    let rollouts = try [4, 4, 5].map { try rollout(sampling, stop: 0, seed: $0) }
    #expect(rollouts[0].completions == rollouts[1].completions)
    expectEqual(rollouts[0].logProbabilities, rollouts[1].logProbabilities, tolerance: 0)
    #expect(rollouts[0].completions != rollouts[2].completions)
  }

  @Test func `a restored generator gives the same completions`() throws {
    let generator = Generator(seed: 9)
    let sampler = Sampler(try Fixture.language(), Sampling(maximumLength: 6), stopTokens: [0])
    _ = sampler.rollout(Self.prompts, using: generator)
    let state = generator.state
    let first = sampler.rollout(Self.prompts, using: generator).completions
    #expect(sampler.rollout(Self.prompts, using: generator).completions != first)
    try generator.restore(state)
    #expect(sampler.rollout(Self.prompts, using: generator).completions == first)
  }

  @Test(arguments: [0, 2, 5]) func `no completion stops before the smallest length`(least: Int)
    throws
  {
    let many = Array(repeating: [30], count: 400)
    let rollout = try rollout(
      Sampling(temperature: 2, maximumLength: 8, minimumLength: least), after: many, stop: 28)
    let lengths = rollout.completions.map { $0.text.count }
    #expect(lengths.allSatisfy { $0 >= least } && lengths.contains(least))
    #expect(rollout.logProbabilities.isAllFinite)
    #expect(rollout.completions.allSatisfy { $0.tokens.count <= 8 })
  }

  @Test func `a model in bfloat16 records log-probabilities normalised in float32`() throws {
    let folder = ModelFolder(try Fixture.url("language"))
    let model = try LanguageModel(
      folder.configuration(),
      ParameterBuilder(file: SafeTensors(contentsOf: folder.weightsURL), dataType: .bfloat16))
    let rollout = Sampler(model, Sampling(maximumLength: 5), stopTokens: [])
      .rollout([[7, 12], [30, 1]], using: Generator(seed: 1))
    #expect(rollout.logProbabilities.dataType == .float32)
    let again = TokenStatistics(
      hidden: rollout.hidden, weight: model.outputWeight,
      targets: ResponseLayout(rollout.completions).tokens.unsqueezed(1))
    expectEqual(
      rollout.logProbabilities, again.logProbabilities.select(1, 0), tolerance: 1e-5)
  }

  @Test func `prompt and answer longer than the model end the process with the numbers`() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Sampler(try Fixture.language(), Sampling(maximumLength: 30), stopTokens: [])
        .rollout([[1, 2, 3, 4]], using: Generator(seed: 1))
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("4 tokens and 30 new ones in a model of 32"), "\(message)")
  }

  @Test func `the longest answer that fits is drawn`() throws {
    let rollout = try rollout(Sampling(temperature: 0, maximumLength: 30), after: [[1, 2, 3]])
    #expect(rollout.completions[0].tokens.count == 30)
  }
}
