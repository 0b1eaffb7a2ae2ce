import ArgumentParser
import Foundation
import LanguageModels
import Torch
import Training

/// A model's folder and an adapter to put on it, if one is named, for commands that use models and do not train them.
struct ModelChoice: ParsableArguments {
  @Option(help: "The model's folder; an adapter's folder stands for the model with the adapter.")
  var model: String

  @Option(help: "The folder of an adapter (LoRA, as PEFT saves it) to put on the model.")
  var adapter: String?

  /// The model's folder.
  var folder: ModelFolder { ModelFolder(URL(fileURLWithPath: model)) }

  private var adapterFolder: AdapterFolder? {
    adapter.map { AdapterFolder(URL(fileURLWithPath: $0)) }
  }

  /// Whether it is a reward model.
  func isRewardModel() throws -> Bool {
    try adapterFolder?.isRewardModel() ?? folder.isRewardModel()
  }

  /// The language model, its adapter merged into it.
  func languageModel(dataType: DataType = .float32, device: Device = .cpu) throws -> LanguageModel {
    try adaptedModel(dataType, device).merged()
  }

  /// The reward model, its adapter merged into it.
  func rewardModel(device: Device) throws -> RewardModel {
    try
      (adapterFolder?.rewardModel(on: folder, device: device)
      ?? folder.rewardModel(device: device)).merged()
  }

  /// The critic that lies beside the model or its adapter, if one does.
  func critic(device: Device) throws -> Critic? {
    let place = adapterFolder.map { ModelFolder($0.url) } ?? folder
    guard FileManager.default.fileExists(atPath: place.criticURL.path) else { return nil }
    return try place.critic(for: adaptedModel(.float32, device))
  }

  private func adaptedModel(_ dataType: DataType, _ device: Device) throws -> LanguageModel {
    try adapterFolder?.languageModel(on: folder, dataType: dataType, device: device)
      ?? folder.languageModel(dataType: dataType, device: device)
  }
}
