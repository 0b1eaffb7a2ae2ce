import Files
public import Foundation
public import Torch

extension SafeTensors {
  /// Writes tensors to a file, all or nothing: a crash or a full disk leaves the file that was there before.
  ///
  /// Tensors go out a piece at a time, so that no second copy of them is ever in memory.
  ///
  /// - Parameters:
  ///   - parameters: What to write, each under a name of its own.
  ///   - url: The file.
  ///   - dataType: The type to store floating-point tensors in; nil keeps each one's own.
  ///   - metadata: Free text to store with the weights.
  /// - Throws: `WeightError.unwritable`.
  public static func write(
    _ parameters: Parameters, to url: URL, as dataType: DataType? = nil,
    metadata: [String: String] = ["format": "pt"]
  ) throws(WeightError) {
    precondition(
      Set(parameters.names).count == parameters.count, "two tensors of one name in \(url.path)")
    do {
      try AtomicFile.write(to: url) { file in
        try header(parameters, dataType, metadata).withUnsafeBytes { try file.write($0) }
        for tensor in parameters.tensors {
          try write(tensor, as: storedType(tensor, dataType), to: file)
        }
      }
    } catch .unwritable(let file, let reason) {
      throw .unwritable(file: file, reason: reason)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  private static func storedType(_ tensor: Tensor, _ dataType: DataType?) -> DataType {
    tensor.dataType.isFloatingPoint ? dataType ?? tensor.dataType : tensor.dataType
  }

  private static func header(
    _ parameters: Parameters, _ dataType: DataType?, _ metadata: [String: String]
  ) throws -> Data {
    var fields: [String: Any] = metadata.isEmpty ? [:] : ["__metadata__": metadata]
    var end = 0
    for (name, tensor) in zip(parameters.names, parameters.tensors) {
      let (stored, start) = (storedType(tensor, dataType), end)
      end += tensor.count * stored.byteCount
      fields[name] =
        [
          "dtype": storedTypes.first { $0.value == stored }?.key ?? "", "shape": tensor.shape,
          "data_offsets": [start, end],
        ] as [String: Any]
    }
    var header = try JSONSerialization.data(withJSONObject: fields, options: .sortedKeys)
    // The format aligns tensors to eight bytes by spaces after the header.
    header.append(contentsOf: [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8))
    return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header
  }

  private static let elementsPerPiece = 1 << 22

  private static func write(_ tensor: Tensor, as stored: DataType, to file: GrowingFile) throws {
    let flat = tensor.detached().reshaped(-1)
    for start in stride(from: 0, to: flat.count, by: elementsPerPiece) {
      let piece = flat.slice(0, start..<min(start + elementsPerPiece, flat.count))
      try piece.cast(to: stored).withBytes { try file.write($0) }
    }
  }
}
