import CTorch

/// An n-dimensional array on a device, with the operators that Rein needs.
///
/// A tensor is a reference to storage: copies of the value share it. Operators return new tensors; the few that write in
/// place are verbs (`assign(_:)`). Ranks, shapes and dtypes are checked when an operator is called, and a mismatch traps
/// with the shapes of all operands in the message.
public struct Tensor: @unchecked Sendable {
  // libtorch guards reference counts itself; storage is written only through the named in-place verbs.
  final class Handle {
    let raw: ct_tensor_t
    init(owning raw: ct_tensor_t) { self.raw = raw }
    deinit { ct_release(raw) }
  }

  let handle: Handle
  var raw: ct_tensor_t { handle.raw }

  init(owning raw: ct_tensor_t) { handle = Handle(owning: raw) }

  /// The length of every dimension.
  public var shape: [Int] {
    guard let sizes = ct_sizes(raw) else { return [] }
    return (0..<rank).map { Int(sizes[$0]) }
  }

  /// The number of dimensions.
  public var rank: Int { Int(ct_dimension_count(raw)) }

  /// The number of elements.
  public var count: Int { Int(ct_element_count(raw)) }

  /// The type of the elements.
  public var dataType: DataType { DataType(ct_dtype(raw)) }

  /// Where the elements live.
  public var device: Device { Device(ct_device(raw)) }

  /// The length of one dimension; negative numbers count from the last.
  ///
  /// - Parameter dimension: Which dimension.
  /// - Returns: Its length.
  public func size(_ dimension: Int) -> Int {
    let rank = self.rank
    let position = dimension < 0 ? dimension + rank : dimension
    precondition(0 <= position && position < rank, "dimension \(dimension) of a tensor \(shape)")
    return ct_sizes(raw).map { Int($0[position]) } ?? 0
  }

  /// How many tensors this process holds: constant from a trainer's second step on.
  public static var liveCount: Int { Int(ct_live_tensor_count()) }

  // MARK: Reading

  /// All elements in row-major order, converted to `Element`.
  ///
  /// Copies from the device, and waits for it.
  ///
  /// - Parameter type: The element type wanted.
  /// - Returns: `count` elements.
  public func elements<Element: TensorElement>(as type: Element.Type = Element.self) -> [Element] {
    [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      perform("read \(self.shape)") {
        ct_copy_to_host(raw, Element.dataType.raw, buffer.baseAddress)
      }
      initialized = count
    }
  }

  /// The elements as `Float`.
  public var floats: [Float] { elements() }
  /// The elements as `Double`.
  public var doubles: [Double] { elements() }
  /// The elements as `Int`.
  public var integers: [Int] { elements() }
  /// The elements as `Bool`.
  public var booleans: [Bool] { elements() }

  /// The only element, as a `Double`.
  public var item: Double {
    precondition(count == 1, "item of a tensor \(shape)")
    return doubles[0]
  }
}

extension Tensor: CustomStringConvertible {
  /// Type and shape; the elements too where there are few.
  public var description: String {
    let head = "Tensor(\(dataType.rawValue), \(shape), \(device))"
    return count <= 16 ? "\(head) \(doubles)" : head
  }
}
