import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

@Suite struct `A low-rank adapter` {
  private static let (inputs, outputs, rank) = (5, 4, 3)

  private func layer(
    storesInputsFirst: Bool, _ parameter: ParameterBuilder
  ) throws -> Affine {
    try Affine(
      "layer", from: Self.inputs, to: Self.outputs, storesInputsFirst: storesInputsFirst,
      standardDeviation: 0.5, parameter, alternatives: { _ in [] })
  }

  private func adapter(
    scale: Double = 1, dropout: Double = 0, _ parameter: ParameterBuilder
  ) throws -> LowRankAdapter {
    try LowRankAdapter(
      "layer", from: Self.inputs, to: Self.outputs, rank: Self.rank, scale: scale,
      dropout: dropout, parameter)
  }

  private func builder(seed: UInt64 = 1) -> ParameterBuilder {
    ParameterBuilder(generator: Generator(seed: seed), dataType: .float64)
  }

  @Test func `adds nothing, bit by bit, before it is trained`() throws {
    let input = Generator(seed: 3).normal([7, Self.inputs], dataType: .float64)
    let plain = try layer(storesInputsFirst: true, builder())
    let adapted = plain.adapted(by: try adapter(scale: 4, builder(seed: 2)))
    #expect(adapted(input).doubles == plain(input).doubles)
  }

  // He and others' bound √(6 / ((1 + 5)·in)) = 1/√in: uniform, so its deviation is the bound over √3.
  @Test func `starts as PEFT's does`() throws {
    let parameter = builder()
    let wide = try LowRankAdapter(
      "layer", from: 400, to: 2, rank: 50, scale: 1, dropout: 0, parameter)
    #expect(parameter.parameters.names == ["layer.lora_A.weight", "layer.lora_B.weight"])
    #expect(wide.down.shape == [50, 400] && wide.up.shape == [2, 50])
    #expect(wide.up.doubles.allSatisfy { $0 == 0 })
    #expect(wide.down.magnitude().maximum().item <= 1 / 20)
    let deviation = wide.down.squared().mean().squareRoot().item
    expectEqual(deviation, 1 / (20 * 3.0.squareRoot()), tolerance: 1e-3)
  }

  @Test(arguments: [true, false]) func `is what its change of the weight is`(inputsFirst: Bool)
    throws
  {
    let input = Generator(seed: 3).normal([7, Self.inputs], dataType: .float64)
    let plain = try layer(storesInputsFirst: inputsFirst, builder())
    let adapter = try adapter(scale: 1.5, builder(seed: 2))
    adapter.up.assign(Generator(seed: 4).normal([Self.outputs, Self.rank], dataType: .float64))
    let change = adapter.change
    #expect(change.shape == [Self.outputs, Self.inputs])
    let expected = plain(input) + input.matmul(change.transposed())
    expectEqual(plain.adapted(by: adapter)(input), expected, tolerance: 1e-12)
  }

  @Test func `has the gradients of central differences`() throws {
    let generator = Generator(seed: 5)
    let shapes = [[7, Self.inputs], [Self.rank, Self.inputs], [Self.outputs, Self.rank]]
    let points = shapes.map { generator.normal($0, dataType: .float64) }
    let plain = try layer(storesInputsFirst: false, builder())
    let target = generator.normal([7, Self.outputs], dataType: .float64)
    expectGradients(at: points) { values in
      let adapter = LowRankAdapter(down: values[1], up: values[2], scale: 0.7)
      return ((plain.adapted(by: adapter)(values[0]) - target).squared()).sum()
    }
  }

  @Test func `drops its own input only, and only with a generator`() throws {
    let input = Tensor.ones([200, Self.inputs], dataType: .float64)
    let plain = try layer(storesInputsFirst: true, builder())
    let adapter = try adapter(dropout: 0.5, builder(seed: 2))
    let adapted = plain.adapted(by: adapter)
    // B is zero: what is dropped is not seen.
    #expect(adapted(input, dropout: Generator(seed: 1)).doubles == plain(input).doubles)
    adapter.up.assign(Tensor.ones([Self.outputs, Self.rank], dataType: .float64))
    #expect(adapted(input).doubles == adapted(input).doubles)
    let (first, second) = (
      adapted(input, dropout: Generator(seed: 1)), adapted(input, dropout: Generator(seed: 2))
    )
    #expect(first.doubles != second.doubles && first.doubles != adapted(input).doubles)
    // What is kept is scaled up, so that the mean stays.
    let (dropped, whole) = (first.mean(along: 0), adapted(input).mean(along: 0))
    for (left, right) in zip(dropped.doubles, whole.doubles) { #expect(abs(left - right) < 0.3) }
  }
}
