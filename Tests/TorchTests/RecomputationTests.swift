import TensorTestSupport
import Testing
import Torch

@Suite struct `Recomputation` {
  private static func tensors() -> (input: Tensor, first: Tensor, second: Tensor) {
    let generator = Generator(seed: 3)
    return (
      generator.normal([5, 4], dataType: .float64).asParameter(),
      generator.normal([4, 6], dataType: .float64).asParameter(),
      generator.normal([6, 3], dataType: .float64).asParameter()
    )
  }

  @Test func `gives the values and gradients of what is kept`() {
    let (input, first, second) = Self.tensors()
    let body = { (x: Tensor) in x.matmul(first).tanh().matmul(second).sigmoid() }
    let all = [input, first, second]
    let (kept, right) = Tensor.recording {
      let output = body(input)
      return (output.detached(), output.squared().sum().gradients(of: all))
    }
    let (again, found) = Tensor.recording {
      let output = input.recomputing(parameters: [first, second], body)
      return (output.detached(), output.squared().sum().gradients(of: all))
    }
    expectEqual(kept, again, tolerance: 0)
    for (one, other) in zip(right, found) { expectEqual(one, other, tolerance: 1e-14) }
  }

  @Test func `nests, and reaches through several bodies`() {
    let (input, first, second) = Self.tensors()
    let (right, found) = Tensor.recording {
      let plain = (input.matmul(first).tanh().matmul(second)).squared().sum()
      let nested = input.recomputing(parameters: [first, second]) { x in
        let hidden = x.recomputing(parameters: [first]) { $0.matmul(first).tanh() }
        return hidden.recomputing(parameters: [second]) { $0.matmul(second) }
      }
      let all = [input, first, second]
      return (plain.gradients(of: all), nested.squared().sum().gradients(of: all))
    }
    for (one, other) in zip(right, found) { expectEqual(one, other, tolerance: 1e-13) }
  }

  // Frozen parameters take no part, as under an adapter.
  @Test func `leaves parameters without gradients alone`() {
    let (input, first, second) = Self.tensors()
    first.setRequiresGradient(false)
    let found = Tensor.recording {
      input.recomputing(parameters: [first, second]) { $0.matmul(first).tanh().matmul(second) }
        .sum().gradients(of: [second])
    }
    let right = Tensor.recording {
      input.matmul(first).tanh().matmul(second).sum().gradients(of: [second])
    }
    expectEqual(found[0], right[0], tolerance: 1e-14)
  }

  @Test func `draws the same the second time, and what comes after goes on`() {
    let (input, first, _) = Self.tensors()
    let gradients = { (recomputes: Bool) in
      let generator = Generator(seed: 5)
      let body = { (x: Tensor) in generator.dropout(x.matmul(first), probability: 0.4) }
      return Tensor.recording {
        let output =
          recomputes
          ? input.recomputing(parameters: [first], drawingFrom: generator, body) : body(input)
        let after = generator.dropout(output, probability: 0.5)
        let slopes = after.squared().sum().gradients(of: [input, first])
        return slopes + [generator.uniform([3], dataType: .float64)]
      }
    }
    for (one, other) in zip(gradients(false), gradients(true)) {
      expectEqual(one, other, tolerance: 1e-14)
    }
  }

  private final class Witness: Sendable {}

  @Test func `runs twice for gradients, and then lets its body go`() {
    let (input, first, _) = Self.tensors()
    weak var left: Witness?
    var calls = 0
    Tensor.recording {
      let witness = Witness()
      left = witness
      let output = input.recomputing(parameters: [first]) { [witness] x in
        withExtendedLifetime(witness) { calls += 1 }
        return x.matmul(first)
      }
      #expect(calls == 1)
      _ = output.sum().gradients(of: [input, first])
    }
    #expect(calls == 2 && left == nil)
  }

  @Test func `is nothing special where nothing is recorded`() {
    let (input, first, _) = Self.tensors()
    var calls = 0
    let output = input.recomputing(parameters: [first]) { x in
      calls += 1
      return x.matmul(first)
    }
    #expect(calls == 1 && !output.requiresGradient)
  }
}
