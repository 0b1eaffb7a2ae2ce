public import NeuralNetworks
public import Torch

/// V(s): one number per hidden state.
public struct ValueHead: Sendable {
  private let projection: Affine
  /// Its weights.
  public let parameters: Parameters

  /// A head; with deviation 0 it answers zero until it is trained, so that it does no harm at first.
  ///
  /// - Parameters:
  ///   - name: Its name in the weight file.
  ///   - width: The width of hidden states.
  ///   - standardDeviation: Of fresh weights.
  ///   - parameter: Where the weights come from.
  /// - Throws: `WeightError`.
  public init(
    _ name: String = "v_head", width: Int, standardDeviation: Double = 0,
    _ parameter: ParameterBuilder
  ) throws {
    let before = parameter.parameters.count
    projection = try Affine(
      name, from: width, to: 1, standardDeviation: standardDeviation, parameter,
      alternatives: { _ in [] })
    parameters = parameter.parameters.suffix(from: before)
  }

  /// [..., width] → [...].
  public func callAsFunction(_ hidden: Tensor) -> Tensor {
    let shape = hidden.shape
    return projection(hidden).reshaped(to: Array(shape.dropLast()))
  }
}

/// Q(s, a): one number per hidden state and token, computed only for the tokens asked about.
public struct ActionValueHead: Sendable {
  private let weight: Tensor
  private let bias: Tensor
  /// Its weights.
  public let parameters: Parameters

  /// A head; with deviation 0 it answers zero until it is trained.
  ///
  /// - Parameters:
  ///   - name: Its name in the weight file.
  ///   - width: The width of hidden states.
  ///   - actionCount: The number of tokens.
  ///   - standardDeviation: Of fresh weights.
  ///   - parameter: Where the weights come from.
  /// - Throws: `WeightError`.
  public init(
    _ name: String = "q_head", width: Int, actionCount: Int, standardDeviation: Double = 0,
    _ parameter: ParameterBuilder
  ) throws {
    let before = parameter.parameters.count
    weight = try parameter(
      "\(name).weight", [actionCount, width],
      standardDeviation == 0 ? .constant(0) : .normal(standardDeviation: standardDeviation))
    bias = try parameter("\(name).bias", [actionCount], .constant(0))
    parameters = parameter.parameters.suffix(from: before)
  }

  /// Q of the actions taken; the other actions' are never formed.
  ///
  /// - Parameters:
  ///   - hidden: [n, width].
  ///   - actions: [n] int64.
  /// - Returns: [n].
  public func callAsFunction(_ hidden: Tensor, actions: Tensor) -> Tensor {
    (hidden * weight.embedding(actions)).sum(along: -1) + bias.selecting(actions, along: 0)
  }

  /// Q of every action, for tests and small action sets.
  ///
  /// - Parameter hidden: [n, width].
  /// - Returns: [n, actions].
  public func all(_ hidden: Tensor) -> Tensor {
    hidden.matmul(weight.transposed()) + bias
  }
}
