import ArgumentParser
import Foundation
import LanguageModels
import Tokenization
import Torch
import Training

/// Which model answers, and where it runs.
struct ModelOptions: ParsableArguments {
  @OptionGroup var choice: ModelChoice

  @Option(help: "cpu, cuda, cuda:N or mps.")
  var device = "cpu"

  @Option(help: "The type of the weights in memory: float32, bfloat16 or float64.")
  var dtype = "float32"

  /// The type that `--dtype` names.
  static func dataType(_ name: String) throws -> DataType {
    let types: [DataType] = [.float32, .bfloat16, .float64]
    guard let type = types.first(where: { $0.rawValue == name }) else {
      throw InputProblem(
        "--dtype \(name) is none of \(types.map(\.rawValue).joined(separator: ", "))")
    }
    return type
  }

  /// Loads model and tokenizer.
  func load() throws -> LoadedModel {
    let type = try Self.dataType(dtype)
    let folder = choice.folder
    let place = try Device(named: device)
    let tokenizer = try Tokenizer.load(from: folder.tokenizerURL)
    let policy = try choice.languageModel(dataType: type, device: place)
    guard tokenizer.identifierBound <= policy.configuration.vocabularyCount else {
      throw InputProblem(
        "\(folder.tokenizerURL.relativePath) has tokens up to \(tokenizer.identifierBound - 1), the model \(policy.configuration.vocabularyCount) in all"
      )
    }
    return LoadedModel(
      folder: folder, policy: policy, tokenizer: tokenizer,
      frame: try TextFrame(
        tokenizer, file: folder.tokenizerURL, model: policy.configuration),
      defaults: try folder.generationConfiguration())
  }
}

/// A model that is ready to answer.
struct LoadedModel {
  let folder: ModelFolder
  let policy: LanguageModel
  let tokenizer: Tokenizer
  let frame: TextFrame
  let defaults: GenerationConfiguration

  /// Where tokenizer and chat template are.
  var tokenizerFolder: URL { folder.tokenizerURL.deletingLastPathComponent() }

  /// The longest prompt that leaves room for an answer.
  func longestPrompt(_ sampling: Sampling) -> Int {
    policy.configuration.positionCount - sampling.maximumLength + 1
  }

  func sampler(_ sampling: Sampling, restraint: Restraint? = nil) -> Sampler {
    Sampler(
      policy, sampling, stopTokens: policy.configuration.stopTokens, restraint: restraint)
  }
}
