import LanguageModels
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

@testable import Training

@Suite struct `Critics` {
  @Test(arguments: Method.CriticChoice.ActionValueForm.allCases)
  func `come back from a file with the form of their action values`(
    form: Method.CriticChoice.ActionValueForm
  ) throws {
    try withTemporaryFolder { folder in
      let policy = try Tiny.language()
      var choice = Method.CriticChoice()
      choice.kind = .actionValueHeads
      choice.actionValueForm = form
      let critic = try Critic(choice, for: policy)
      #expect(critic.parameters.tensors.map(\.shape) == [[16, 1], [1], [20, 16], [20]])
      let saved = ModelFolder(folder)
      try saved.save(critic)
      let found = try #require(try saved.critic(for: policy))
      #expect(found.actionValueForm == form && found.kind == .actionValueHeads)
    }
  }

  @Test(arguments: Method.CriticChoice.ActionValueForm.allCases)
  func `expect of an action never taken what their form says`(
    form: Method.CriticChoice.ActionValueForm
  ) throws {
    let policy = try LanguageModel(
      DecoderConfiguration(
        vocabularyCount: 12, positionCount: 16, width: 8, layerCount: 1, headCount: 2),
      ParameterBuilder(generator: Generator(seed: 3)))
    var choice = Method.CriticChoice()
    choice.kind = .actionValueHeads
    choice.actionValueForm = form
    let critic = try Critic(choice, for: policy)
    for (name, tensor) in zip(critic.parameters.names, critic.parameters.tensors)
    where name == "v_head.bias" {
      tensor.assign(Tensor([0.5] as [Float]))
    }
    let layout = ResponseLayout([Completion(prompt: [1], tokens: [2, 3], finish: .length)])
    let hidden = layout.predicting(policy.trunk(layout.batch.tokens))
    let estimates = critic.estimates(layout, hidden: hidden)
    expectEqual(estimates.values, Tensor([0.5, 0.5] as [Float]))
    let expected: Float = form == .dueling ? 0.5 : 0
    expectEqual(try #require(estimates.actionValues), Tensor([expected, expected]))
  }
}
