public import NeuralNetworks
public import Torch

/// A decoder that predicts the next token.
public struct LanguageModel: Sendable {
  /// Tokens to hidden states.
  public let trunk: Trunk
  /// All weights but an adapter's, under Hugging Face's names.
  public let parameters: Parameters
  /// What low-rank adaptation adds to them, if it does.
  public let adapter: Adapter?
  /// The output projection [vocabulary, width]: the token embedding, or a matrix of its own.
  public let outputWeight: Tensor

  /// What training changes: the adapter where there is one, else all weights.
  public var trainedParameters: Parameters { adapter?.parameters ?? parameters }

  /// Whether training with a dropout generator drops anything.
  public var hasDropout: Bool {
    configuration.hasDropout || (adapter?.configuration.dropout ?? 0) > 0
  }

  /// The shape.
  public var configuration: DecoderConfiguration { trunk.configuration }

  /// A model.
  ///
  /// - Parameters:
  ///   - configuration: The shape.
  ///   - parameter: Where the weights come from.
  /// - Throws: `WeightError`.
  public init(_ configuration: DecoderConfiguration, _ parameter: ParameterBuilder) throws {
    try self.init(configuration, parameter, adapter: nil)
  }

  init(
    _ configuration: DecoderConfiguration, _ parameter: ParameterBuilder, adapter: AdapterBuilder?
  ) throws {
    trunk = try Trunk(configuration, parameter, adapter: adapter)
    outputWeight =
      configuration.tiesEmbeddings
      ? trunk.tokenEmbedding
      : try parameter(
        "\(configuration.family.names.output).weight",
        [configuration.vocabularyCount, configuration.width],
        .normal(standardDeviation: configuration.initializerRange))
    parameters = parameter.parameters
    self.adapter = adapter?.adapter
  }

  /// Scores of every token at every place.
  ///
  /// For tests and single sequences: training never holds these for a batch.
  ///
  /// - Parameters:
  ///   - tokens: [batch, time] int64.
  ///   - context: Positions, mask, cache, dropout.
  /// - Returns: [batch, time, vocabulary].
  public func logits(_ tokens: Tensor, _ context: Trunk.Context = Trunk.Context()) -> Tensor {
    logits(ofHidden: trunk(tokens, context))
  }

  /// Scores of every token for given hidden states [..., width].
  public func logits(ofHidden hidden: Tensor) -> Tensor {
    hidden.matmul(outputWeight.transposed())
  }

  /// A second model with the same values, and storage of its own for all that is trained.
  public func copy() throws -> LanguageModel {
    if let adapter {
      let twin = try adapted(by: adapter.configuration, using: Generator(seed: 0))
      twin.trainedParameters.assign(trainedParameters)
      return twin
    }
    let builder = ParameterBuilder(
      generator: Generator(seed: 0), dataType: outputWeight.dataType, device: outputWeight.device)
    let twin = try LanguageModel(configuration, builder)
    twin.parameters.assign(parameters)
    return twin
  }
}
