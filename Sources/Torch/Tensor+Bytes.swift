import CTorch

// Little-endian, as weight files and all machines that libtorch runs on have it.
extension Tensor {
  /// The elements' bytes in row-major order, as weight files hold them.
  public var bytes: [UInt8] {
    let length = count * dataType.byteCount
    return [UInt8](unsafeUninitializedCapacity: length) { buffer, initialized in
      perform("read \(self.shape)") { ct_copy_to_host(raw, ct_dtype(raw), buffer.baseAddress) }
      initialized = length
    }
  }

  /// Lends the elements' bytes in row-major order; copies only what is not in host memory in that order.
  ///
  /// - Parameter body: What is done with them.
  /// - Returns: What the body returned.
  /// - Throws: What the body threw, or `TensorError.memory`.
  public func withBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) throws -> Value {
    let host = try moved(to: .cpu).contiguous()
    return try withExtendedLifetime(host) {
      try body(UnsafeRawBufferPointer(start: ct_data(host.raw), count: count * dataType.byteCount))
    }
  }

  /// A tensor on the CPU, whose elements' bytes in row-major order a body writes.
  ///
  /// - Parameters:
  ///   - shape: The shape.
  ///   - dataType: The type of the elements.
  ///   - body: Writes every byte of the buffer it is lent.
  /// - Throws: `TensorError.memory` where there is no room, or what the body threw.
  public init(
    shape: [Int], dataType: DataType, writing body: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    let tensor = try attempt("make \(shape)") { out in
      withShape(shape) { ct_empty($0, $1, dataType.raw, Device.cpu.raw, out) }
    }
    try withExtendedLifetime(tensor) {
      try body(
        UnsafeMutableRawBufferPointer(
          start: ct_data(tensor.raw), count: tensor.count * dataType.byteCount))
    }
    self = tensor
  }
}
