import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

@testable import LanguageModels

@Suite struct `How passes are computed` {
  private static let names = ["gpt2", "gpt_neox", "llama", "mistral", "qwen2", "qwen3"]
  private static let texts = [[3, 1, 4, 1, 5, 9, 2, 6], [2, 7, 1, 8]]

  private func model(_ name: String, _ change: (inout DecoderConfiguration) -> Void) throws
    -> LanguageModel
  {
    let folder = try name == "gpt2" ? ModelFolder(Fixture.url("language")) : Families.folder(name)
    var shape = try folder.configuration()
    change(&shape)
    return try folder.languageModel(configuration: shape)
  }

  @Test(arguments: names) func `blocks computed again have the gradients of blocks kept`(
    name: String
  ) throws {
    let kept = try model(name) { _ in }.lossAndGradients(Self.texts)
    let again = try model(name) { $0.computation.recomputesBlocks = true }
      .lossAndGradients(Self.texts)
    expectEqual(again.loss, kept.loss, tolerance: 1e-7)
    for (one, other) in zip(again.gradients, kept.gradients) {
      expectEqual(one, other, tolerance: 1e-6)
    }
  }

  @Test func `blocks computed again drop what they dropped`() throws {
    let layout = ResponseLayout(Fixture.completions)
    let gradients = try [false, true].map { recomputes in
      let model = try model("gpt2") {
        $0.residualDropout = 0.3
        $0.attentionDropout = 0.2
        $0.embeddingDropout = 0.1
        $0.computation.recomputesBlocks = recomputes
      }
      return Tensor.recording {
        model.statistics(layout, dropout: Generator(seed: 4)).statistics.logProbabilities.sum()
          .gradients(of: model.parameters.tensors)
      }
    }
    for (one, other) in zip(gradients[0], gradients[1]) { expectEqual(one, other, tolerance: 1e-5) }
  }

  // What an adapter trains gets its gradients, what it leaves alone none.
  @Test func `blocks computed again train adapters`() throws {
    let slopes = try [false, true].map { recomputes in
      var lora = LoRA()
      lora.rank = 2
      let model = try model("llama") { $0.computation.recomputesBlocks = recomputes }
        .adapted(by: lora, using: Generator(seed: 1))
      for (index, tensor) in model.trainedParameters.tensors.enumerated() {
        tensor.assign(Generator(seed: UInt64(index)).normal(tensor.shape))
      }
      let layout = ResponseLayout(
        Fixture.completions.map { completion in
          Completion(
            prompt: completion.prompt.map { $0 % 20 }, tokens: completion.tokens.map { $0 % 20 },
            finish: completion.finish)
        })
      return Tensor.recording {
        model.statistics(layout).statistics.logProbabilities.mean()
          .gradients(of: model.trainedParameters.tensors)
      }
    }
    #expect(slopes[0].allSatisfy { $0.squared().sum().item > 0 })
    for (one, other) in zip(slopes[0], slopes[1]) { expectEqual(one, other, tolerance: 1e-5) }
  }

  // Eight bits of mantissa in each product, sums in float32: near, and not the same.
  @Test(arguments: names) func `products in bfloat16 are near those in float32`(name: String) throws
  {
    let exact = try model(name) { _ in }
    let coarse = try model(name) { $0.computation.precision = .bfloat16 }
    let tokens = Tensor(Self.texts[0], shape: [1, 8])
    let (right, near) = (exact.logits(tokens), coarse.logits(tokens))
    #expect(near.dataType == .float32)
    let error = (near - right).squared().mean().item.squareRoot()
    let size = (right - right.mean()).squared().mean().item.squareRoot()
    #expect(error > 0 && error < 0.02 * size, "\(error) of \(size)")
    let (one, other) = (
      exact.lossAndGradients(Self.texts), coarse.lossAndGradients(Self.texts)
    )
    expectEqual(other.loss, one.loss, tolerance: 1e-2)
    #expect(other.gradients.allSatisfy { $0.dataType == .float32 })
    let flat = { (tensors: [Tensor]) in
      Tensor.concatenate(tensors.map { $0.reshaped(-1) }, along: 0)
    }
    let (slopes, golden) = (flat(other.gradients), flat(one.gradients))
    let distance = (slopes - golden).squared().sum().item.squareRoot()
    let length = golden.squared().sum().item.squareRoot()
    #expect(distance < 0.1 * length, "\(distance) of \(length)")
  }

  // Ratio 1 holds in bfloat16 as far as its rounding: rollout and training take the same products, in another order.
  @Test(arguments: names) func `completions drawn in bfloat16 have the probabilities of training`(
    name: String
  ) throws {
    let model = try model(name) { $0.computation.precision = .bfloat16 }
    let rollout = Sampler(model, Sampling(maximumLength: 8), stopTokens: [])
      .rollout([[3, 1, 4, 1, 5], [9, 2]], using: Generator(seed: 2))
    #expect(rollout.logProbabilities.dataType == .float32)
    let trained = model.statistics(ResponseLayout(rollout.completions)).statistics
    let difference = rollout.logProbabilities - trained.logProbabilities.select(1, 0)
    #expect(difference.magnitude().maximum().item < 0.1)
    #expect(abs(difference.mean().item) < 0.02)
  }
}
