import Foundation
import LanguageModels
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

@Suite struct `Damaged model folders` {
  static let names = [
    "language", "reward", "families/gpt_neox", "families/gpt_neox-serial", "families/llama",
    "families/llama-dynamic", "families/llama-yarn", "families/llama-reward", "families/mistral",
    "families/qwen2", "families/qwen2-tied", "families/qwen3-wide", "families/qwen3-reward",
  ]

  // What is read must also work: forwards, from a cache, copied, and described by a configuration of its own.
  private func use(_ folder: ModelFolder) throws {
    if try folder.isRewardModel() {
      let model = try folder.rewardModel()
      #expect(model.scores([tokens(model.configuration)]).count == 1)
    } else {
      let model = try folder.languageModel()
      let shape = model.configuration
      #expect(shape.problem == nil, "\(shape)")
      let prompt = tokens(shape)
      #expect(
        model.logits(Tensor(prompt, shape: [1, prompt.count])).shape
          == [1, prompt.count, shape.vocabularyCount])
      #expect(try model.copy().parameters.names == model.parameters.names)
      guard prompt.count < shape.positionCount else { return }
      let rollout = Sampler(model, Sampling(temperature: 0, maximumLength: 2), stopTokens: [])
        .rollout([prompt], using: Generator(seed: 1))
      #expect(rollout.completions.count == 1)
    }
    // A fresh head needs a sound trunk.
    _ = try folder.rewardModel(headFrom: Generator(seed: 1))
  }

  private func tokens(_ shape: DecoderConfiguration) -> [Int] {
    (0..<min(6, shape.positionCount)).map { $0 % shape.vocabularyCount }
  }

  private func isRefused(_ folder: ModelFolder) throws -> Bool {
    do {
      try use(folder)
      return false
    } catch let error where error is ModelFolder.Problem || error is WeightError {
      if !"\(error)".contains(folder.url.path) { Issue.record("\(error) does not name the file") }
      return true
    }
  }

  @Test func `are refused or used, never a crash, whatever the configuration says`() throws {
    try withTemporaryFolder { url in
      let folder = ModelFolder(url)
      let sound = try Self.names.map { ModelFolder(try Fixture.url($0)) }
      let configurations = try sound.map { try Data(contentsOf: $0.configurationURL) }
      let share = try fuzz("config.json", count: 1000) { damage in
        let choice = damage.number(below: sound.count)
        // As the hub's cache has them.
        try? FileManager.default.removeItem(at: folder.weightsURL)
        try FileManager.default.createSymbolicLink(
          at: folder.weightsURL, withDestinationURL: sound[choice].weightsURL)
        let text = configurations[choice]
        try (damage.number(below: 8) == 0 ? damage.bytes(text) : damage.json(text))
          .writeUnsynchronized(to: folder.configurationURL)
        return try isRefused(folder)
      }
      #expect(0.3 < share && share < 1)
    }
  }
}
