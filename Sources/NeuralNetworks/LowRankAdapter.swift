public import Torch

/// What low-rank adaptation adds to a projection: s·B·A·dropout(x), whose A and B are all that is trained (Hu and others
/// 2021, arXiv 2106.09685).
public struct LowRankAdapter: Sendable {
  /// A [rank, in].
  public let down: Tensor
  /// B [out, rank].
  public let up: Tensor
  /// s.
  public let scale: Double
  /// The share of inputs that are set to zero while training.
  public let dropout: Double

  /// An adapter of given weights.
  public init(down: Tensor, up: Tensor, scale: Double, dropout: Double = 0) {
    self.down = down
    self.up = up
    self.scale = scale
    self.dropout = dropout
  }

  /// An adapter named `name` in the weight file, as PEFT names and starts it: A is uniform in ±1/√in (He and others' rule with
  /// the slope √5), B is zero, so that nothing is added until it is trained.
  ///
  /// - Parameters:
  ///   - name: The projection's name.
  ///   - inputs: The width of its input.
  ///   - outputs: The width of its output.
  ///   - rank: The width between A and B.
  ///   - scale: s.
  ///   - dropout: The share of inputs that are set to zero while training.
  ///   - parameter: Where the weights come from.
  /// - Throws: `WeightError`.
  public init(
    _ name: String, from inputs: Int, to outputs: Int, rank: Int, scale: Double, dropout: Double,
    _ parameter: ParameterBuilder
  ) throws {
    self.init(
      down: try parameter(
        "\(name).lora_A.weight", [rank, inputs],
        .uniform(bound: 1 / Double(inputs).squareRoot())),
      up: try parameter("\(name).lora_B.weight", [outputs, rank], .constant(0)), scale: scale,
      dropout: dropout)
  }

  /// [..., in] → [..., out].
  ///
  /// - Parameters:
  ///   - input: What the projection reads.
  ///   - generator: Where dropout masks come from, while training.
  /// - Returns: What is added to the projection's output.
  public func callAsFunction(_ input: Tensor, dropout generator: Generator? = nil) -> Tensor {
    let kept = generator?.dropout(input, probability: dropout) ?? input
    // The scale goes to the few numbers in between.
    let (down, up) = (down.asType(of: input), up.asType(of: input))
    return (kept.matmul(down.transposed()) * scale).matmul(up.transposed())
  }

  /// s·B·A [out, in], what merging adds to the projection's weight.
  public var change: Tensor { up.matmul(down) * scale }
}
