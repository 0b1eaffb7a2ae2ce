public import NeuralNetworks
public import Torch

/// A decoder that predicts the next token.
public struct LanguageModel: Sendable {
  /// Tokens to hidden states.
  public let trunk: Trunk
  /// All weights, under Hugging Face's names.
  public let parameters: Parameters
  /// The output projection [vocabulary, width]: the token embedding, or a matrix of its own.
  public let outputWeight: Tensor

  /// The shape.
  public var configuration: DecoderConfiguration { trunk.configuration }

  /// A model.
  ///
  /// - Parameters:
  ///   - configuration: The shape.
  ///   - parameter: Where the weights come from.
  /// - Throws: `WeightError`.
  public init(_ configuration: DecoderConfiguration, _ parameter: ParameterBuilder) throws {
    trunk = try Trunk(configuration, parameter)
    outputWeight =
      configuration.tiesEmbeddings
      ? trunk.tokenEmbedding
      : try parameter(
        "\(configuration.family.names.output).weight",
        [configuration.vocabularyCount, configuration.width],
        .normal(standardDeviation: configuration.initializerRange))
    parameters = parameter.parameters
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

  /// A second model with the same values and storage of its own.
  public func copy() throws -> LanguageModel {
    let builder = ParameterBuilder(
      generator: Generator(seed: 0), dataType: outputWeight.dataType, device: outputWeight.device)
    let twin = try LanguageModel(configuration, builder)
    twin.parameters.assign(parameters)
    return twin
  }
}
