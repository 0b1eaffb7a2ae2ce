import CTorch

extension Tensor {
  /// A tensor with the given elements in row-major order.
  ///
  /// - Parameters:
  ///   - elements: The elements; their type decides the dtype (`Int` gives int64, `Float` float32).
  ///   - shape: The shape, or nil for one dimension.
  ///   - device: Where it shall live.
  public init<Element: TensorElement>(
    _ elements: [Element], shape: [Int]? = nil, device: Device = .cpu
  ) {
    let shape = shape ?? [elements.count]
    precondition(
      shape.reduce(1, *) == elements.count,
      "\(elements.count) elements do not fill the shape \(shape)")
    self = elements.withUnsafeBytes { bytes in
      produce("make \(shape)") { out in
        withShape(shape) {
          ct_from_bytes(bytes.baseAddress, $0, $1, Element.dataType.raw, device.raw, out)
        }
      }
    }
  }

  /// A tensor of rank zero.
  ///
  /// - Parameters:
  ///   - value: Its element.
  ///   - dataType: The type of the element.
  ///   - device: Where it shall live.
  public init(_ value: Double, dataType: DataType = .float32, device: Device = .cpu) {
    self = .full([], value, dataType: dataType, device: device)
  }

  /// A tensor from raw little-endian bytes, as weight files hold them.
  ///
  /// - Parameters:
  ///   - bytes: Exactly the elements' bytes.
  ///   - shape: The shape.
  ///   - dataType: The type of the elements.
  ///   - device: Where it shall live.
  /// - Throws: `TensorError.memory` where the device has no room.
  public init(
    bytes: UnsafeRawBufferPointer, shape: [Int], dataType: DataType, device: Device = .cpu
  ) throws(TensorError) {
    precondition(
      bytes.count == shape.reduce(dataType.byteCount, *),
      "\(bytes.count) bytes are not \(shape) of \(dataType.rawValue)")
    self = try attempt("make \(shape)") { out in
      withShape(shape) {
        ct_from_bytes(bytes.baseAddress, $0, $1, dataType.raw, device.raw, out)
      }
    }
  }

  /// A tensor with one value everywhere.
  public static func full(
    _ shape: [Int], _ value: Double, dataType: DataType = .float32, device: Device = .cpu
  ) -> Tensor {
    produce("full \(shape)") { out in
      withShape(shape) { ct_full($0, $1, value, dataType.raw, device.raw, out) }
    }
  }

  /// Zeros.
  public static func zeros(
    _ shape: [Int], dataType: DataType = .float32, device: Device = .cpu
  ) -> Tensor {
    full(shape, 0, dataType: dataType, device: device)
  }

  /// Ones.
  public static func ones(
    _ shape: [Int], dataType: DataType = .float32, device: Device = .cpu
  ) -> Tensor {
    full(shape, 1, dataType: dataType, device: device)
  }

  /// Storage with arbitrary content, to be written before it is read.
  public static func uninitialized(
    _ shape: [Int], dataType: DataType = .float32, device: Device = .cpu
  ) -> Tensor {
    produce("uninitialized \(shape)") { out in
      withShape(shape) { ct_empty($0, $1, dataType.raw, device.raw, out) }
    }
  }

  /// Zeros of this tensor's shape, type and device.
  public func zerosLike() -> Tensor { .zeros(shape, dataType: dataType, device: device) }

  /// 0, 1, …, count − 1 as int64.
  public static func range(_ count: Int, device: Device = .cpu) -> Tensor {
    produce("range \(count)") { ct_arange(0, Double(count), 1, CT_INT64, device.raw, $0) }
  }

  /// This tensor with another element type; itself where it already has it.
  public func cast(to dataType: DataType) -> Tensor {
    produce("cast \(shape) to \(dataType.rawValue)") { ct_to(raw, dataType.raw, device.raw, $0) }
  }

  /// A small tensor on another device, or itself where it already is there; gradients go back the way it came.
  ///
  /// - Parameter device: Where to; for what may not fit there, `moved(to:)` says so.
  /// - Returns: The tensor there.
  public func on(_ device: Device) -> Tensor {
    guard device != self.device else { return self }
    return produce("copy \(shape) to \(device)") { ct_to(raw, ct_dtype(raw), device.raw, $0) }
  }

  /// This tensor on another device; itself where it already is there.
  ///
  /// - Parameter device: Where to.
  /// - Returns: The moved tensor.
  /// - Throws: `TensorError.memory` where the device has no room.
  public func moved(to device: Device) throws(TensorError) -> Tensor {
    try attempt("move \(shape) to \(device)") { ct_to(raw, ct_dtype(raw), device.raw, $0) }
  }

  /// A copy with storage of its own.
  public func copy() -> Tensor { produce("copy \(shape)") { ct_clone(raw, $0) } }

  /// Writes `source` over this tensor's elements, in place; shapes must be equal or broadcast.
  public func assign(_ source: Tensor) {
    perform("assign \(source.shape) to \(shape)") { ct_copy_into(raw, source.raw) }
  }
}
