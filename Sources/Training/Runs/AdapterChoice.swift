import Foundation
import LanguageModels
import NeuralNetworks
import Torch

/// Low-rank adaptation in a run: what is trained, and what is left of it in the end.
public struct AdapterChoice: Codable, Equatable, Sendable {
  /// r; nil trains all weights, or goes on with the adapter that the model has.
  public var rank: Int?
  /// α: what A and B give is multiplied by α/r.
  public var alpha = LoRA().alpha
  /// Names of projections; none takes those that PEFT adapts in the family.
  public var targets: [String] = []
  /// The share of inputs that the adapter does not see while it is trained.
  public var dropout = 0.0
  /// Whether the factor is α/√r.
  public var isRankStabilized = false
  /// Whether a whole model is saved, with the adapter merged into it.
  public var merges = false

  enum CodingKeys: String, CodingKey {
    case rank, alpha, targets
    // Not `dropout`, which is the model's own wherever a flag leaves the section out.
    case dropout = "lora_dropout"
    case isRankStabilized = "rslora"
    case merges = "merge"
  }

  /// No adapter.
  public init() {}

  /// Whether a run that starts from a model leaves an adapter, and no whole model.
  func leavesAdapter(on model: ModelFolder?) -> Bool {
    !merges && (rank != nil || model?.adapter != nil)
  }

  /// The model that a run trains.
  func applied(to model: LanguageModel, seed: UInt64) throws -> LanguageModel {
    try applied(hasAdapter: model.adapter != nil) {
      try model.adapted(by: $0, using: Generator(seed: seed, purpose: "adapter"))
    } ?? model
  }

  /// The reward model that a run trains.
  func applied(to model: RewardModel, seed: UInt64) throws -> RewardModel {
    try applied(hasAdapter: model.adapter != nil) {
      try model.adapted(by: $0, using: Generator(seed: seed, purpose: "adapter"))
    } ?? model
  }

  private func applied<Model>(hasAdapter: Bool, _ adapt: (LoRA) throws -> Model) throws -> Model? {
    guard let rank else {
      try refuseIdleChoices(hasAdapter: hasAdapter)
      return nil
    }
    guard !hasAdapter else {
      throw TrainingError.configuration(
        key: "lora.rank",
        reason:
          "the model has an adapter, which goes on training as it is: leave `lora.rank` out, or merge it first"
      )
    }
    var lora = LoRA()
    lora.rank = rank
    lora.alpha = alpha
    lora.targets = targets
    lora.dropout = dropout
    lora.isRankStabilized = isRankStabilized
    do {
      return try adapt(lora)
    } catch let fault as LoRA.Fault {
      throw TrainingError.configuration(key: "lora.\(fault.choice.rawValue)", reason: fault.reason)
    }
  }

  // A choice that would be passed over in silence was meant for something.
  private func refuseIdleChoices(hasAdapter: Bool) throws(TrainingError) {
    let plain = AdapterChoice()
    for (key, isPlain) in [
      ("alpha", alpha == plain.alpha), ("targets", targets.isEmpty), ("lora_dropout", dropout == 0),
      ("rslora", !isRankStabilized),
    ] where !isPlain {
      throw .configuration(
        key: "lora.\(key)", reason: "says nothing without `lora.rank`, which asks for a new adapter"
      )
    }
    guard !merges || hasAdapter else {
      throw .configuration(key: "lora.merge", reason: "there is no adapter to merge: set lora.rank")
    }
  }
}

/// Where trained models go: as adapters, or whole.
struct ModelSaver {
  private let choice: AdapterChoice
  private let base: String?
  private let storedType: DataType
  private let tokenizer: URL

  /// A saver.
  ///
  /// - Parameters:
  ///   - settings: What is saved, and in what type.
  ///   - base: The folder that training started from, if it did.
  ///   - tokenizer: The file that goes beside the weights.
  init(_ settings: ModelRunSettings, base: String?, tokenizer: URL) {
    choice = settings.lora
    storedType = settings.storedType
    self.base = base
    self.tokenizer = tokenizer
  }

  /// Writes a language model.
  func save(_ model: LanguageModel, in folder: URL) throws {
    if let name = try adapted(model.adapter) {
      try AdapterFolder(folder).save(model, base: name, as: storedType, tokenizer: tokenizer)
    } else {
      try ModelFolder(folder).save(model, as: storedType, tokenizer: tokenizer)
    }
  }

  /// Writes a reward model.
  func save(_ model: RewardModel, in folder: URL) throws {
    if let name = try adapted(model.adapter) {
      try AdapterFolder(folder).save(model, base: name, as: storedType, tokenizer: tokenizer)
    } else {
      try ModelFolder(folder).save(model, as: storedType, tokenizer: tokenizer)
    }
  }

  // The whole model under what is to be saved as an adapter: an adapter that was trained on names the one it had.
  private func adapted(_ adapter: Adapter?) throws -> String? {
    guard adapter != nil, !choice.merges, let base else { return nil }
    return try ModelFolder(URL(fileURLWithPath: base)).adapter?.base().url.relativePath ?? base
  }
}
