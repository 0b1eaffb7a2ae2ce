public import Foundation
public import Torch

extension SafeTensors {
  /// Writes tensors to a file, all or nothing: a crash or a full disk leaves the file that was there before.
  ///
  /// - Parameters:
  ///   - parameters: What to write.
  ///   - url: The file.
  ///   - dataType: The type to store floating-point tensors in; nil keeps each one's own.
  ///   - metadata: Free text to store with the weights.
  /// - Throws: `WeightError.unwritable`.
  public static func write(
    _ parameters: Parameters, to url: URL, as dataType: DataType? = nil,
    metadata: [String: String] = ["format": "pt"]
  ) throws(WeightError) {
    var fields: [String: Any] = metadata.isEmpty ? [:] : ["__metadata__": metadata]
    var body = Data()
    for (name, tensor) in zip(parameters.names, parameters.tensors) {
      let stored = tensor.dataType.isFloatingPoint ? dataType ?? tensor.dataType : tensor.dataType
      let bytes = tensor.cast(to: stored).bytes
      fields[name] =
        [
          "dtype": storedTypes.first { $0.value == stored }?.key ?? "", "shape": tensor.shape,
          "data_offsets": [body.count, body.count + bytes.count],
        ] as [String: Any]
      body.append(contentsOf: bytes)
    }
    do {
      var header = try JSONSerialization.data(withJSONObject: fields, options: .sortedKeys)
      // The format aligns tensors to eight bytes by spaces after the header.
      header.append(contentsOf: [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8))
      var file = Data()
      withUnsafeBytes(of: UInt64(header.count).littleEndian) { file.append(contentsOf: $0) }
      file.append(header)
      file.append(body)
      try file.write(to: url, options: .atomic)
    } catch {
      throw .unwritable(file: url.path, reason: error.localizedDescription)
    }
  }
}
