import Foundation
import LanguageModels
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

/// What Scripts/fixtures/language_models.py wrote.
enum Fixture {
  struct Expected: Decodable {
    let texts: [[Int]]
    let loss: Double
    let greedy: [[Int]]
    let scores: [Double]
  }

  static func url(_ name: String) throws -> URL {
    try #require(Bundle.module.resourceURL).appending(path: "Fixtures").appending(path: name)
  }

  static func expected() throws -> Expected {
    try JSONDecoder().decode(Expected.self, from: Data(contentsOf: url("expected.json")))
  }

  static func tensors() throws -> SafeTensors {
    try SafeTensors(contentsOf: url("expected.safetensors"))
  }

  static func language() throws -> LanguageModel {
    try ModelFolder(url("language")).languageModel()
  }

  static func reward() throws -> RewardModel { try ModelFolder(url("reward")).rewardModel() }

  /// A model of the fixture's values in Float64, for exact comparisons.
  static func exact() throws -> LanguageModel {
    let folder = try ModelFolder(url("language"))
    return try LanguageModel(
      folder.configuration(),
      ParameterBuilder(file: SafeTensors(contentsOf: folder.weightsURL), dataType: .float64))
  }

  /// Prompts and answers of different length.
  static let completions = [
    Completion(prompt: [7, 12, 3], tokens: [25, 31, 2, 18, 9, 0], finish: .stopToken),
    Completion(prompt: [30], tokens: [1, 22], finish: .length),
    Completion(prompt: [17, 17, 4, 8, 38, 11, 2], tokens: [5], finish: .length),
    Completion(prompt: [3, 3], tokens: [3, 3, 3, 0], finish: .stopToken),
  ]
}

extension LanguageModel {
  /// The mean loss of texts whose first token is given, and its gradients of every weight.
  func lossAndGradients(_ texts: [[Int]]) -> (loss: Double, gradients: [Tensor]) {
    let layout = ResponseLayout(
      texts.map {
        Completion(prompt: [$0[0]], tokens: Array($0.dropFirst()), finish: .length)
      })
    return Tensor.recording {
      let loss = -statistics(layout).statistics.logProbabilities.mean()
      return (loss.item, loss.gradients(of: parameters.tensors))
    }
  }
}

/// A row of a tensor [rows, ...].
func row(_ tensor: Tensor, _ index: Int) -> Tensor { tensor.select(0, index) }
