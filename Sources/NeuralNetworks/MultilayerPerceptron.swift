import Foundation
public import Torch

/// Affine layers with a nonlinearity after each of them: the body of a small policy or critic.
///
/// Without layers it passes its input on; a linear head on that is a table when observations are one-hot.
public struct MultilayerPerceptron: Sendable {
  /// What follows each layer.
  public enum Activation: String, Codable, Sendable, CaseIterable {
    /// tanh, as in the policies of PPO's and TRPO's papers.
    case tanh
    /// max(0, x).
    case relu
  }

  private let layers: [Affine]
  private let activation: Activation
  /// The width of its output.
  public let outputWidth: Int

  /// A body named `name`, with layers `name.0`, `name.1` and so on.
  ///
  /// - Parameters:
  ///   - name: Its name in the weight file.
  ///   - inputs: The width of its input.
  ///   - widths: The width of each layer.
  ///   - activation: What follows each layer.
  ///   - parameter: Where the weights come from; fresh ones are orthogonal with gain √2, biases zero.
  /// - Throws: `WeightError`.
  public init(
    _ name: String, inputs: Int, widths: [Int], activation: Activation,
    _ parameter: ParameterBuilder
  ) throws {
    var layers: [Affine] = []
    for (index, pair) in zip([inputs] + widths, widths).enumerated() {
      layers.append(
        try Affine(
          "\(name).\(index)", from: pair.0, to: pair.1,
          initialization: .orthogonal(gain: 2.0.squareRoot()), parameter))
    }
    self.layers = layers
    self.activation = activation
    outputWidth = widths.last ?? inputs
  }

  /// What it makes of its input, and what a linear head on it makes of that.
  ///
  /// - Parameters:
  ///   - input: [n, inputs].
  ///   - head: A last layer without a nonlinearity.
  /// - Returns: [n, outputWidth], or as wide as the head.
  public func callAsFunction(_ input: Tensor, head: Affine? = nil) -> Tensor {
    guard let head, !layers.isEmpty, head.bias != nil else {
      let output = layers.isEmpty ? input : run(layers, input, endsLinear: false)
      return head.map { $0(output) } ?? output
    }
    return run(layers + [head], input, endsLinear: true)
  }

  private func run(_ layers: [Affine], _ input: Tensor, endsLinear: Bool) -> Tensor {
    input.perceptron(
      weights: layers.map(\.weight), biases: layers.compactMap(\.bias),
      isTanh: activation == .tanh, endsLinear: endsLinear)
  }
}

/// A matrix with orthonormal rows or columns, times a gain (Saxe, McClelland & Ganguli 2014, arXiv 1312.6120).
///
/// Normal draws, orthonormalised by Gram and Schmidt, twice for accuracy; the shorter side is orthonormal. For small layers:
/// O(rows · columns · min(rows, columns)) on the processor.
///
/// - Parameters:
///   - rows: How many rows.
///   - columns: How many columns.
///   - gain: The norm of the shorter side's vectors.
///   - generator: Where the draws come from.
/// - Returns: Row by row.
func orthogonalMatrix(rows: Int, columns: Int, gain: Double, generator: Generator) -> [Double] {
  let (count, length) = (min(rows, columns), max(rows, columns))
  var vectors: [[Double]] = []
  let draws = generator.normal([count * length], dataType: .float64).doubles
  for index in 0..<count {
    var vector = Array(draws[index * length..<(index + 1) * length])
    for _ in 0..<2 {
      for other in vectors {
        let overlap = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
        for place in vector.indices { vector[place] -= overlap * other[place] }
      }
    }
    let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    vectors.append(vector.map { $0 / norm })
  }
  return (0..<rows).flatMap { row in
    (0..<columns).map { column in
      gain * (rows <= columns ? vectors[row][column] : vectors[column][row])
    }
  }
}
