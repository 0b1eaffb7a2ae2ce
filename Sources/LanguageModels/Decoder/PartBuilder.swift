import NeuralNetworks
import Torch

/// Makes a decoder's parts under its family's names and in its family's layout.
struct PartBuilder {
  let configuration: DecoderConfiguration
  let names: WeightNames
  private let parameter: ParameterBuilder
  private let adapter: AdapterBuilder?

  init(
    _ configuration: DecoderConfiguration, _ parameter: ParameterBuilder, adapter: AdapterBuilder?
  ) {
    self.configuration = configuration
    self.parameter = parameter
    self.adapter = adapter
    names = configuration.family.names
  }

  /// How many parameters there are so far, the model's and its adapter's.
  var counts: (own: Int, adapter: Int) {
    (parameter.parameters.count, adapter?.adapter.parameters.count ?? 0)
  }

  /// The parameters made since there were so many.
  func tensors(since counts: (own: Int, adapter: Int)) -> [Tensor] {
    let adapted = adapter?.adapter.parameters.tensors ?? []
    return Array(parameter.parameters.tensors[counts.own...] + adapted[counts.adapter...])
  }

  /// A table [count, width].
  func embedding(_ name: String, count: Int) throws -> Tensor {
    try parameter(
      "\(name).weight", [count, configuration.width],
      .normal(standardDeviation: configuration.initializerRange),
      alternatives: names.bare("\(name).weight"))
  }

  /// The family's normalisation, of hidden states unless a width is given.
  func normalization(_ name: String, width: Int? = nil) throws -> Normalization {
    try Normalization(
      configuration.normalization, name, width: width ?? configuration.width,
      epsilon: configuration.normalizationEpsilon, parameter, alternatives: names.bare)
  }

  /// Refuses a file that has a normalisation which the shape rules out.
  func withoutNormalization(_ name: String) throws {
    try parameter.without("\(name).weight", alternatives: names.bare("\(name).weight"))
  }

  /// A projection, with its adapter if it is to have one.
  ///
  /// Outputs that are added to the residual stream start smaller in GPT-2, by √(2 · layers) (Radford and others 2019).
  func affine(
    _ name: String, from inputs: Int, to outputs: Int, bias: DecoderConfiguration.Biases,
    isResidual: Bool = false
  ) throws -> Affine {
    var deviation = configuration.initializerRange
    if isResidual && configuration.family == .gpt2 {
      deviation /= (2 * Double(configuration.layerCount)).squareRoot()
    }
    let layer = try Affine(
      name, from: inputs, to: outputs, hasBias: configuration.biases.contains(bias),
      storesInputsFirst: configuration.family.storesInputsFirst, standardDeviation: deviation,
      parameter, alternatives: names.bare)
    return try adapter?.adapted(layer, name, from: inputs, to: outputs) ?? layer
  }
}
