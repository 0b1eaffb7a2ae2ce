public import Foundation
public import Torch

/// A weight file in the safetensors format, mapped into memory and read on demand.
///
/// Format: eight bytes with the length of a JSON header (little-endian), the header, the tensors' bytes. Every offset is
/// checked when the file is opened, so that a truncated or lying file is refused before anything is read from it.
public struct SafeTensors: Sendable {
  private struct Entry: Sendable {
    var dataType: DataType
    var shape: [Int]
    var bytes: Range<Int>
  }

  /// The file, as given.
  public let path: String
  private let data: Data
  private let entries: [String: Entry]
  /// Free text that was stored with the weights.
  public let metadata: [String: String]

  /// The names of all tensors, sorted.
  public var names: [String] { entries.keys.sorted() }

  /// Opens a file.
  ///
  /// - Parameter url: The file.
  /// - Throws: `WeightError` if it cannot be read or is not a sound safetensors file.
  public init(contentsOf url: URL) throws(WeightError) {
    path = url.path
    do {
      data = try Data(contentsOf: url, options: .alwaysMapped)
    } catch {
      throw .unreadable(file: url.path, reason: error.localizedDescription)
    }
    let header = try SafeTensors.header(of: data, path: path)
    let start = 8 + header.length
    var entries: [String: Entry] = [:]
    var metadata: [String: String] = [:]
    for (name, value) in header.fields {
      if name == "__metadata__" {
        metadata = value as? [String: String] ?? [:]
      } else {
        entries[name] = try SafeTensors.entry(
          name, value, dataStart: start, fileLength: data.count, path: path)
      }
    }
    try SafeTensors.checkLayout(entries, dataStart: start, fileLength: data.count, path: path)
    self.entries = entries
    self.metadata = metadata
  }

  // The format allows no overlap and no bytes that belong to no tensor.
  private static func checkLayout(
    _ entries: [String: Entry], dataStart: Int, fileLength: Int, path: String
  ) throws(WeightError) {
    let order = entries.sorted {
      ($0.value.bytes.lowerBound, $0.value.bytes.upperBound, $0.key)
        < ($1.value.bytes.lowerBound, $1.value.bytes.upperBound, $1.key)
    }
    var end = dataStart
    for (name, entry) in order {
      let start = entry.bytes.lowerBound
      guard start >= end else {
        throw .malformed(
          file: path,
          reason: "tensor '\(name)' starts at byte \(start - dataStart), "
            + "inside another that ends at \(end - dataStart)")
      }
      guard start == end else { break }
      end = entry.bytes.upperBound
    }
    let next = order.first { $0.value.bytes.lowerBound > end }?.value.bytes.lowerBound ?? fileLength
    guard end == next else {
      throw .malformed(
        file: path,
        reason: "bytes \(end - dataStart) to \(next - dataStart) belong to no tensor")
    }
  }

  private static func header(of data: Data, path: String) throws(WeightError) -> (
    length: Int, fields: [String: Any]
  ) {
    guard data.count >= 8 else {
      throw .malformed(file: path, reason: "\(data.count) bytes are too few for a header")
    }
    let length = data.prefix(8).enumerated().reduce(UInt64(0)) {
      $0 | UInt64($1.element) << UInt64(8 * $1.offset)
    }
    guard length <= UInt64(data.count - 8) else {
      throw .malformed(
        file: path,
        reason: "the header says \(length) bytes, the file has \(data.count - 8) more: truncated?")
    }
    let json = data.subdata(in: 8..<8 + Int(length))
    guard let fields = try? JSONSerialization.jsonObject(with: json) as? [String: Any] else {
      throw .malformed(file: path, reason: "the header is not a JSON object")
    }
    return (Int(length), fields)
  }

  private static func entry(
    _ name: String, _ value: Any, dataStart: Int, fileLength: Int, path: String
  ) throws(WeightError) -> Entry {
    guard let fields = value as? [String: Any], let type = fields["dtype"] as? String,
      let shape = fields["shape"] as? [Int], let offsets = fields["data_offsets"] as? [Int],
      offsets.count == 2, shape.allSatisfy({ $0 >= 0 })
    else {
      throw .malformed(file: path, reason: "tensor '\(name)' lacks dtype, shape or data_offsets")
    }
    guard let dataType = storedTypes[type] else {
      throw .malformed(
        file: path, reason: "tensor '\(name)' has dtype \(type), which Rein cannot read")
    }
    var count = dataType.byteCount
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow else {
        throw .malformed(file: path, reason: "tensor '\(name)' has an impossible shape \(shape)")
      }
      count = product
    }
    guard offsets[0] >= 0, offsets[1] >= offsets[0], offsets[1] <= fileLength - dataStart else {
      throw .malformed(
        file: path,
        reason: "tensor '\(name)' lies at bytes \(offsets) of \(fileLength - dataStart): truncated?"
      )
    }
    guard offsets[1] - offsets[0] == count else {
      throw .malformed(
        file: path,
        reason:
          "tensor '\(name)' has \(offsets[1] - offsets[0]) bytes, its shape \(shape) needs \(count)"
      )
    }
    return Entry(
      dataType: dataType, shape: shape, bytes: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  /// Whether the file holds a tensor of that name.
  public func contains(_ name: String) -> Bool { entries[name] != nil }

  /// The shape of a tensor, without reading it.
  ///
  /// - Parameter name: Its name.
  /// - Returns: The shape.
  /// - Throws: `WeightError.missing`.
  public func shape(of name: String) throws(WeightError) -> [Int] {
    guard let entry = entries[name] else { throw .missing(file: path, tensor: name) }
    return entry.shape
  }

  /// A tensor, copied from the file in its stored type.
  ///
  /// - Parameter name: Its name.
  /// - Returns: A tensor on the CPU.
  /// - Throws: `WeightError.missing`, or `TensorError.memory`.
  public func tensor(_ name: String) throws -> Tensor {
    guard let entry = entries[name] else { throw WeightError.missing(file: path, tensor: name) }
    return try data.withUnsafeBytes { bytes in
      try Tensor(
        bytes: UnsafeRawBufferPointer(rebasing: bytes[entry.bytes]), shape: entry.shape,
        dataType: entry.dataType)
    }
  }

  static let storedTypes: [String: DataType] = [
    "F32": .float32, "F64": .float64, "BF16": .bfloat16, "F16": .float16, "I64": .int64,
    "I32": .int32, "U8": .uint8, "BOOL": .bool,
  ]
}
