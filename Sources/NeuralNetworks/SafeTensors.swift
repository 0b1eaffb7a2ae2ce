public import Foundation
public import Torch

/// A weight file in the safetensors format, read tensor by tensor on demand.
///
/// Format: eight bytes with the length of a JSON header (little-endian), the header, the tensors' bytes. Every offset is
/// checked when the file is opened, so that a truncated or lying file is refused before anything is read from it.
public struct SafeTensors: Sendable {
  private struct Entry: Sendable {
    var dataType: DataType
    var shape: [Int]
    var bytes: Range<Int>
  }

  private let file: RegularFile
  private let entries: [String: Entry]
  /// Free text that was stored with the weights.
  public let metadata: [String: String]

  /// The file, as given.
  public var path: String { file.path }

  /// The names of all tensors, sorted.
  public var names: [String] { entries.keys.sorted() }

  /// Opens a file.
  ///
  /// - Parameter url: The file.
  /// - Throws: `WeightError` if it cannot be read or is not a sound safetensors file.
  public init(contentsOf url: URL) throws(WeightError) {
    file = try RegularFile(url)
    let (header, start) = try SafeTensors.header(of: file)
    var entries: [String: Entry] = [:]
    for (name, stored) in header.tensors {
      entries[name] = try SafeTensors.entry(name, stored, dataStart: start, in: file)
    }
    try SafeTensors.checkLayout(
      entries, dataStart: start, fileLength: file.byteCount, path: file.path)
    self.entries = entries
    metadata = header.metadata
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

  private static func entry(
    _ name: String, _ stored: Header.Stored, dataStart: Int, in file: RegularFile
  ) throws(WeightError) -> Entry {
    let malformed = { (fault: String) in
      WeightError.malformed(file: file.path, reason: "tensor '\(name)' \(fault)")
    }
    let (shape, offsets, room) = (stored.shape, stored.data_offsets, file.byteCount - dataStart)
    guard offsets.count == 2, shape.allSatisfy({ $0 >= 0 }) else {
      throw malformed("lacks dtype, shape or data_offsets")
    }
    guard let dataType = storedTypes[stored.dtype] else {
      throw malformed("has dtype \(stored.dtype), which Rein cannot read")
    }
    guard shape.count <= mostDimensions, let size = byteCount(of: shape, dataType) else {
      throw malformed("has an impossible shape \(shape.prefix(mostDimensions))")
    }
    guard offsets[0] >= 0, offsets[1] >= offsets[0], offsets[1] <= room else {
      throw malformed("lies at bytes \(offsets) of \(room): truncated?")
    }
    guard offsets[1] - offsets[0] == size else {
      throw malformed("has \(offsets[1] - offsets[0]) bytes, its shape \(shape) needs \(size)")
    }
    return Entry(
      dataType: dataType, shape: shape, bytes: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  // libtorch's loops go no deeper.
  private static let mostDimensions = 64

  // Nil where it, or the strides of a tensor without elements, leaves the range of whole numbers.
  private static func byteCount(of shape: [Int], _ dataType: DataType) -> Int? {
    var count = dataType.byteCount
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: max(length, 1))
      guard !overflow else { return nil }
      count = product
    }
    return shape.contains(0) ? 0 : count
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

  /// A tensor, read from the file in its stored type.
  ///
  /// - Parameter name: Its name.
  /// - Returns: A tensor on the CPU.
  /// - Throws: `WeightError`, or `TensorError.memory`.
  public func tensor(_ name: String) throws -> Tensor {
    guard let entry = entries[name] else { throw WeightError.missing(file: path, tensor: name) }
    return try Tensor(shape: entry.shape, dataType: entry.dataType) { buffer in
      try file.read(at: entry.bytes.lowerBound, into: buffer)
      // Other bytes are no values of the type, in C++ as in Swift.
      guard entry.dataType != .bool || buffer.allSatisfy({ $0 <= 1 }) else {
        throw WeightError.malformed(
          file: path, reason: "tensor '\(name)' is neither true nor false")
      }
    }
  }

  static let storedTypes: [String: DataType] = [
    "F32": .float32, "F64": .float64, "BF16": .bfloat16, "F16": .float16, "I64": .int64,
    "I32": .int32, "U8": .uint8, "BOOL": .bool,
  ]
}
