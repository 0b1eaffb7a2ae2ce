public import Foundation
public import NeuralNetworks
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

  /// The folder.
  public let url: URL

  /// A folder, not yet looked into.
  public init(_ url: URL) { self.url = url }

  /// Where the weights are, if they are in one file.
  public var weightsURL: URL { url.appending(path: "model.safetensors") }
  /// Where several files of weights are named.
  public var indexURL: URL { url.appending(path: "model.safetensors.index.json") }
  /// Where the shape is.
  public var configurationURL: URL { url.appending(path: "config.json") }
  /// Where the tokenizer is.
  public var tokenizerURL: URL { url.appending(path: "tokenizer.json") }

  /// The model's shape.
  ///
  /// - Returns: The shape.
  /// - Throws: `ModelFolder.Problem`.
  public func configuration() throws(Problem) -> DecoderConfiguration {
    let keys = try decode(StatedKeys.self)
    return try read { file throws(ConfigurationFault) in
      try file.decoder(statesWindow: keys.hasWindow)
    }
  }

  /// The weights, in one file or in several.
  ///
  /// - Returns: Where tensors are read from.
  /// - Throws: `WeightError`.
  public func weights() throws(WeightError) -> any TensorSource {
    let manager = FileManager.default
    if !manager.fileExists(atPath: weightsURL.path) {
      if manager.fileExists(atPath: indexURL.path) {
        return try ShardedSafeTensors(index: indexURL)
      }
      let pickle = url.appending(path: "pytorch_model.bin")
      if manager.fileExists(atPath: pickle.path) {
        throw .unreadable(
          file: pickle.path, reason: "it is a pickle; save the model again as safetensors")
      }
    }
    return try SafeTensors(contentsOf: weightsURL)
  }

  /// Whether the folder holds a reward model (one label on the last token) rather than a language model.
  ///
  /// - Returns: True for a class such as `GPT2ForSequenceClassification`.
  /// - Throws: `ModelFolder.Problem`.
  public func isRewardModel() throws(Problem) -> Bool {
    let classes = try decode(CheckpointConfiguration.self).architectures ?? []
    return classes.contains { $0.hasSuffix("ForSequenceClassification") }
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
      ParameterBuilder(file: weights(), device: device))
  }

  /// The reward model.
  ///
  /// - Parameter device: Where it shall live.
  /// - Returns: The model in float32.
  /// - Throws: `ModelFolder.Problem` also where there is more than one label, `WeightError`.
  public func rewardModel(device: Device = .cpu) throws -> RewardModel {
    let normalization = try read { file throws(ConfigurationFault) in try file.normalization() }
    return try RewardModel(
      configuration(), normalization: normalization,
      ParameterBuilder(file: weights(), device: device))
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
    try RewardModel(
      shape ?? configuration(),
      ParameterBuilder(
        file: weights(), drawing: [RewardModel.headName], from: generator, device: device))
  }

  private func read<Value>(
    _ body: (CheckpointConfiguration) throws(ConfigurationFault) -> Value
  ) throws(Problem) -> Value {
    let file = try decode(CheckpointConfiguration.self)
    do {
      return try body(file)
    } catch {
      throw .configuration(file: configurationURL.path, reason: error.reason)
    }
  }

  private func decode<Value: Decodable>(_ type: Value.Type) throws(Problem) -> Value {
    let data: Data
    do {
      data = try RegularFile.contents(of: configurationURL)
    } catch .unreadable(let file, let reason) {
      throw .unreadable(file: file, reason: reason)
    } catch {
      throw .unreadable(file: configurationURL.path, reason: error.description)
    }
    do {
      return try StrictJSON.decode(Value.self, from: data)
    } catch {
      throw .configuration(file: configurationURL.path, reason: error.description)
    }
  }
}

// Absent and null are two things for some keys.
private struct StatedKeys: Decodable {
  let hasWindow: Bool

  enum CodingKeys: String, CodingKey {
    case window = "sliding_window"
  }

  init(from decoder: any Decoder) throws {
    hasWindow = try decoder.container(keyedBy: CodingKeys.self).contains(.window)
  }
}
