public import Foundation
import NeuralNetworks
public import Torch

/// An adapter in PEFT's layout: `adapter_config.json`, which names the model that it adapts, and `adapter_model.safetensors`.
public struct AdapterFolder: Sendable {
  /// The folder.
  public let url: URL

  /// A folder, not yet looked into.
  public init(_ url: URL) { self.url = url }

  /// Where the adapter's weights are.
  public var weightsURL: URL { url.appending(path: "adapter_model.safetensors") }
  /// Where its choices are.
  public var configurationURL: URL { url.appending(path: "adapter_config.json") }

  /// The model that the adapter was trained on: the folder that it names, seen from here or from the adapter's own folder.
  ///
  /// - Returns: A folder with a whole model.
  /// - Throws: `ModelFolder.Problem`.
  public func base() throws(ModelFolder.Problem) -> ModelFolder {
    guard let name = try configuration().base, !name.isEmpty else {
      throw problem("base_model_name_or_path names no folder; name the model that it adapts")
    }
    let places = [URL(fileURLWithPath: name), url.appending(path: name)]
    guard
      let place = places.first(where: { FileManager.default.fileExists(atPath: $0.path) })
    else {
      throw problem(
        "base_model_name_or_path '\(name)' is no folder here; name the model that it adapts")
    }
    return try whole(ModelFolder(place))
  }

  // An adapter adapts a whole model.
  private func whole(_ base: ModelFolder) throws(ModelFolder.Problem) -> ModelFolder {
    guard base.adapter == nil else {
      throw problem("the model to adapt, \(base.url.path), is itself an adapter; merge that first")
    }
    return base
  }

  /// Whether it adapts a reward model rather than a language model.
  ///
  /// - Returns: True for a sequence classifier.
  /// - Throws: `ModelFolder.Problem`.
  public func isRewardModel() throws(ModelFolder.Problem) -> Bool {
    try configuration().task == .reward
  }

  /// The language model with the adapter on it.
  ///
  /// - Parameters:
  ///   - folder: The model to adapt; nil takes the one that the adapter names.
  ///   - shape: Stands in for the model's configuration, with another dropout say.
  ///   - device: Where it shall live.
  /// - Returns: The model in float32, ready to go on training the adapter.
  /// - Throws: `ModelFolder.Problem`, `WeightError`.
  public func languageModel(
    on folder: ModelFolder? = nil, configuration shape: DecoderConfiguration? = nil,
    device: Device = .cpu
  ) throws -> LanguageModel {
    let base = try whole(folder ?? base()).languageModel(configuration: shape, device: device)
    return try load(.language, device) { try base.adapted(by: $0, $1) }.model
  }

  /// The reward model with the adapter on it.
  ///
  /// - Parameters:
  ///   - folder: The model to adapt; nil takes the one that the adapter names. It may be a language model: the adapter has a
  ///     head of its own.
  ///   - device: Where it shall live.
  /// - Returns: The model in float32, ready to go on training the adapter.
  /// - Throws: `ModelFolder.Problem`, `WeightError`.
  public func rewardModel(on folder: ModelFolder? = nil, device: Device = .cpu) throws
    -> RewardModel
  {
    let folder = try whole(folder ?? base())
    let base =
      try folder.isRewardModel()
      ? folder.rewardModel(device: device)
      : folder.rewardModel(headFrom: Generator(seed: 0), device: device)
    var (model, file) = try load(.reward, device) { try base.adapted(by: $0, $1) }
    if let text = file.metadata[RewardModel.Normalization.key] {
      guard
        let found = try? JSONDecoder().decode(
          RewardModel.Normalization.self, from: Data(text.utf8))
      else {
        throw WeightError.malformed(
          file: file.path, reason: "\(RewardModel.Normalization.key) in its metadata is '\(text)'")
      }
      model.normalization = found
    }
    return model
  }

  private func load<Model>(
    _ task: AdapterConfiguration.Task, _ device: Device,
    _ adapt: (LoRA, ParameterBuilder) throws -> Model
  ) throws -> (model: Model, file: SafeTensors) {
    let choices = try configuration()
    guard choices.task == task else {
      throw problem("task_type is \(choices.task.rawValue): \(task.rawValue) is wanted here")
    }
    let file = try SafeTensors(contentsOf: weightsURL)
    let builder = ParameterBuilder(file: file, device: device)
    do {
      let model = try adapt(choices.lora, builder)
      let known = Set(builder.parameters.names)
      if let other = file.names.first(where: { !known.contains($0) }) {
        throw WeightError.unexpected(file: file.path, tensor: other)
      }
      return (model, file)
    } catch let fault as LoRA.Fault {
      throw problem("\(fault.choice.key) \(fault.reason)")
    }
  }

  private func configuration() throws(ModelFolder.Problem) -> AdapterConfiguration {
    try ModelFolder.decode(AdapterConfiguration.self, from: configurationURL)
  }

  private func problem(_ reason: String) -> ModelFolder.Problem {
    .configuration(file: configurationURL.path, reason: reason)
  }
}

extension RewardModel.Normalization {
  /// What files call it.
  static let key = "rein_reward_normalization"
}

extension LoRA.Fault.Choice {
  /// What PEFT calls it.
  fileprivate var key: String {
    switch self {
    case .rank: "r"
    case .alpha: "lora_alpha"
    case .targets: "target_modules"
    case .dropout: "lora_dropout"
    }
  }
}
