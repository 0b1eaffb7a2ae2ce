public import Foundation
import NeuralNetworks
public import Torch

extension ModelFolder {
  /// Writes a language model, file by file, each all or nothing.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - dataType: The type to store weights in.
  ///   - tokenizer: A `tokenizer.json` to lay beside it.
  /// - Throws: `WeightError`, or the file system's error.
  public func save(_ model: LanguageModel, as dataType: DataType = .float32, tokenizer: URL? = nil)
    throws
  {
    var file = CheckpointConfiguration(model.configuration)
    file.architectures = [model.configuration.family.languageModelClass]
    try save(file, model.parameters, dataType, tokenizer)
  }

  /// Writes a reward model, file by file, each all or nothing.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - dataType: The type to store weights in.
  ///   - tokenizer: A `tokenizer.json` to lay beside it.
  /// - Throws: `WeightError`, or the file system's error.
  public func save(_ model: RewardModel, as dataType: DataType = .float32, tokenizer: URL? = nil)
    throws
  {
    var file = CheckpointConfiguration(model.configuration)
    file.architectures = [model.configuration.family.classifierClass]
    file.id2label = ["0": "LABEL_0"]
    file.label2id = ["LABEL_0": 0]
    file.rein_reward_normalization = model.normalization
    try save(file, model.parameters, dataType, tokenizer)
  }

  private func save(
    _ configuration: CheckpointConfiguration, _ parameters: Parameters, _ dataType: DataType,
    _ tokenizer: URL?
  ) throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    var configuration = configuration
    configuration.torch_dtype = dataType.rawValue
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let fields = try encoder.encode(configuration)
    // The weights first: a folder with a configuration is a folder that can be loaded.
    try SafeTensors.write(parameters, to: weightsURL, as: dataType)
    try fields.write(to: configurationURL, options: .atomic)
    if let tokenizer, tokenizer.standardizedFileURL != tokenizerURL.standardizedFileURL {
      try Data(contentsOf: tokenizer).write(to: tokenizerURL, options: .atomic)
    }
  }
}
