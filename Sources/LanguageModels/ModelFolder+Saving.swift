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
    try save(
      model.configuration,
      weights: { try SafeTensors.write(model.parameters, to: $0, as: dataType) },
      extras: ["architectures": ["GPT2LMHeadModel"]],
      dataType, tokenizer)
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
    let normalization = [
      "mean": model.normalization.mean, "deviation": model.normalization.deviation,
    ]
    try save(
      model.configuration,
      weights: { try SafeTensors.write(model.parameters, to: $0, as: dataType) },
      extras: [
        "architectures": ["GPT2ForSequenceClassification"], "id2label": ["0": "LABEL_0"],
        "label2id": ["LABEL_0": 0], "rein_reward_normalization": normalization,
      ], dataType, tokenizer)
  }

  private func save(
    _ configuration: DecoderConfiguration, weights: (URL) throws -> Void, extras: [String: Any],
    _ dataType: DataType, _ tokenizer: URL?
  ) throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    let encoded = try JSONSerialization.jsonObject(with: JSONEncoder().encode(configuration))
    var fields = encoded as? [String: Any] ?? [:]
    fields.merge(extras) { $1 }
    fields["activation_function"] = "gelu_new"
    fields["torch_dtype"] = dataType.rawValue
    // The weights first: a folder with a configuration is a folder that can be loaded.
    try weights(weightsURL)
    try JSONSerialization.data(
      withJSONObject: fields, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    ).write(to: configurationURL, options: .atomic)
    if let tokenizer, tokenizer.standardizedFileURL != tokenizerURL.standardizedFileURL {
      try Data(contentsOf: tokenizer).write(to: tokenizerURL, options: .atomic)
    }
  }
}
