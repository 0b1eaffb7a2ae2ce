import CTorch

/// What the native library could not do for reasons outside the program: memory, devices, files.
///
/// Wrong ranks, shapes and dtypes are programmer's errors and trap instead, with both shapes in the message.
public enum TensorError: Error, Equatable, CustomStringConvertible {
  /// The device has no room for a tensor of that size.
  case memory(String)
  /// The device does not exist here, or its library cannot be loaded.
  case device(String)
  /// Anything else, with the library's own words.
  case other(String)

  init(_ code: ct_code_t, _ message: String) {
    switch code {
    case CT_MEMORY: self = .memory(message)
    case CT_DEVICE: self = .device(message)
    default: self = .other(message)
    }
  }

  /// The message, ready to print.
  public var description: String {
    switch self {
    case .memory(let message), .device(let message), .other(let message): message
    }
  }
}
