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

  @Test func `of their own start from the policy's weights and answer zero`() throws {
    let policy = try Tiny.language()
    var choice = Method.CriticChoice()
    choice.kind = .valueModel
    let critic = try Critic(choice, for: policy)
    let own = critic.parameters.filter { policy.parameters.names.contains($0) }
    #expect(own.names == policy.parameters.names)
    #expect(Tiny.bytes(own) == Tiny.bytes(policy.parameters))
    let layout = ResponseLayout([Completion(prompt: [0, 3], tokens: [4, 5], finish: .length)])
    let hidden = policy.statistics(layout).hidden
    #expect(critic.estimates(layout, hidden: hidden).values.doubles == [0, 0])
  }

  @Test(arguments: Method.CriticChoice.Kind.allCases.filter { $0 != .none })
  func `read the prompt and the answer so far`(kind: Method.CriticChoice.Kind) throws {
    let policy = try Tiny.language()
    var choice = Method.CriticChoice()
    choice.kind = kind
    choice.initializerRange = 0.3
    let critic = try Critic(choice, for: policy)
    let values = { (prompt: [Int], tokens: [Int]) in
      let layout = ResponseLayout([Completion(prompt: prompt, tokens: tokens, finish: .length)])
      return critic.estimates(layout, hidden: policy.statistics(layout).hidden).values.doubles
    }
    let found = values([0, 3], [4, 5, 6])
    #expect(zip(found, values([7, 3], [4, 5, 6])).allSatisfy { abs($0 - $1) > 1e-4 })
    let other = values([0, 3], [8, 5, 6])
    expectEqual(found[0], other[0], tolerance: 1e-5)
    #expect(abs(found[1] - other[1]) > 1e-4 && abs(found[2] - other[2]) > 1e-4)
  }
}
