public import Foundation
import NeuralNetworks
public import Torch

/// A model in Hugging Face's layout: `config.json`, `model.safetensors`, and beside them `tokenizer.json`.
public struct ModelFolder: Sendable {
  /// What can be wrong with a folder.
  public enum Problem: Error, Equatable, CustomStringConvertible {
    /// A file is missing or cannot be read.
    case unreadable(file: String, reason: String)
    /// `config.json` does not describe a model that Rein knows.
    case configuration(file: String, reason: String)

    /// The message, ready to print.
    public var description: String {
      switch self {
      case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
      case .configuration(let file, let reason): "\(file): \(reason)"
      }
    }
  }

  // What config.json holds beside the shape.
  private struct Extras: Codable {
    var architectures: [String]?
    var rein_reward_normalization: RewardModel.Normalization?
    var num_labels: Int?
    var id2label: [String: String]?
    var torch_dtype: String?
    var activation_function: String?
    // Variants of GPT-2 that Rein does not compute, and would get wrong in silence.
    var scale_attn_weights: Bool?
    var scale_attn_by_inverse_layer_idx: Bool?
    var add_cross_attention: Bool?

    var problem: String? {
      if let name = activation_function, name != "gelu_new", name != "gelu_pytorch_tanh" {
        return "activation_function '\(name)' is not supported"
      }
      if scale_attn_weights == false { return "scale_attn_weights false is not supported" }
      if scale_attn_by_inverse_layer_idx == true {
        return "scale_attn_by_inverse_layer_idx true is not supported"
      }
      return add_cross_attention == true ? "add_cross_attention true is not supported" : nil
    }
  }

  /// The folder.
  public let url: URL

  /// A folder, not yet looked into.
  public init(_ url: URL) { self.url = url }

  /// Where the weights are.
  public var weightsURL: URL { url.appending(path: "model.safetensors") }
  /// Where the shape is.
  public var configurationURL: URL { url.appending(path: "config.json") }
  /// Where the tokenizer is.
  public var tokenizerURL: URL { url.appending(path: "tokenizer.json") }

  /// The model's shape.
  ///
  /// - Returns: The shape.
  /// - Throws: `ModelFolder.Problem`.
  public func configuration() throws(Problem) -> DecoderConfiguration {
    let configuration = try decode(DecoderConfiguration.self)
    if let problem = configuration.problem {
      throw .configuration(file: configurationURL.path, reason: problem)
    }
    if let problem = try decode(Extras.self).problem {
      throw .configuration(file: configurationURL.path, reason: problem)
    }
    return configuration
  }

  /// Whether the folder holds a reward model (one label on the last token) rather than a language model.
  ///
  /// - Returns: True for `GPT2ForSequenceClassification`.
  /// - Throws: `ModelFolder.Problem`.
  public func isRewardModel() throws(Problem) -> Bool {
    try decode(Extras.self).architectures?.contains("GPT2ForSequenceClassification") ?? false
  }

  /// The language model.
  ///
  /// - Parameters:
  ///   - shape: Stands in for the folder's configuration, with another dropout say.
  ///   - device: Where it shall live.
  /// - Returns: The model in float32.
  /// - Throws: `ModelFolder.Problem`, `WeightError`.
  public func languageModel(configuration shape: DecoderConfiguration? = nil, device: Device = .cpu)
    throws -> LanguageModel
  {
    try LanguageModel(
      shape ?? configuration(),
      ParameterBuilder(file: SafeTensors(contentsOf: weightsURL), device: device))
  }

  /// The reward model.
  ///
  /// - Parameter device: Where it shall live.
  /// - Returns: The model in float32.
  /// - Throws: `ModelFolder.Problem` also where there is more than one label, `WeightError`.
  public func rewardModel(device: Device = .cpu) throws -> RewardModel {
    let extras = try decode(Extras.self)
    let labels = extras.num_labels ?? extras.id2label?.count ?? 1
    guard labels == 1 else {
      throw Problem.configuration(
        file: configurationURL.path, reason: "a reward model has one label, this one has \(labels)")
    }
    return try RewardModel(
      configuration(), normalization: extras.rein_reward_normalization ?? .identity,
      ParameterBuilder(file: SafeTensors(contentsOf: weightsURL), device: device))
  }

  /// A reward model on a language model's trunk, with a fresh score head.
  ///
  /// - Parameters:
  ///   - generator: Draws the head.
  ///   - shape: Stands in for the folder's configuration, with another dropout say.
  ///   - device: Where it shall live.
  /// - Returns: The model in float32.
  /// - Throws: `ModelFolder.Problem`, `WeightError`.
  public func rewardModel(
    headFrom generator: Generator, configuration shape: DecoderConfiguration? = nil,
    device: Device = .cpu
  ) throws -> RewardModel {
    let builder = try ParameterBuilder(
      file: SafeTensors(contentsOf: weightsURL), drawingMissingFrom: generator, device: device)
    let model = try RewardModel(shape ?? configuration(), builder)
    if let hole = builder.drawn.first(where: { $0 != "score.weight" }) {
      throw WeightError.missing(file: weightsURL.path, tensor: hole)
    }
    return model
  }

  private func decode<Value: Decodable>(_ type: Value.Type) throws(Problem) -> Value {
    let data: Data
    do {
      data = try Data(contentsOf: configurationURL)
    } catch {
      throw .unreadable(file: configurationURL.path, reason: error.localizedDescription)
    }
    do {
      return try JSONDecoder().decode(Value.self, from: data)
    } catch DecodingError.keyNotFound(let key, _) {
      throw .configuration(file: configurationURL.path, reason: "has no key '\(key.stringValue)'")
    } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context)
    {
      let key = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw .configuration(
        file: configurationURL.path, reason: "key '\(key)': \(context.debugDescription)")
    } catch {
      throw .configuration(
        file: configurationURL.path, reason: "is not JSON, or a number does not fit its key")
    }
  }
}
