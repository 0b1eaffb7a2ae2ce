import TensorTestSupport
import Testing
import Torch

/// Products of few rows with a large matrix go their own way on the CPU: these are large ones.
@Suite struct `Products of few rows` {
  let generator = Generator(seed: 5)
  let inputs = 272
  // Not a multiple of three, by which rows of a weight are gone along together.
  let outputs = 352

  private func operands(_ rows: Int, stored transposed: Bool, _ type: DataType)
    -> (rows: Tensor, weight: Tensor, bias: Tensor)
  {
    let draw = { (shape: [Int]) in generator.normal(shape, dataType: .float64) }
    let weight = draw(transposed ? [outputs, inputs] : [inputs, outputs]).cast(to: type)
    return (
      draw([rows, inputs]).cast(to: type), transposed ? weight.transposed() : weight,
      draw([outputs]).cast(to: type)
    )
  }

  @Test(arguments: [1, 2, 3, 5, 8, 13, 16, 17], [false, true])
  func `equal those in float64`(rows: Int, transposed: Bool) {
    let (x, weight, bias) = operands(rows, stored: transposed, .float32)
    let exact = x.cast(to: .float64).matmul(weight.cast(to: .float64))
    // √272 products of size one, each rounded at 2⁻²⁴.
    expectEqual(x.matmul(weight).cast(to: .float64), exact, tolerance: 5e-5)
    expectEqual(
      x.affine(weight: weight, bias: bias).cast(to: .float64),
      exact + bias.cast(to: .float64), tolerance: 5e-5)
  }

  @Test(arguments: [false, true]) func `in bfloat16 are sums in float32, rounded once`(
    transposed: Bool
  ) {
    let (x, weight, bias) = operands(6, stored: transposed, .bfloat16)
    let wide = [x, weight, bias].map { $0.cast(to: .float32) }
    let product = x.affine(weight: weight, bias: bias)
    #expect(product.dataType == .bfloat16)
    let expected = wide[0].affine(weight: wide[1], bias: wide[2])
    expectEqual(product.cast(to: .float32), expected, tolerance: 1e-3, relative: 0.004)
  }

  @Test(arguments: [false, true]) func `are the same for a row whatever rows are with it`(
    transposed: Bool
  ) {
    let (x, weight, bias) = operands(16, stored: transposed, .float32)
    let together = x.affine(weight: weight, bias: bias)
    for row in 0..<16 {
      let alone = x.slice(0, row..<row + 1).affine(weight: weight, bias: bias)
      #expect(alone.floats == together.slice(0, row..<row + 1).floats)
    }
  }

  @Test(arguments: [false, true]) func `do not depend on the number of threads`(transposed: Bool) {
    let before = Device.threadCount
    defer { Device.threadCount = before }
    let (x, weight, _) = operands(8, stored: transposed, .float32)
    Device.threadCount = 1
    let one = x.matmul(weight).floats
    Device.threadCount = 2
    #expect(x.matmul(weight).floats == one)
  }

  @Test func `have gradients where they are recorded`() {
    let (x, weight, bias) = operands(4, stored: false, .float32)
    let parameters = [x, weight, bias].map { $0.asParameter() }
    let slopes = Tensor.recording {
      parameters[0].affine(weight: parameters[1], bias: parameters[2]).sum()
        .gradients(of: parameters)
    }
    expectEqual(
      slopes[0], weight.sum(along: 1).unsqueezed(0).expanded(to: [4, inputs]), tolerance: 1e-3)
    expectEqual(slopes[2], .full([outputs], 4))
  }
}
