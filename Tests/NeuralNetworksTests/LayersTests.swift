import Foundation
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

@Suite struct `Layers` {
  @Test func `an affine layer multiplies by weights stored in-by-out`() throws {
    let builder = ParameterBuilder(generator: Generator(seed: 1))
    let layer = try Affine(
      "layer", from: 2, to: 3, standardDeviation: 1, builder, alternatives: { _ in [] })
    layer.weight.assign(Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]))
    layer.bias?.assign(Tensor([10, 20, 30] as [Float]))
    expectEqual(layer(Tensor([1, 2] as [Float])), Tensor([19, 32, 45] as [Float]))
    #expect(builder.parameters.names == ["layer.weight", "layer.bias"])
    #expect(builder.drawn == ["layer.weight", "layer.bias"])
  }

  @Test func `an affine layer without a bias has none`() throws {
    let builder = ParameterBuilder(generator: Generator(seed: 1))
    let layer = try Affine(
      "layer", from: 2, to: 3, hasBias: false, standardDeviation: 1, builder,
      alternatives: { _ in [] })
    #expect(layer.bias == nil && builder.parameters.count == 1)
    expectEqual(layer(.zeros([4, 2])), .zeros([4, 3]), tolerance: 0)
  }

  @Test func `fresh normalisation gives mean zero and variance one`() throws {
    let builder = ParameterBuilder(generator: Generator(seed: 1), dataType: .float64)
    let layer = try Normalization(
      .layer,
      "norm", width: 50, epsilon: 0, builder, alternatives: { _ in [] })
    let output = layer(Generator(seed: 2).normal([3, 50], mean: 7, dataType: .float64))
    expectEqual(output.mean(along: 1), .zeros([3], dataType: .float64), tolerance: 1e-12)
    expectEqual(output.squared().mean(along: 1), .ones([3], dataType: .float64), tolerance: 1e-12)
  }

  @Test func `dropout is switched on by its probability`() {
    let input = Tensor.ones([1000])
    expectEqual(Dropout(probability: 0, generator: Generator(seed: 1))(input), input)
    let dropped = Dropout(probability: 0.75, generator: Generator(seed: 1))(input)
    #expect(Set(dropped.floats) == [0, 4])
  }

  @Test func `fresh weights have the deviation asked for`() throws {
    let builder = ParameterBuilder(generator: Generator(seed: 3), dataType: .bfloat16)
    let weight = try builder("w", [300, 200], .normal(standardDeviation: 0.5))
    #expect(weight.dataType == .bfloat16 && weight.requiresGradient)
    let deviation = weight.cast(to: .float64).squared().mean().squareRoot().item
    expectEqual(deviation, 0.5, tolerance: 5 * 0.5 / 120_000.0.squareRoot())
  }
}

@Suite struct `Parameters by name` {
  private func two() -> Parameters {
    var parameters = Parameters()
    parameters.append("a.weight", Tensor([1.0, 2], shape: [1, 2]).asParameter())
    parameters.append("b.bias", Tensor([3.0]).asParameter())
    return parameters
  }

  @Test func `keep the order in which they were made`() {
    let sum = two() + two().filter { $0.hasPrefix("b") }
    #expect(sum.names == ["a.weight", "b.bias", "b.bias"] && sum.elementCount == 4)
    #expect(sum.suffix(from: 1).names == ["b.bias", "b.bias"])
  }

  @Test func `assigning copies values, not storage`() {
    let (target, source) = (two(), two())
    source.tensors[1].assign(Tensor([9.0]))
    target.assign(source)
    source.tensors[1].assign(Tensor([0.0]))
    #expect(target.tensors[1].item == 9)
  }

  @Test func `assigning another shape ends the process, though it would broadcast`() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var (target, source) = (Parameters(), Parameters())
      target.append("a", Tensor.zeros([2, 3]))
      source.append("a", Tensor.zeros([1, 3]))
      target.assign(source)
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("[2, 3]") && message.contains("[1, 3]"), "\(message)")
  }

  @Test func `a file gives parameters under other names too, cast, and refuses what it lacks`()
    throws
  {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "w.safetensors")
      try SafeTensors.write(two(), to: url)
      let builder = ParameterBuilder(file: try SafeTensors(contentsOf: url))
      let loaded = try builder("new", [1, 2], .constant(0), alternatives: ["x", "a.weight"])
      expectEqual(loaded, Tensor([1, 2] as [Float], shape: [1, 2]), tolerance: 0)
      #expect(builder.parameters.names == ["new"] && builder.drawn.isEmpty)
      #expect(throws: WeightError.missing(file: url.path, tensor: "c")) {
        try builder("c", [1], .constant(0))
      }
      #expect(
        throws: WeightError.shape(
          file: url.path, tensor: "b.bias", stored: [1], expected: [2])
      ) {
        try builder("b.bias", [2], .constant(0))
      }
    }
  }

  @Test func `what a file lacks is drawn where that is allowed, and remembered`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "w.safetensors")
      try SafeTensors.write(two(), to: url)
      let builder = ParameterBuilder(
        file: try SafeTensors(contentsOf: url), drawing: ["head"], from: Generator(seed: 1))
      _ = try builder("b.bias", [1], .constant(0))
      _ = try builder("head", [4, 4], .normal(standardDeviation: 1))
      #expect(builder.drawn == ["head"] && builder.parameters.names == ["b.bias", "head"])
    }
  }
}
