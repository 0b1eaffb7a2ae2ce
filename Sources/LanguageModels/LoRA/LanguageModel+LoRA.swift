import NeuralNetworks
public import Torch

extension LanguageModel {
  /// This model with a fresh adapter, which changes nothing until it is trained.
  ///
  /// The weights are this model's own, in the same storage, and not trained any more. An adapter that is there is left out.
  ///
  /// - Parameters:
  ///   - lora: What is adapted, and how.
  ///   - generator: Draws A.
  /// - Returns: The model to train.
  /// - Throws: `LoRA.Fault`.
  public func adapted(by lora: LoRA, using generator: Generator) throws -> LanguageModel {
    try adapted(
      by: lora,
      ParameterBuilder(
        generator: generator, dataType: outputWeight.dataType, device: outputWeight.device))
  }

  func adapted(by lora: LoRA, _ parameter: ParameterBuilder) throws -> LanguageModel {
    try LanguageModel(
      configuration, ParameterBuilder(sharing: parameters),
      adapter: AdapterBuilder(lora.resolved(for: configuration), parameter))
  }

  /// The model with the adapter off, over the same weights in the same storage: a reference at no memory.
  public var base: LanguageModel {
    get throws { try LanguageModel(configuration, ParameterBuilder(sharing: parameters)) }
  }

  /// The model with its adapter merged into its weights, for use and not for training; weights that the adapter does not change
  /// are shared with this model.
  ///
  /// - Returns: A model without an adapter; this one if it has none.
  /// - Throws: `WeightError`.
  public func merged() throws -> LanguageModel {
    guard let adapter else { return self }
    let weights = adapter.merged(
      into: parameters, storesInputsFirst: configuration.family.storesInputsFirst)
    return try LanguageModel(configuration, ParameterBuilder(sharing: weights))
  }
}

extension RewardModel {
  /// This model with a fresh adapter, and a head that is trained as a whole.
  ///
  /// The other weights are this model's own, in the same storage, and not trained any more. An adapter that is there is left out.
  ///
  /// - Parameters:
  ///   - lora: What is adapted, and how.
  ///   - generator: Draws A.
  /// - Returns: The model to train.
  /// - Throws: `LoRA.Fault`.
  public func adapted(by lora: LoRA, using generator: Generator) throws -> RewardModel {
    let weight = trunk.tokenEmbedding
    return try adapted(
      by: lora,
      ParameterBuilder(generator: generator, dataType: weight.dataType, device: weight.device))
  }

  func adapted(by lora: LoRA, _ parameter: ParameterBuilder) throws -> RewardModel {
    try RewardModel(
      configuration, normalization: normalization, ParameterBuilder(sharing: parameters),
      adapter: AdapterBuilder(lora.resolved(for: configuration), parameter))
  }

  /// The model with its adapter merged into its weights, for use and not for training; weights that the adapter does not change
  /// are shared with this model.
  ///
  /// - Returns: A model without an adapter; this one if it has none.
  /// - Throws: `WeightError`.
  public func merged() throws -> RewardModel {
    guard let adapter else { return self }
    let weights = adapter.merged(
      into: parameters, storesInputsFirst: configuration.family.storesInputsFirst)
    return try RewardModel(
      configuration, normalization: normalization, ParameterBuilder(sharing: weights))
  }
}
