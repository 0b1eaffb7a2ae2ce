public import Foundation
import NeuralNetworks
public import Torch

extension AdapterFolder {
  /// Writes a language model's adapter.
  ///
  /// - Parameters:
  ///   - model: A model that has an adapter.
  ///   - base: Where the model is that it adapts, as it shall be found again.
  ///   - dataType: The type to store weights in.
  ///   - tokenizer: A `tokenizer.json` to lay beside it.
  /// - Throws: `WeightError`, or the file system's error.
  public func save(
    _ model: LanguageModel, base: String, as dataType: DataType = .float32, tokenizer: URL? = nil
  ) throws {
    try save(model.adapter, .language, base, model.configuration, [:], dataType, tokenizer)
  }

  /// Writes a reward model's adapter with its head and its normalisation.
  ///
  /// - Parameters:
  ///   - model: A model that has an adapter.
  ///   - base: Where the model is that it adapts, as it shall be found again.
  ///   - dataType: The type to store weights in.
  ///   - tokenizer: A `tokenizer.json` to lay beside it.
  /// - Throws: `WeightError`, or the file system's error.
  public func save(
    _ model: RewardModel, base: String, as dataType: DataType = .float32, tokenizer: URL? = nil
  ) throws {
    // Beside the weights: PEFT warns of keys of the configuration that it does not know.
    let normalization = try JSONEncoder().encode(model.normalization)
    try save(
      model.adapter, .reward, base, model.configuration,
      [RewardModel.Normalization.key: String(decoding: normalization, as: UTF8.self)], dataType,
      tokenizer)
  }

  private func save(
    _ adapter: Adapter?, _ task: AdapterConfiguration.Task, _ base: String,
    _ shape: DecoderConfiguration, _ metadata: [String: String], _ dataType: DataType,
    _ tokenizer: URL?
  ) throws {
    guard let adapter else { preconditionFailure("a model without an adapter has none to save") }
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    let choices = AdapterConfiguration(
      lora: adapter.configuration, task: task, base: base,
      storesInputsFirst: shape.family.storesInputsFirst)
    let fields = try ModelFolder.encoder.encode(choices)
    try SafeTensors.write(
      adapter.parameters, to: weightsURL, as: dataType,
      metadata: metadata.merging(["format": "pt"]) { $1 })
    try fields.write(to: configurationURL, options: .atomic)
    try ModelFolder(url).lay(tokenizer)
  }
}
