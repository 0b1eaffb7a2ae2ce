import Foundation
import LanguageModels
import Torch

/// A policy and what it is held to, as a run loads them.
struct PolicyModels {
  private let folder: ModelFolder
  private let settings: ModelRunSettings
  private let dropout: Double?
  private let device: Device

  /// Models of a run.
  ///
  /// - Parameters:
  ///   - folder: The policy's checkpoint.
  ///   - settings: Whether an adapter is trained, and how and where passes are computed.
  ///   - dropout: What the policy drops while it is trained.
  /// - Throws: What is wrong with the device's name.
  init(_ folder: ModelFolder, _ settings: ModelRunSettings, dropout: Double? = nil) throws {
    self.folder = folder
    self.settings = settings
    self.dropout = dropout
    device = try Device(named: settings.device)
  }

  /// The policy, with a new adapter where one is asked for.
  func policy() throws -> LanguageModel {
    try settings.lora.applied(to: load(folder), seed: settings.seed)
  }

  /// The model at a path; where there is none, the policy as it is now.
  ///
  /// The weights under an adapter are there already: whoever asks for them gets them with the adapter off, and not a second time.
  func reference(_ path: String?, for policy: LanguageModel) throws -> LanguageModel {
    guard let path else {
      // A new adapter changes nothing yet, so that the policy at the start is the model without it.
      return try settings.lora.rank == nil ? policy.copy() : policy.base
    }
    let reference = ModelFolder(URL(fileURLWithPath: path))
    if policy.adapter != nil, reference.adapter == nil {
      let base = try folder.adapter?.base() ?? folder
      if base.url.standardizedFileURL.path == reference.url.standardizedFileURL.path {
        return try policy.base
      }
    }
    return try load(reference)
  }

  private func load(_ folder: ModelFolder) throws -> LanguageModel {
    var shape = try folder.configuration()
    if let dropout { shape.setDropout(dropout) }
    shape.computation = settings.computation
    return try folder.languageModel(configuration: shape, device: device)
  }
}
