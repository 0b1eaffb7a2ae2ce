import CTorch

extension Tensor {
  /// Whether operators on this tensor are recorded inside a `Tensor.recording` scope.
  public var requiresGradient: Bool { ct_requires_gradient(raw) }

  /// This tensor as a parameter: its own storage, with gradients.
  public func asParameter() -> Tensor {
    let parameter = detached().copy()
    perform("make a parameter") { ct_set_requires_gradient(parameter.raw, true) }
    return parameter
  }

  /// Stops or resumes gradients for a parameter, in place.
  public func setRequiresGradient(_ value: Bool) {
    perform("set requiresGradient") { ct_set_requires_gradient(raw, value) }
  }

  /// The same elements outside the tape.
  public func detached() -> Tensor { produce("detach \(shape)") { ct_detach(raw, $0) } }

  /// Runs a body whose operators are recorded for differentiation, on this thread.
  ///
  /// Outside such a scope nothing is recorded, so rollouts need no special care.
  ///
  /// - Parameter body: What to record.
  /// - Returns: What the body returns.
  public static func recording<Value>(_ body: () throws -> Value) rethrows -> Value {
    let before = ct_is_recording()
    ct_set_recording(true)
    defer { ct_set_recording(before) }
    return try body()
  }

  /// Whether operators are recorded for differentiation, on this thread.
  public static var isRecording: Bool { ct_is_recording() }

  /// Runs a body whose operators are not recorded, inside a scope that records.
  ///
  /// - Parameter body: What not to record.
  /// - Returns: What the body returns.
  public static func withoutRecording<Value>(_ body: () throws -> Value) rethrows -> Value {
    let before = ct_is_recording()
    ct_set_recording(false)
    defer { ct_set_recording(before) }
    return try body()
  }

  /// ∂self/∂parameter for every parameter; zeros where there is no path.
  ///
  /// - Parameters:
  ///   - parameters: What to differentiate for.
  ///   - recording: Whether the gradients shall be differentiable themselves; the tape is then kept.
  /// - Returns: One gradient per parameter, in its shape.
  public func gradients(of parameters: [Tensor], recording: Bool = false) -> [Tensor] {
    precondition(count == 1, "gradients of a tensor \(shape): only of one number")
    var out = [ct_tensor_t?](repeating: nil, count: parameters.count)
    perform("gradients for \(parameters.count) parameters") {
      withHandles(parameters) { ct_gradients(raw, $0, Int64(parameters.count), recording, &out) }
    }
    return out.map { raw in
      guard let raw else { fatalError("gradients: one is missing") }
      return Tensor(owning: raw)
    }
  }
}
