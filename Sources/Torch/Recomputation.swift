import CTorch

extension Tensor {
  /// What a body makes of this tensor, computed again when gradients are asked for instead of kept until then.
  ///
  /// Gradient checkpointing (Chen and others 2016, arXiv 1604.06174): memory for what lies within the body is needed for one
  /// body at a time, at the price of a second forward pass. Cannot be differentiated twice.
  ///
  /// - Parameters:
  ///   - parameters: All that the body uses and that gradients may be asked for, beside this tensor.
  ///   - generator: What the body draws from; it draws the same the second time.
  ///   - body: The computation, of nothing but this tensor and `parameters`.
  /// - Returns: What the body answers.
  public func recomputing(
    parameters: [Tensor], drawingFrom generator: Generator? = nil,
    _ body: @escaping (Tensor) -> Tensor
  ) -> Tensor {
    guard ct_is_recording() else { return body(self) }
    let box = Unmanaged.passRetained(Body(generator, body))
    let trained = parameters.filter(\.requiresGradient)
    return produce("recompute from \(shape)") { out in
      withHandles(trained) { handles in
        ct_recomputed(
          raw, handles, Int64(trained.count),
          { context, input, again in
            guard let context, let input else { fatalError("recompute: no input") }
            let body = Unmanaged<Body>.fromOpaque(context).takeUnretainedValue()
            let output = body(Tensor(owning: input), again: again)
            return withExtendedLifetime(output) { ct_retain(output.raw) }
          }, { context in context.map { Unmanaged<Body>.fromOpaque($0).release() } },
          box.toOpaque(), out)
      }
    }
  }

  /// A computation that can be done twice.
  private final class Body {
    private let generator: Generator?
    private let state: [UInt8]?
    private let compute: (Tensor) -> Tensor

    init(_ generator: Generator?, _ compute: @escaping (Tensor) -> Tensor) {
      self.generator = generator
      self.compute = compute
      state = generator?.state
    }

    func callAsFunction(_ input: Tensor, again: Bool) -> Tensor {
      guard again, let generator, let state else { return compute(input) }
      let now = generator.state
      restore(generator, state)
      defer { restore(generator, now) }
      return compute(input)
    }

    private func restore(_ generator: Generator, _ state: [UInt8]) {
      do {
        try generator.restore(state)
      } catch {
        fatalError("recompute: the generator's own state does not restore: \(error)")
      }
    }
  }
}
