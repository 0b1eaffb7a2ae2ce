public import Foundation
import NeuralNetworks
public import Torch

extension ModelFolder {
  /// Writes a language model, file by file, each all or nothing; an adapter is merged into what is written.
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
    try save(file, model.merged().parameters, dataType, tokenizer)
  }

  /// Writes a reward model, file by file, each all or nothing; an adapter is merged into what is written.
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
    try save(file, model.merged().parameters, dataType, tokenizer)
  }

  private func save(
    _ configuration: CheckpointConfiguration, _ parameters: Parameters, _ dataType: DataType,
    _ tokenizer: URL?
  ) throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    var configuration = configuration
    configuration.torch_dtype = dataType.rawValue
    let fields = try ModelFolder.encoder.encode(configuration)
    // The weights first: a folder with a configuration is a folder that can be loaded.
    try SafeTensors.write(parameters, to: weightsURL, as: dataType)
    try fields.write(to: configurationURL, options: .atomic)
    // A folder with an adapter is read as one.
    for rest in [AdapterFolder(url).configurationURL, AdapterFolder(url).weightsURL]
    where FileManager.default.fileExists(atPath: rest.path) {
      try FileManager.default.removeItem(at: rest)
    }
    try lay(tokenizer)
  }

  /// Lays a tokenizer beside the weights, with the chat template that lies beside it, unless it is there.
  func lay(_ tokenizer: URL?) throws {
    let target = url.appending(path: ModelFolder.tokenizerName)
    guard let tokenizer, tokenizer.standardizedFileURL != target.standardizedFileURL else { return }
    try Data(contentsOf: tokenizer).write(to: target, options: .atomic)
    let source = tokenizer.deletingLastPathComponent()
    for name in ModelFolder.templateNames {
      let file = source.appending(path: name)
      guard FileManager.default.fileExists(atPath: file.path) else { continue }
      try Data(contentsOf: file).write(to: url.appending(path: name), options: .atomic)
    }
  }

  // Where transformers keeps chat templates and the special tokens that they write.
  private static let templateNames = [
    "chat_template.jinja", "tokenizer_config.json", "special_tokens_map.json",
  ]

  /// Writes configurations as people read them.
  static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}
