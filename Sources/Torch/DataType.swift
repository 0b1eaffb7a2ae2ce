import CTorch

/// The type of a tensor's elements.
public enum DataType: String, Codable, Hashable, Sendable, CaseIterable {
  case float32, float64, bfloat16, float16, int64, int32, uint8, bool

  var raw: ct_dtype_t {
    switch self {
    case .float32: CT_FLOAT32
    case .float64: CT_FLOAT64
    case .bfloat16: CT_BFLOAT16
    case .float16: CT_FLOAT16
    case .int64: CT_INT64
    case .int32: CT_INT32
    case .uint8: CT_UINT8
    case .bool: CT_BOOL
    }
  }

  init(_ raw: ct_dtype_t) {
    switch raw {
    case CT_FLOAT32: self = .float32
    case CT_FLOAT64: self = .float64
    case CT_BFLOAT16: self = .bfloat16
    case CT_FLOAT16: self = .float16
    case CT_INT64: self = .int64
    case CT_INT32: self = .int32
    case CT_UINT8: self = .uint8
    default: self = .bool
    }
  }

  /// Bytes per element.
  public var byteCount: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .bfloat16, .float16: 2
    case .uint8, .bool: 1
    }
  }

  /// Whether gradients can flow through elements of this type.
  public var isFloatingPoint: Bool {
    switch self {
    case .float32, .float64, .bfloat16, .float16: true
    case .int64, .int32, .uint8, .bool: false
    }
  }
}

/// A Swift type that stands for one element of a tensor.
public protocol TensorElement: Sendable {
  /// The tensor type that holds such elements.
  static var dataType: DataType { get }
}

extension Float: TensorElement {
  /// `float32`.
  public static var dataType: DataType { .float32 }
}
extension Double: TensorElement {
  /// `float64`.
  public static var dataType: DataType { .float64 }
}
extension Int: TensorElement {
  /// `int64`.
  public static var dataType: DataType { .int64 }
}
extension UInt8: TensorElement {
  /// `uint8`.
  public static var dataType: DataType { .uint8 }
}
extension Bool: TensorElement {
  /// `bool`.
  public static var dataType: DataType { .bool }
}
