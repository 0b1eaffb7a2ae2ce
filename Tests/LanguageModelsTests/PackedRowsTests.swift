import LanguageModels
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

@Suite struct `Packed rows` {
  private static let completions = Fixture.completions
  private static let places = completions.map { Array($0.tokens.indices) }

  // Sequences of 9, 3, 8 and 6 tokens.
  private func layout(_ rowLength: Int?, padding: Int = 0) -> ResponseLayout {
    ResponseLayout(
      Self.completions, places: Self.places, padding: padding, packedInto: rowLength)
  }

  private func outcome(_ model: LanguageModel, _ layout: ResponseLayout) -> (
    Tensor, Tensor, [Tensor]
  ) {
    Tensor.recording {
      let statistics = model.statistics(layout).statistics
      let loss = -statistics.logProbabilities.mean()
      return (
        statistics.logProbabilities.detached(), statistics.entropies.detached(),
        loss.gradients(of: model.parameters.tensors)
      )
    }
  }

  @Test func `take sequences as they come, while they fit`() {
    let packed = layout(12).batch
    #expect(packed.time == 12 && packed.tokens.shape == [3, 12])
    #expect(packed.starts == [0, 9, 12, 24] && packed.lengths == [9, 3, 8, 6])
    #expect(packed.lastPositions.integers == [8, 11, 19, 29])
    #expect(layout(26).batch.tokens.shape == [1, 26])
    // The rows are no longer than they are full.
    #expect(layout(100).batch.tokens.shape == [1, 26])
    #expect(layout(nil).batch.starts == [0, 9, 18, 27])
  }

  @Test(arguments: [9, 12, 17, 26]) func `teach what single rows teach`(rowLength: Int) throws {
    let model = try Fixture.exact()
    let alone = outcome(model, layout(nil))
    let packed = outcome(model, layout(rowLength))
    expectEqual(packed.0, alone.0, tolerance: 1e-12)
    expectEqual(packed.1, alone.1, tolerance: 1e-12)
    for (packed, alone) in zip(packed.2, alone.2) { expectEqual(packed, alone, tolerance: 1e-12) }
  }

  // Positions that are turned, and windows narrower than a row.
  @Test(arguments: Families.names) func `are read alike by every family`(name: String) throws {
    let model = try Families.folder(name).languageModel()
    let texts = try Families.expected().texts
    let completions = texts.map {
      Completion(prompt: [$0[0]], tokens: Array($0.dropFirst()), finish: .length)
    }
    let places = completions.map { Array($0.tokens.indices) }
    let answers = [nil, texts.reduce(0) { $0 + $1.count }].map { rowLength in
      model.statistics(ResponseLayout(completions, places: places, packedInto: rowLength))
        .statistics.logProbabilities
    }
    expectEqual(answers[1], answers[0], tolerance: 2e-5)
  }

  @Test func `hide each sequence from its neighbours, and padding from all`() throws {
    let model = try Fixture.exact()
    let before = outcome(model, layout(17)).0
    #expect(
      outcome(model, layout(17, padding: 5)).0.doubles.elementsEqual(before.doubles))
    var others = Self.completions
    others[0] = Completion(prompt: [1, 1, 1], tokens: [2, 2, 2, 2, 2, 2], finish: .length)
    let after = outcome(
      model, ResponseLayout(others, places: Self.places, packedInto: 17)
    ).0
    // The first six tokens are the changed sequence's own.
    #expect(after.slice(0, 6..<after.count).doubles == before.slice(0, 6..<before.count).doubles)
    #expect(after.slice(0, 0..<6).doubles != before.slice(0, 0..<6).doubles)
  }

  @Test func `give a reward model the scores of single rows`() throws {
    let model = try Fixture.reward()
    let texts = Self.completions.map(\.sequence)
    let alone = model.rawScores(TokenBatch(texts))
    expectEqual(model.rawScores(TokenBatch(texts, packedInto: 17)), alone, tolerance: 1e-5)
  }
}
