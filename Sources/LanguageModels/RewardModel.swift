public import NeuralNetworks
public import Torch

/// r(x): one number for a whole text, read at its last real token.
///
/// Hugging Face's `GPT2ForSequenceClassification` with one label.
public struct RewardModel: Sendable {
  /// Tokens to hidden states.
  public let trunk: Trunk
  private let score: Tensor
  /// All weights but an adapter's.
  public let parameters: Parameters
  /// What low-rank adaptation adds to them, if it does, with a head of its own.
  public let adapter: Adapter?
  /// Scores are reported as (raw − mean) / deviation, so that KL coefficients have a meaning.
  public var normalization: Normalization

  /// What raw scores are of, and what they look like on reference texts.
  public struct Normalization: Codable, Equatable, Sendable {
    /// The mean of raw scores.
    public var mean: Double
    /// The standard deviation of raw scores.
    public var deviation: Double
    /// Whether scores are those of single tokens, learned from marks; nil, as in files that do not say, for whole texts.
    public var isPerToken: Bool?

    enum CodingKeys: String, CodingKey {
      case mean, deviation
      case isPerToken = "per_token"
    }

    /// Raw scores as they are.
    public static let identity = Normalization(mean: 0, deviation: 1)
    /// The log-odds that a token is good, as they are.
    public static let ofTokens = Normalization(mean: 0, deviation: 1, isPerToken: true)

    /// A normalisation.
    ///
    /// - Parameters:
    ///   - mean: The mean of raw scores.
    ///   - deviation: The standard deviation of raw scores.
    ///   - isPerToken: Whether scores are those of single tokens; nil for whole texts.
    public init(mean: Double, deviation: Double, isPerToken: Bool? = nil) {
      self.mean = mean
      self.deviation = deviation
      self.isPerToken = isPerToken
    }
  }

  /// Whether it was trained on marks, and scores single tokens.
  public var isPerToken: Bool { normalization.isPerToken ?? false }

  /// What training changes: the adapter where there is one, else all weights.
  public var trainedParameters: Parameters { adapter?.parameters ?? parameters }

  /// What files call the head.
  static let headName = "score.weight"

  /// Whether training with a dropout generator drops anything.
  public var hasDropout: Bool {
    configuration.hasDropout || (adapter?.configuration.dropout ?? 0) > 0
  }

  /// The shape.
  public var configuration: DecoderConfiguration { trunk.configuration }

  /// A model, whose fresh head is drawn from N(0, 1/(width + 1)).
  ///
  /// The head follows Ziegler and others (2019).
  ///
  /// - Parameters:
  ///   - configuration: The shape.
  ///   - normalization: What raw scores look like on reference texts.
  ///   - parameter: Where the weights come from.
  /// - Throws: `WeightError`.
  public init(
    _ configuration: DecoderConfiguration, normalization: Normalization = .identity,
    _ parameter: ParameterBuilder
  ) throws {
    try self.init(configuration, normalization: normalization, parameter, adapter: nil)
  }

  init(
    _ configuration: DecoderConfiguration, normalization: Normalization,
    _ parameter: ParameterBuilder, adapter: AdapterBuilder?
  ) throws {
    trunk = try Trunk(configuration, parameter, adapter: adapter)
    let head = try parameter(
      RewardModel.headName, [1, configuration.width],
      .normal(standardDeviation: 1 / Double(configuration.width + 1).squareRoot()))
    score = try adapter?.head(RewardModel.headName, startingAt: head) ?? head
    parameters = parameter.parameters
    self.adapter = adapter?.adapter
    self.normalization = normalization
  }

  /// A model on a language model's trunk, copied, with a fresh head.
  ///
  /// - Parameters:
  ///   - base: Whose weights it starts from; one without an adapter.
  ///   - generator: Draws the head.
  /// - Throws: `WeightError`.
  public init(on base: LanguageModel, headFrom generator: Generator) throws {
    precondition(base.adapter == nil, "merge the adapter first")
    try self.init(
      base.configuration,
      ParameterBuilder(
        generator: generator, dataType: base.outputWeight.dataType,
        device: base.outputWeight.device))
    let known = Dictionary(
      uniqueKeysWithValues: zip(base.parameters.names, base.parameters.tensors))
    for (name, tensor) in zip(parameters.names, parameters.tensors) {
      if let value = known[name] { tensor.assign(value.detached()) }
    }
  }

  /// Raw scores of whole texts.
  ///
  /// - Parameters:
  ///   - batch: Right-padded texts.
  ///   - dropout: Where dropout masks come from, while training.
  /// - Returns: [batch].
  public func rawScores(_ batch: TokenBatch, dropout: Generator? = nil) -> Tensor {
    rawScores(
      ofStates: trunk.states(
        at: batch.lastPositions, of: batch.tokens,
        batch.reading(Trunk.Context(dropout: dropout))))
  }

  /// Raw scores from hidden states [batch, time, width] of whole texts.
  public func rawScores(hidden: Tensor, _ batch: TokenBatch) -> Tensor {
    rawScores(ofStates: hidden.rows(at: batch.lastPositions))
  }

  /// Raw scores of single tokens, each read with all that stands before it and nothing that comes after.
  ///
  /// A model that was trained on marks says the log-odds that somebody calls a token good: D = σ(score) (TLCR, arXiv 2407.16574).
  ///
  /// - Parameters:
  ///   - layout: Which tokens are asked about.
  ///   - dropout: Where dropout masks come from, while training.
  /// - Returns: [n], one for each of the layout's tokens.
  public func rawScores(ofTokens layout: ResponseLayout, dropout: Generator? = nil) -> Tensor {
    rawScores(
      ofStates: trunk.states(
        at: layout.readers, of: layout.batch.tokens,
        layout.batch.reading(Trunk.Context(dropout: dropout))))
  }

  private func rawScores(ofStates last: Tensor) -> Tensor {
    last.matmul(score.transposed()).squeezed(-1)
  }

  /// Normalised scores of whole texts.
  ///
  /// - Parameters:
  ///   - texts: Token sequences, none empty.
  ///   - rows: Texts per forward pass.
  /// - Returns: One score per text.
  public func scores(_ texts: [[Int]], rows: Int = 64) -> [Double] {
    // Texts of like length share a pass, so that little of it is padding.
    let order = texts.indices.sorted { texts[$0].count < texts[$1].count }
    var scores = [Double](repeating: 0, count: texts.count)
    for start in stride(from: 0, to: order.count, by: rows) {
      let chunk = order[start..<min(start + rows, order.count)]
      let batch = TokenBatch(chunk.map { texts[$0] }, device: score.device)
      for (index, raw) in zip(chunk, rawScores(batch).doubles) {
        scores[index] = (raw - normalization.mean) / normalization.deviation
      }
    }
    return scores
  }
}
