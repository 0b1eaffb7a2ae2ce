import TensorTestSupport
import Testing
import Torch

@Suite struct `Perceptrons` {
  let generator = Generator(seed: 5)

  /// Input, then weights, then biases.
  private func draw(_ rows: Int, _ widths: [Int]) -> [Tensor] {
    let pairs = zip(widths, widths.dropFirst())
    return [generator.normal([rows, widths[0]], dataType: .float64)]
      + pairs.map { generator.normal([$0, $1], dataType: .float64) / Double($0).squareRoot() }
      + pairs.map { generator.normal([$1], dataType: .float64) * 0.3 }
  }

  private func written(_ inputs: [Tensor], isTanh: Bool, endsLinear: Bool) -> Tensor {
    let count = inputs.count / 2
    return (0..<count).reduce(inputs[0]) { hidden, layer in
      let sum = hidden.matmul(inputs[1 + layer]) + inputs[1 + count + layer]
      if endsLinear && layer == count - 1 { return sum }
      return isTanh ? sum.tanh() : sum.relu()
    }
  }

  private func fused(_ inputs: [Tensor], isTanh: Bool, endsLinear: Bool) -> Tensor {
    let count = inputs.count / 2
    return inputs[0].perceptron(
      weights: Array(inputs[1...count]), biases: Array(inputs[(count + 1)...]), isTanh: isTanh,
      endsLinear: endsLinear)
  }

  // Rows around four, widths around sixteen and thirty-two; 100 is beyond what is fused.
  @Test(
    arguments: [
      (1, [3, 2]), (2, [4, 64, 64, 2]), (9, [5, 16, 17, 1]), (16, [1, 31, 48, 3]),
      (67, [6, 33, 4]), (5, [2, 100, 2]),
    ], [(true, true), (true, false), (false, true), (false, false)])
  func `are their formula, with its gradients`(
    shape: (rows: Int, widths: [Int]), kind: (isTanh: Bool, endsLinear: Bool)
  ) {
    let inputs = draw(shape.rows, shape.widths)
    let weights = generator.normal(
      [shape.rows, shape.widths[shape.widths.count - 1]], dataType: .float64)
    let results = {
      (function: ([Tensor], Bool, Bool) -> Tensor, type: DataType) -> [Tensor] in
      let parameters = inputs.map { $0.cast(to: type).asParameter() }
      return Tensor.recording {
        let output = function(parameters, kind.isTanh, kind.endsLinear)
        return [output.detached()]
          + (output * weights.cast(to: type)).sum().gradients(of: parameters)
      }
    }
    let expected = results({ written($0, isTanh: $1, endsLinear: $2) }, .float64)
    let single = results({ fused($0, isTanh: $1, endsLinear: $2) }, .float32)
    #expect(single.map(\.shape) == expected.map(\.shape))
    for (found, expected) in zip(single, expected) {
      expectEqual(found.cast(to: .float64), expected, tolerance: 2e-5, relative: 2e-5)
    }
    let double = results({ fused($0, isTanh: $1, endsLinear: $2) }, .float64)
    for (found, expected) in zip(double, expected) {
      expectEqual(found, expected, tolerance: 1e-12)
    }
  }

  @Test func `give only the gradients that are asked for`() {
    let inputs = draw(7, [3, 20, 2]).map { $0.cast(to: .float32) }
    let all = Tensor.recording {
      let parameters = inputs.map { $0.asParameter() }
      return fused(parameters, isTanh: true, endsLinear: true).sum().gradients(of: parameters)
    }
    for place in inputs.indices {
      let single = Tensor.recording {
        var some = inputs
        some[place] = some[place].asParameter()
        return fused(some, isTanh: true, endsLinear: true).sum().gradients(of: [some[place]])[0]
      }
      expectEqual(single, all[place], tolerance: 0)
    }
  }

  // In float32, where they are fused: the product of the second derivative and a vector against float64's.
  @Test func `can be differentiated twice`() {
    let inputs = draw(6, [3, 18, 2])
    let directions = inputs.map { generator.normal($0.shape, dataType: .float64) }
    let products = [DataType.float64, .float32].map { type in
      Tensor.recording {
        let parameters = inputs.map { $0.cast(to: type).asParameter() }
        let output = fused(parameters, isTanh: true, endsLinear: true)
        let slopes = output.squared().sum().gradients(of: parameters, recording: true)
        return zip(slopes, directions).map { ($0 * $1.cast(to: type)).sum() }
          .reduce(Tensor(0.0).cast(to: type), +).gradients(of: parameters)
      }
    }
    for (double, single) in zip(products[0], products[1]) {
      expectEqual(single.cast(to: .float64), double, tolerance: 1e-4, relative: 1e-4)
    }
    #expect(products[0].allSatisfy { $0.squared().sum().item > 1e-3 })
  }

  @Test func `keep the digits of tanh near zero and at the ends`() {
    let points = [-30, -5, -1, -0.31, -0.29, -1e-3, -1e-6, 0, 1e-6, 0.1, 0.299, 0.301, 2, 9, 30.0]
    let input = Tensor(points, shape: [points.count, 1])
    let single = input.cast(to: .float32).perceptron(
      weights: [.ones([1, 1])], biases: [.zeros([1])], isTanh: true, endsLinear: false)
    expectEqual(single.cast(to: .float64), input.tanh(), tolerance: 1e-30, relative: 4e-7)
    let lost = Tensor([Double.nan], shape: [1, 1]).cast(to: .float32)
    for isTanh in [true, false] {
      let output = lost.perceptron(
        weights: [.ones([1, 1])], biases: [.zeros([1])], isTanh: isTanh, endsLinear: false)
      #expect(output.doubles[0].isNaN)
    }
  }
}
