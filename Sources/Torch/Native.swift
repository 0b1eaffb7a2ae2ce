import CTorch
import Foundation

/// Turns an answer of the shim into an error, or nil where it went well.
///
/// - Parameters:
///   - status: What the shim answered; its message is freed here.
///   - operation: What was attempted, for the message.
/// - Returns: The error, if any.
func failure(_ status: ct_status_t, in operation: @autoclosure () -> String) -> TensorError? {
  guard status.code != CT_OK else { return nil }
  let text = status.message.map { String(cString: $0) } ?? "unknown native failure"
  free(status.message)
  return TensorError(status.code, "\(operation()): \(text)")
}

/// Runs an operator whose failure is a programmer's error (rank, shape, dtype) and traps on it.
func produce(
  _ operation: @autoclosure () -> String,
  _ body: (UnsafeMutablePointer<ct_tensor_t?>) -> ct_status_t
) -> Tensor {
  var out: ct_tensor_t?
  let status = body(&out)
  guard status.code == CT_OK, let raw = out else {
    fatalError(failure(status, in: operation())?.description ?? "\(operation()): no result")
  }
  return Tensor(owning: raw)
}

/// Runs an operator that answers with several tensors.
func produce(
  _ count: Int, _ operation: @autoclosure () -> String,
  _ body: (UnsafeMutablePointer<ct_tensor_t?>) -> ct_status_t
) -> [Tensor] {
  var out = [ct_tensor_t?](repeating: nil, count: count)
  let status = out.withUnsafeMutableBufferPointer { buffer in
    buffer.baseAddress.map(body) ?? ct_status_t(code: CT_OK, message: nil)
  }
  guard status.code == CT_OK else {
    fatalError(failure(status, in: operation())?.description ?? "\(operation()): no result")
  }
  return out.compactMap { $0.map(Tensor.init(owning:)) }
}

/// Runs an operator that answers with two tensors.
func producePair(
  _ operation: @autoclosure () -> String,
  _ body: (UnsafeMutablePointer<ct_tensor_t?>, UnsafeMutablePointer<ct_tensor_t?>) -> ct_status_t
) -> (Tensor, Tensor) {
  var first: ct_tensor_t?
  var second: ct_tensor_t?
  let status = body(&first, &second)
  guard status.code == CT_OK, let left = first, let right = second else {
    fatalError(failure(status, in: operation())?.description ?? "\(operation()): no result")
  }
  return (Tensor(owning: left), Tensor(owning: right))
}

/// Runs an operator that meets the world (memory, devices) and throws what it answers.
func attempt(
  _ operation: @autoclosure () -> String,
  _ body: (UnsafeMutablePointer<ct_tensor_t?>) -> ct_status_t
) throws(TensorError) -> Tensor {
  var out: ct_tensor_t?
  let status = body(&out)
  if let error = failure(status, in: operation()) { throw error }
  guard let raw = out else { throw TensorError.other("\(operation()): no result") }
  return Tensor(owning: raw)
}

/// Runs an operator in place and traps on failure.
func perform(_ operation: @autoclosure () -> String, _ body: () -> ct_status_t) {
  if let error = failure(body(), in: operation()) { fatalError(error.description) }
}

/// Lends the handles of many tensors for the length of a call.
func withHandles<Value>(
  _ tensors: [Tensor], _ body: (UnsafePointer<ct_tensor_t?>?) -> Value
) -> Value {
  let raw: [ct_tensor_t?] = tensors.map(\.raw)
  return withExtendedLifetime(tensors) { raw.withUnsafeBufferPointer { body($0.baseAddress) } }
}

/// Lends a shape as the shim wants it.
func withShape<Value>(_ shape: [Int], _ body: (UnsafePointer<Int64>?, Int64) -> Value) -> Value {
  // Int is 64 bits wide on every platform that libtorch runs on.
  shape.withUnsafeBytes {
    body($0.bindMemory(to: Int64.self).baseAddress, Int64(shape.count))
  }
}
