public import Torch

/// Where the tensors of a checkpoint are read from.
public protocol TensorSource: Sendable {
  /// The file that errors name.
  var path: String { get }
  /// The names of all tensors, sorted.
  var names: [String] { get }
  /// Whether there is a tensor of that name.
  func contains(_ name: String) -> Bool
  /// The shape of a tensor, without reading it.
  ///
  /// - Parameter name: Its name.
  /// - Returns: The shape.
  /// - Throws: `WeightError.missing`.
  func shape(of name: String) throws(WeightError) -> [Int]
  /// A tensor, read from its file in its stored type.
  ///
  /// - Parameter name: Its name.
  /// - Returns: A tensor on the CPU.
  /// - Throws: `WeightError`, or `TensorError.memory`.
  func tensor(_ name: String) throws -> Tensor
}

extension SafeTensors: TensorSource {}
