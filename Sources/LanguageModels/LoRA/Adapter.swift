public import NeuralNetworks
import Torch

/// What low-rank adaptation has trained, or will train, on a model.
public struct Adapter: Sendable {
  /// The choices, with every target written out.
  public let configuration: LoRA
  /// All that is trained, under PEFT's names: A and B of every adapted projection, and a new head if there is one.
  public let parameters: Parameters
  // By the names of the weights that they change.
  let layers: [String: LowRankAdapter]
  let heads: [String: Tensor]

  /// Before the name of a weight in PEFT's files.
  static let prefix = "base_model.model."

  /// Weights with the adapter in them: W + s·B·A in place of W, a trained head in place of its start; the others are the same
  /// tensors.
  func merged(into weights: Parameters, storesInputsFirst: Bool) -> Parameters {
    Tensor.withoutRecording {
      var merged = Parameters()
      for (name, tensor) in zip(weights.names, weights.tensors) {
        let change = layers[name].map { storesInputsFirst ? $0.change.transposed() : $0.change }
        merged.append(name, change.map { tensor + $0 } ?? heads[name] ?? tensor)
      }
      return merged
    }
  }
}

/// Makes a model's adapter, projection by projection, while the model is made.
final class AdapterBuilder {
  private let configuration: LoRA
  private let parameter: ParameterBuilder
  private var layers: [String: LowRankAdapter] = [:]
  private var heads: [String: Tensor] = [:]

  /// - Parameters:
  ///   - configuration: The choices, resolved for the model.
  ///   - parameter: Where the adapter's weights come from.
  init(_ configuration: LoRA, _ parameter: ParameterBuilder) {
    self.configuration = configuration
    self.parameter = parameter
  }

  /// What was made so far.
  var adapter: Adapter {
    Adapter(
      configuration: configuration, parameters: parameter.parameters, layers: layers, heads: heads)
  }

  /// A projection with its adapter, where it is to have one.
  func adapted(_ layer: Affine, _ path: String, from inputs: Int, to outputs: Int) throws -> Affine
  {
    guard configuration.targets.contains(where: { LoRA.target($0, means: path) }) else {
      return layer
    }
    let adapter = try LowRankAdapter(
      Adapter.prefix + path, from: inputs, to: outputs, rank: configuration.rank,
      scale: configuration.scale, dropout: configuration.dropout, parameter)
    layers["\(path).weight"] = adapter
    return layer.adapted(by: adapter)
  }

  /// A head that is trained as a whole, from where it is on, or as a file has it.
  func head(_ name: String, startingAt start: Tensor) throws -> Tensor {
    let head = try parameter(Adapter.prefix + name, start.shape, .constant(0))
    if parameter.drawn.last == Adapter.prefix + name { head.assign(start) }
    heads[name] = head
    return head
  }
}
