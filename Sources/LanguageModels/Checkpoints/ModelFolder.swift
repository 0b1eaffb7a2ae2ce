public import Foundation
public import NeuralNetworks
public import Torch

/// A model in Hugging Face's layout: `config.json`, `model.safetensors`, and beside them `tokenizer.json`; or an adapter
/// in PEFT's (``AdapterFolder``), which stands for the model that it names with the adapter on it.
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
  /// Where the tokenizer is: beside an adapter without one it is that of the model that it adapts.
  public var tokenizerURL: URL {
    let own = url.appending(path: ModelFolder.tokenizerName)
    guard !FileManager.default.fileExists(atPath: own.path), let base = try? adapter?.base() else {
      return own
    }
    return base.tokenizerURL
  }

  static let tokenizerName = "tokenizer.json"

  /// The adapter, if the folder holds one.
  public var adapter: AdapterFolder? {
    let adapter = AdapterFolder(url)
    return FileManager.default.fileExists(atPath: adapter.configurationURL.path) ? adapter : nil
  }

  /// The model's shape.
  ///
  /// - Returns: The shape.
  /// - Throws: `ModelFolder.Problem`.
  public func configuration() throws(Problem) -> DecoderConfiguration {
    if let adapter { return try adapter.base().configuration() }
    let keys = try decode(StatedKeys.self)
    var shape = try read { file throws(ConfigurationFault) in
      try file.decoder(statesWindow: keys.hasWindow)
    }
    for token in try generationConfiguration().stopTokens where !shape.stopTokens.contains(token) {
      guard (0..<shape.vocabularyCount).contains(token) else {
        throw .configuration(
          file: generationURL.path,
          reason: "eos_token_id \(token) is not one of the \(shape.vocabularyCount) tokens")
      }
      if shape.endOfTextToken == nil {
        shape.endOfTextToken = token
      } else {
        shape.otherEndOfTextTokens.append(token)
      }
    }
    return shape
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
    if let adapter { return try adapter.isRewardModel() }
    let classes = try decode(CheckpointConfiguration.self).architectures ?? []
    return classes.contains { $0.hasSuffix("ForSequenceClassification") }
  }

  /// The language model.
  ///
  /// - Parameters:
  ///   - shape: Stands in for the folder's configuration, with another dropout say.
  ///   - dataType: The type of its weights in memory, whatever it is in the file.
  ///   - device: Where it shall live.
  /// - Returns: The model.
  /// - Throws: `ModelFolder.Problem`, `WeightError`.
  public func languageModel(
    configuration shape: DecoderConfiguration? = nil, dataType: DataType = .float32,
    device: Device = .cpu
  ) throws -> LanguageModel {
    if let adapter {
      return try adapter.languageModel(configuration: shape, dataType: dataType, device: device)
    }
    return try LanguageModel(
      shape ?? configuration(),
      ParameterBuilder(file: weights(), dataType: dataType, device: device))
  }

  /// The reward model.
  ///
  /// - Parameter device: Where it shall live.
  /// - Returns: The model in float32.
  /// - Throws: `ModelFolder.Problem` also where there is more than one label, `WeightError`.
  public func rewardModel(device: Device = .cpu) throws -> RewardModel {
    if let adapter { return try adapter.rewardModel(device: device) }
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
    if adapter != nil {
      throw Problem.configuration(
        file: AdapterFolder(url).configurationURL.path,
        reason: "a reward model starts from a whole model; merge the adapter first")
    }
    return try RewardModel(
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
    try ModelFolder.decode(type, from: configurationURL)
  }

  /// What a file of JSON holds.
  static func decode<Value: Decodable>(_ type: Value.Type, from file: URL) throws(Problem) -> Value
  {
    let data: Data
    do {
      data = try RegularFile.contents(of: file)
    } catch .unreadable(let name, let reason) {
      throw .unreadable(file: name, reason: reason)
    } catch {
      throw .unreadable(file: file.path, reason: error.description)
    }
    do {
      return try StrictJSON.decode(Value.self, from: data)
    } catch {
      throw .configuration(file: file.path, reason: error.description)
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
