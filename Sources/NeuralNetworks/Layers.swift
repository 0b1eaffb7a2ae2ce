public import Torch

/// y = x·W + b with W stored as [in, out], the layout of GPT-2's checkpoints, or as [out, in], that of most others.
public struct Affine: Sendable {
  /// [in, out], or [out, in].
  public let weight: Tensor
  /// [out].
  public let bias: Tensor?
  /// What is added to it by low rank, if anything is.
  public private(set) var adapter: LowRankAdapter?
  private let storesInputsFirst: Bool

  /// A layer named `name` in the weight file.
  public init(
    _ name: String, from inputs: Int, to outputs: Int, hasBias: Bool = true,
    storesInputsFirst: Bool = true, standardDeviation: Double, _ parameter: ParameterBuilder,
    alternatives: (String) -> [String]
  ) throws {
    self.storesInputsFirst = storesInputsFirst
    weight = try parameter(
      "\(name).weight", storesInputsFirst ? [inputs, outputs] : [outputs, inputs],
      .normal(standardDeviation: standardDeviation),
      alternatives: alternatives("\(name).weight"))
    bias = try parameter.bias(name, hasBias ? outputs : nil, alternatives)
  }

  /// A layer whose weights start in a given way.
  ///
  /// - Parameters:
  ///   - name: Its name in the weight file.
  ///   - inputs: The width of its input.
  ///   - outputs: The width of its output.
  ///   - hasBias: Whether something is added.
  ///   - initialization: How fresh weights are made; biases start at zero.
  ///   - parameter: Where the weights come from.
  /// - Throws: `WeightError`.
  public init(
    _ name: String, from inputs: Int, to outputs: Int, hasBias: Bool = true,
    initialization: Initialization, _ parameter: ParameterBuilder
  ) throws {
    storesInputsFirst = true
    weight = try parameter("\(name).weight", [inputs, outputs], initialization)
    bias = hasBias ? try parameter("\(name).bias", [outputs], .constant(0)) : nil
  }

  /// The same layer with an adapter on it.
  public func adapted(by adapter: LowRankAdapter) -> Affine {
    var layer = self
    layer.adapter = adapter
    return layer
  }

  /// [..., in] → [..., out], in the input's type.
  ///
  /// - Parameters:
  ///   - input: [..., in].
  ///   - dropout: Where an adapter's dropout masks come from, while training.
  /// - Returns: [..., out].
  public func callAsFunction(_ input: Tensor, dropout: Generator? = nil) -> Tensor {
    let weight = weight.asType(of: input)
    let output = input.affine(
      weight: storesInputsFirst ? weight : weight.transposed(), bias: bias?.asType(of: input))
    return adapter.map { output + $0(input, dropout: dropout) } ?? output
  }
}

extension Tensor {
  /// The tensor in another one's type; itself where it has it.
  func asType(of other: Tensor) -> Tensor {
    dataType == other.dataType ? self : cast(to: other.dataType)
  }
}

/// Numbers of one size over the last dimension.
public struct Normalization: Sendable {
  /// How the size is taken.
  public enum Kind: Equatable, Sendable {
    /// (x − mean) / √(variance + ε) · weight + bias (Ba and others 2016, arXiv 1607.06450).
    case layer
    /// x / √(mean of x² + ε) · weight (Zhang and Sennrich 2019, arXiv 1910.07467).
    case rootMeanSquare
  }

  /// [width].
  public let weight: Tensor
  /// [width]; only ``Kind/layer`` has one.
  public let bias: Tensor?
  /// ε.
  public let epsilon: Double

  /// A layer named `name` in the weight file.
  public init(
    _ kind: Kind, _ name: String, width: Int, epsilon: Double, _ parameter: ParameterBuilder,
    alternatives: (String) -> [String]
  ) throws {
    weight = try parameter(
      "\(name).weight", [width], .constant(1), alternatives: alternatives("\(name).weight"))
    bias = try parameter.bias(name, kind == .layer ? width : nil, alternatives)
    self.epsilon = epsilon
  }

  /// [..., width] → [..., width].
  public func callAsFunction(_ input: Tensor) -> Tensor {
    if let bias { return input.layerNormalized(weight: weight, bias: bias, epsilon: epsilon) }
    return input.rootMeanSquareNormalized(weight: weight, epsilon: epsilon)
  }
}

extension ParameterBuilder {
  // A file that has a bias where the layer has none is another model's.
  fileprivate func bias(_ layer: String, _ width: Int?, _ alternatives: (String) -> [String])
    throws -> Tensor?
  {
    let name = "\(layer).bias"
    guard let width else {
      try without(name, alternatives: alternatives(name))
      return nil
    }
    return try self(name, [width], .constant(0), alternatives: alternatives(name))
  }
}

/// Dropout with a generator of its own, switched on by being passed.
public struct Dropout: Sendable {
  /// The share of elements set to zero.
  public let probability: Double
  /// Where the masks come from.
  public let generator: Generator

  /// Dropout with a probability.
  public init(probability: Double, generator: Generator) {
    self.probability = probability
    self.generator = generator
  }

  /// The tensor with a share of its elements set to zero and the others scaled up.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    generator.dropout(input, probability: probability)
  }
}
