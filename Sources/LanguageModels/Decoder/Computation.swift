import Torch

/// How a pass through a decoder is computed, whatever its weights are: what it costs, not what it means.
public struct Computation: Codable, Equatable, Sendable {
  /// The type that the matrix products of a pass are taken in.
  public enum Precision: String, Codable, Sendable, CaseIterable {
    /// That of the weights.
    case weights
    /// bfloat16 with sums in float32: weights, the residual stream, normalisations, the output projection and log-softmax stay
    /// as they are (what PyTorch calls autocast).
    case bfloat16
  }

  /// The type of matrix products.
  public var precision = Precision.weights
  /// Whether blocks keep only what goes into them while training and are computed again for their gradients: a third more work
  /// for memory that hardly grows with depth (gradient checkpointing; Chen and others 2016, arXiv 1604.06174).
  public var recomputesBlocks = false

  enum CodingKeys: String, CodingKey {
    case precision
    case recomputesBlocks = "gradient_checkpointing"
  }

  /// As the weights are, and keeping everything.
  public init() {}

  /// The type of matrix products over weights of a given type.
  func dataType(over weights: DataType) -> DataType {
    precision == .bfloat16 ? .bfloat16 : weights
  }
}
