import Foundation
import LanguageModels
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

@Suite struct `Dropout in the trunk` {
  let tokens = Tensor([7, 12, 3, 25, 31, 2, 18, 9]).reshaped(2, 4)

  private func model(_ change: (inout DecoderConfiguration) -> Void) throws -> LanguageModel {
    let folder = ModelFolder(try Fixture.url("language"))
    var configuration = try folder.configuration()
    change(&configuration)
    return try LanguageModel(
      configuration,
      ParameterBuilder(file: SafeTensors(contentsOf: folder.weightsURL), dataType: .float64))
  }

  private func states(
    _ model: LanguageModel, seed: UInt64? = 1, mask: Tensor.AttentionMask = .causal
  ) -> Tensor {
    model.trunk(
      tokens, Trunk.Context(mask: mask, dropout: seed.map { Generator(seed: $0) }))
  }

  static let places: [@Sendable (inout DecoderConfiguration, Double) -> Void] = [
    { $0.residualDropout = $1 }, { $0.embeddingDropout = $1 }, { $0.attentionDropout = $1 },
  ]

  @Test(arguments: 0..<3) func `each of three places matters, and only with a generator`(place: Int)
    throws
  {
    let plain = try model { _ in }
    let dropping = try model { Self.places[place](&$0, 0.5) }
    expectEqual(states(dropping, seed: nil), states(plain, seed: nil), tolerance: 0)
    #expect(states(dropping).doubles != states(plain).doubles)
    #expect(states(dropping, seed: 1).doubles == states(dropping, seed: 1).doubles)
    #expect(states(dropping, seed: 1).doubles != states(dropping, seed: 2).doubles)
    // With a generator but no probability nothing is dropped.
    expectEqual(states(plain), states(plain, seed: nil), tolerance: 0)
  }

  // Attention with dropout is written out, without it is fused: as the probability vanishes they meet.
  @Test func `written-out attention equals fused attention`() throws {
    let (plain, written) = (try model { _ in }, try model { $0.attentionDropout = 1e-12 })
    let some = Tensor(
      [
        true, false, false, false, true, true, false, false,
        false, true, true, false, true, false, true, true,
      ], shape: [1, 1, 4, 4])
    for mask in [Tensor.AttentionMask.causal, .allowed(some), .none] {
      expectEqual(
        states(written, mask: mask), states(plain, mask: mask), tolerance: 1e-9)
    }
  }

  @Test func `written-out attention continues a cache`() throws {
    let written = try model { $0.attentionDropout = 1e-12 }
    let cache = KeyValueCache(written.configuration, batch: 2, capacity: 4, dataType: .float64)
    let parts = [0..<1, 1..<3, 3..<4].map {
      written.trunk(
        tokens.slice(1, $0), Trunk.Context(cache: cache, dropout: Generator(seed: 1)))
    }
    expectEqual(.concatenate(parts, along: 1), states(written, seed: nil), tolerance: 1e-9)
  }
}

@Suite struct `Decoder configuration` {
  @Test func `fresh weights follow GPT-2's rule`() throws {
    var shape = DecoderConfiguration(
      vocabularyCount: 200, positionCount: 64, width: 64, layerCount: 8, headCount: 4)
    shape.innerWidth = 32
    let model = try LanguageModel(shape, ParameterBuilder(generator: Generator(seed: 1)))
    for (name, tensor) in zip(model.parameters.names, model.parameters.tensors) {
      let deviation = tensor.squared().mean().squareRoot().item
      // Outputs added to the residual stream start smaller by √(2 · 8) = 4.
      let expected =
        if name.hasSuffix("bias") { 0.0 } else if name.contains("ln_") {
          1.0
        } else if name
          .contains("c_proj")
        { 0.005 } else { 0.02 }
      // Five deviations of the estimate, σ/√(2N).
      let bound = 5 * expected / Double(2 * tensor.count).squareRoot()
      expectEqual(deviation, expected, tolerance: name.contains("ln_") ? 0 : bound)
    }
    #expect(model.parameters.tensors[3].count == 64 && model.parameters.count == 2 + 8 * 12 + 2)
    #expect(model.parameters.names.contains("transformer.h.7.mlp.c_fc.weight"))
  }
}

@Suite struct `Memory of a training loop` {
  @Test func `stays constant from the second step on`() async {
    await #expect(processExitsWith: .success) {
      let model = try Fixture.language()
      let optimizer = AdamW(model.parameters, AdamW.Configuration(learningRate: 1e-3))
      let generator = Generator(seed: 1)
      let sampler = Sampler(model, Sampling(maximumLength: 6), stopTokens: [0])
      var counts: [Int] = []
      for _ in 0..<4 {
        let rollout = sampler.rollout([[1, 2], [3], [4, 5, 6]], using: generator)
        let layout = ResponseLayout(rollout.completions)
        let slopes = Tensor.recording {
          model.statistics(layout, reference: model).statistics.logProbabilities.mean()
            .gradients(of: model.parameters.tensors)
        }
        optimizer.step(slopes)
        counts.append(Tensor.liveCount)
      }
      precondition(Set(counts.dropFirst()).count == 1, "\(counts)")
    }
  }
}
