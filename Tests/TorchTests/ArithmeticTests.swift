import Foundation
import TensorTestSupport
import Testing
import Torch

/// An operator of one element and what it should give.
struct Function: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let points: [Double]
  let operation: @Sendable (Tensor) -> Tensor
  let reference: @Sendable (Double) -> Double

  init(
    _ name: String, at points: [Double] = [-2.5, -0.4, 0.3, 1.7],
    _ operation: @escaping @Sendable (Tensor) -> Tensor,
    _ reference: @escaping @Sendable (Double) -> Double
  ) {
    testDescription = name
    self.points = points
    self.operation = operation
    self.reference = reference
  }

  static let positive = [0.01, 0.4, 1, 30.5]

  static let all = [
    Function("exponential", { $0.exponential() }, { exp($0) }),
    Function("exponentialMinusOne", at: [1e-12, -0.3, 2], { $0.exponentialMinusOne() }) {
      expm1($0)
    },
    Function("logarithm", at: positive, { $0.logarithm() }, { log($0) }),
    Function("logarithmOfOnePlus", at: [1e-12, -0.5, 2], { $0.logarithmOfOnePlus() }) {
      log1p($0)
    },
    Function("squareRoot", at: positive, { $0.squareRoot() }, { $0.squareRoot() }),
    Function("reciprocalSquareRoot", at: [0.2, 4], { $0.reciprocalSquareRoot() }) {
      1 / $0.squareRoot()
    },
    Function("reciprocal", { $0.reciprocal() }, { 1 / $0 }),
    Function("squared", { $0.squared() }, { $0 * $0 }),
    Function("magnitude", { $0.magnitude() }, { abs($0) }),
    Function("sign", { $0.sign() }, { $0 < 0 ? -1 : 1 }),
    Function("tanh", { $0.tanh() }, { tanh($0) }),
    Function("sigmoid", { $0.sigmoid() }, { 1 / (1 + exp(-$0)) }),
    Function("logSigmoid", { $0.logSigmoid() }, { -log1p(exp(-$0)) }),
    Function("relu", { $0.relu() }, { max($0, 0) }),
    Function("geluTanh", { $0.geluTanh() }) {
      0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
    },
    Function("negative", { -$0 }, { -$0 }),
    Function("power", at: positive, { $0.power(1.5) }, { pow($0, 1.5) }),
    Function("plus a number", { $0 + 2.5 }, { $0 + 2.5 }),
    Function("a number plus", { 2.5 + $0 }, { $0 + 2.5 }),
    Function("minus a number", { $0 - 2.5 }, { $0 - 2.5 }),
    Function("a number minus", { 2.5 - $0 }, { 2.5 - $0 }),
    Function("times a number", { $0 * 2.5 }, { $0 * 2.5 }),
    Function("a number times", { 2.5 * $0 }, { $0 * 2.5 }),
    Function("over a number", { $0 / 2.5 }, { $0 / 2.5 }),
    Function("a number over", { 2.5 / $0 }, { 2.5 / $0 }),
    Function("clamped to", { $0.clamped(to: -1...1) }, { min(max($0, -1), 1) }),
    Function("clamped at least", { $0.clamped(atLeast: 0) }, { max($0, 0) }),
    Function("clamped at most", { $0.clamped(atMost: 1) }, { min($0, 1) }),
  ]
}

@Suite struct `Element by element` {
  @Test(arguments: Function.all) func `functions equal the formula`(function: Function) {
    expectEqual(
      function.operation(Tensor(function.points)), Tensor(function.points.map(function.reference)),
      tolerance: 1e-14, relative: 1e-14)
  }

  @Test(arguments: Function.all) func `gradients equal central differences`(function: Function) {
    // Away from 0 by more than the step, where some of them have a kink.
    let points = function.points.filter { abs($0) > 0.1 }
    expectGradients(at: [Tensor(points)], tolerance: 1e-6) { function.operation($0[0]).sum() }
  }

  @Test func `operands broadcast and pass gradients back summed`() {
    let (column, row) = (Tensor([1.0, 2], shape: [2, 1]), Tensor([10.0, 20, 30]))
    expectEqual(column + row, Tensor([11.0, 21, 31, 12, 22, 32], shape: [2, 3]))
    expectEqual(column - row, Tensor([-9.0, -19, -29, -8, -18, -28], shape: [2, 3]))
    expectEqual(column * row, Tensor([10.0, 20, 30, 20, 40, 60], shape: [2, 3]))
    expectEqual(row / column, Tensor([10.0, 20, 30, 5, 10, 15], shape: [2, 3]))
    expectGradients(at: [column, row]) { inputs in
      let (a, b) = (inputs[0], inputs[1])
      return (a + b * a - b / a).sum()
    }
  }

  @Test func `the smaller and the larger keep NaN`() {
    let (left, right) = (Tensor([1.0, 5, .nan]), Tensor([2.0, 3, 1]))
    #expect(left.minimum(right).doubles[0...1] == [1, 3])
    #expect(left.maximum(right).doubles[0...1] == [2, 5])
    #expect(left.minimum(right).doubles[2].isNaN && right.maximum(left).doubles[2].isNaN)
    #expect(left.clamped(to: 0...2).doubles[2].isNaN)
  }

  @Test func `whole numbers stay whole when they are clamped`() {
    let numbers = Tensor([-3, 0, 9])
    expectEqual(numbers.clamped(to: -1...4), Tensor([-1, 0, 4]))
    expectEqual(numbers.clamped(atLeast: 0), Tensor([0, 0, 9]))
    expectEqual(numbers.clamped(atMost: 5), Tensor([-3, 0, 5]))
    expectEqual(numbers.clamped(atLeast: -.infinity), numbers)
  }

  @Test func `comparisons answer in bool tensors`() {
    let (left, right) = (Tensor([1.0, 2, 3]), Tensor([3.0, 2, 1]))
    #expect((left .== right).booleans == [false, true, false])
    #expect((left .!= right).booleans == [true, false, true])
    #expect((left .< right).booleans == [true, false, false])
    #expect((left .<= right).booleans == [true, true, false])
    #expect((left .> right).booleans == [false, false, true])
    #expect((left .>= right).booleans == [false, true, true])
    #expect((left .== 2).booleans == [false, true, false])
    #expect((left .!= 2).booleans == [true, false, true])
    #expect((left .< 2).booleans == [true, false, false])
    #expect((left .<= 2).booleans == [true, true, false])
    #expect((left .> 2).booleans == [false, false, true])
    #expect((left .>= 2).booleans == [false, true, true])
  }

  @Test func `logic follows the truth table`() {
    let (a, b) = (Tensor([false, false, true, true]), Tensor([false, true, false, true]))
    #expect((a .& b).booleans == [false, false, false, true])
    #expect((a .| b).booleans == [false, true, true, true])
    #expect(a.negated().booleans == [true, true, false, false])
    #expect(Tensor([1.0, .nan, .infinity]).isFinite().booleans == [true, false, false])
    #expect(Tensor([1.0, 2]).isAllFinite && !Tensor([1.0, -.infinity]).isAllFinite)
  }

  @Test func `replacing takes the other element exactly where the condition holds`() {
    let (value, other) = (Tensor([1.0, 2, 3]), Tensor([10.0, 20, 30]))
    let condition = Tensor([true, false, true])
    expectEqual(value.replacing(with: other, where: condition), Tensor([10.0, 2, 30]))
    expectEqual(value.replacing(with: -1, where: condition), Tensor([-1.0, 2, -1]))
    // What is replaced does not leak, not even as NaN, and gets no gradient.
    let poisoned = Tensor([.nan, 2, .nan]).asParameter()
    let slope = Tensor.recording {
      poisoned.replacing(with: 0, where: condition).sum().gradients(of: [poisoned])[0]
    }
    expectEqual(slope, Tensor([0.0, 1, 0]))
  }
}
