import Foundation
import TensorTestSupport
import Testing
import Torch

// Bounds are five standard deviations of the estimate, so that a right generator passes but for one seed in a million.

@Suite struct `Generators` {
  let count = 20_000

  @Test func `equal seeds give equal numbers, others others`() {
    let draws = [3, 3, 4].map { Generator(seed: $0).normal([50]) }
    expectEqual(draws[0], draws[1], tolerance: 0)
    #expect(draws[0].floats != draws[2].floats)
  }

  @Test func `a restored state gives the same numbers of every kind`() throws {
    let generator = Generator(seed: 8)
    // An odd number of normal draws leaves one in the generator's pocket.
    _ = generator.normal([3])
    let state = generator.state
    func draws() -> [[Double]] {
      [
        generator.normal([5]).doubles, generator.uniform([5]).doubles,
        generator.permutation(9).doubles, [Double(generator.integer(below: 1000))],
        generator.categorical(logits: .zeros([5, 30])).doubles,
        generator.dropout(.ones([40]), probability: 0.5).doubles,
      ]
    }
    let first = draws()
    #expect(draws() != first)
    try generator.restore(state)
    #expect(draws() == first)
    let twin = Generator(seed: 0)
    try twin.restore(state)
    #expect(twin.normal([5]).doubles == first[0])
  }

  @Test(arguments: [[], [1, 2, 3], Array(repeating: 255, count: 5056)] as [[UInt8]])
  func `a state that is none is refused and nothing is lost`(bytes: [UInt8]) {
    let (generator, twin) = (Generator(seed: 8), Generator(seed: 8))
    #expect(throws: TensorError.self) { try generator.restore(bytes) }
    #expect(generator.normal([5]).doubles == twin.normal([5]).doubles)
  }

  @Test(
    arguments: [
      (UInt64(7), "rollouts", UInt64(7), "rollout"), (7, "rollouts", 8, "rollouts"),
      (0, "a", 0, "b"), (0, "a", 1, "a"), (0, "", 1, ""), (1, "b", 0, "a"),
    ])
  func `purposes and seeds give independent generators`(
    firstSeed: UInt64, firstPurpose: String, secondSeed: UInt64, secondPurpose: String
  ) {
    let first = Generator(seed: firstSeed, purpose: firstPurpose)
    let second = Generator(seed: secondSeed, purpose: secondPurpose)
    let product = first.normal([count]) * second.normal([count])
    // The product of independent standard normal draws has mean 0 and variance 1.
    #expect(abs(product.mean().item) < 5 / Double(count).squareRoot())
    #expect(first.state != second.state)
  }

  @Test func `equal seeds and purposes give equal generators`() {
    #expect(Generator(seed: 5, purpose: "x").state == Generator(seed: 5, purpose: "x").state)
  }

  @Test func `normal draws have the mean and deviation asked for`() {
    let draws = Generator(seed: 1).normal(
      [count], mean: 3, standardDeviation: 0.02, dataType: .float64)
    let root = Double(count).squareRoot()
    let mean = draws.mean().item
    expectEqual(mean, 3, tolerance: 5 * 0.02 / root)
    // The standard deviation of a sample's deviation is σ/√(2N).
    let deviation = (draws - mean).squared().mean().squareRoot().item
    expectEqual(deviation, 0.02, tolerance: 5 * 0.02 / root / 1.414)
  }

  @Test func `uniform draws stay in their range and fill it`() {
    let draws = Generator(seed: 2).uniform([count], in: -1..<3, dataType: .float64)
    #expect(draws.minimum().item >= -1 && draws.maximum().item < 3)
    for quarter in 0..<4 {
      let inside = (draws .>= Double(quarter - 1)) .& (draws .< Double(quarter))
      let share = inside.sum().item / Double(count)
      #expect(abs(share - 0.25) < 5 * (0.25 * 0.75 / Double(count)).squareRoot())
    }
  }

  @Test(arguments: [DataType.float32, .float64, .bfloat16])
  func `categorical draws have the frequencies of softmax`(type: DataType) {
    // Powers of two, so that bfloat16 holds the scores' exponentials' ratios well enough for the bound.
    let scores = [0, 1, -1, 2, -Double.infinity, 0.5]
    let logits = Tensor(scores).cast(to: type)
    let rows = logits.unsqueezed(0).expanded(to: [count, 6])
    let draws = Generator(seed: 3).categorical(logits: rows)
    #expect(draws.shape == [count] && draws.dataType == .int64)
    let probabilities = Tensor(scores).softmax(along: 0).doubles
    for (index, p) in probabilities.enumerated() {
      let share = (draws .== Double(index)).sum().item / Double(count)
      let bound = 5 * (p * (1 - p) / Double(count)).squareRoot()
      #expect(abs(share - p) <= bound, "token \(index): \(share), expected \(p)")
    }
  }

  // 10⁻⁷ each, together 1 in 100. (That no single one of them is favoured, as float32 would, takes more draws than a test has.)
  @Test func `many improbable tokens are drawn as often as they should be`() {
    let rare = Tensor([0] + Array(repeating: log(1e-7), count: 100_000))
    let rows = rare.unsqueezed(0).expanded(to: [200, rare.count])
    let generator = Generator(seed: 5)
    var drawn = 0.0
    for _ in 0..<10 { drawn += (generator.categorical(logits: rows) .> 0).sum().item }
    // The sum of the improbable is 0.01 against 1.
    let p = 0.01 / 1.01
    #expect(abs(drawn / 2000 - p) < 5 * (p * (1 - p) / 2000).squareRoot())
  }

  @Test func `a row of NaN draws a token that exists`() {
    let rows = Tensor([0, .nan, 0, 1, 2, 3], shape: [2, 3])
    let draws = Generator(seed: 5).categorical(logits: rows).integers
    #expect(draws.allSatisfy { (0..<3).contains($0) })
  }

  @Test func `a permutation names every place once and starts anywhere`() {
    let generator = Generator(seed: 4)
    #expect(generator.permutation(100).integers.sorted() == Array(0..<100))
    var starts = [0, 0, 0, 0]
    for _ in 0..<2000 { starts[generator.permutation(4).integers[0]] += 1 }
    for start in starts { #expect(abs(Double(start) / 2000 - 0.25) < 5 * 0.4331 / 44.72) }
  }

  @Test func `whole numbers stay below their bound and are even`() {
    let generator = Generator(seed: 6)
    var counts = [0, 0, 0]
    for _ in 0..<3000 { counts[generator.integer(below: 3)] += 1 }
    for count in counts { #expect(abs(Double(count) / 3000 - 1 / 3) < 5 * 0.4714 / 54.77) }
    #expect(generator.integer(below: 1) == 0)
  }

  @Test func `dropout keeps the mean and scales what it keeps`() {
    let dropped = Generator(seed: 9).dropout(.ones([count], dataType: .float64), probability: 0.2)
    #expect(Set(dropped.doubles) == [0, 1.25])
    // The variance of one element is p/(1−p) = 1/4.
    #expect(abs(dropped.mean().item - 1) < 5 * 0.5 / Double(count).squareRoot())
  }

  // Places around the width of the kernel's blocks and the length of its rows.
  @Test(arguments: [1, 15, 17, 4095, 4097, 10_000]) func `dropout reaches every place`(places: Int)
  {
    let generator = Generator(seed: 3)
    var dropped = Tensor.zeros([places])
    for _ in 0..<60 {
      dropped =
        dropped + (generator.dropout(.ones([places]), probability: 0.5) .== 0).cast(to: .float32)
    }
    // A fair coin of 60 throws is never below 8 or above 52 in a million places.
    #expect(dropped.doubles.allSatisfy { 8...52 ~= $0 })
  }

  @Test func `dropout of neighbours, rows and calls is unrelated`() {
    let generator = Generator(seed: 12)
    let masks = (0..<2).map { _ in
      generator.dropout(.ones([64, 4096]), probability: 0.5) - 1
    }
    // Products of ±1: their mean's deviation is 1/√n.
    let pairs = [
      (masks[0].slice(1, 0..<4095), masks[0].slice(1, 1..<4096)),
      (masks[0].slice(1, 0..<4080), masks[0].slice(1, 16..<4096)),
      (masks[0].slice(0, 0..<63), masks[0].slice(0, 1..<64)),
      (masks[0], masks[1]),
    ]
    for (one, other) in pairs {
      #expect(abs((one * other).mean().item) < 5 / Double(one.count).squareRoot())
    }
  }

  @Test func `dropout can be differentiated twice`() {
    let weights = Generator(seed: 4).normal([33], dataType: .float64)
    let parameter = Generator(seed: 5).normal([33], dataType: .float64).asParameter()
    let (mask, curvature) = Tensor.recording {
      let dropped = Generator(seed: 9).dropout(parameter, probability: 0.5)
      let slope = (dropped * dropped * dropped).sum().gradients(of: [parameter], recording: true)[0]
      return (dropped.detached(), (slope * weights).sum().gradients(of: [parameter])[0])
    }
    // d(3·m³x²·w)/dx = 6·m³x·w with masks m of 0 and 2.
    expectEqual(curvature, mask * weights * 24, tolerance: 1e-12)
  }

  @Test func `dropout reads tensors that lie in other orders`() {
    let turned = Generator(seed: 1).normal([20, 30]).transposed()
    expectEqual(
      Generator(seed: 2).dropout(turned, probability: 0.3),
      Generator(seed: 2).dropout(turned.contiguous(), probability: 0.3), tolerance: 0)
  }

  @Test func `dropout with probability zero draws nothing`() {
    let generator = Generator(seed: 9)
    let state = generator.state
    expectEqual(generator.dropout(.ones([3]), probability: 0), .ones([3]), tolerance: 0)
    #expect(generator.state == state)
  }

  @Test func `dropout passes gradients where it keeps elements`() {
    let parameter = Tensor.ones([100], dataType: .float64).asParameter()
    let (output, slope) = Tensor.recording {
      let output = Generator(seed: 9).dropout(parameter, probability: 0.5)
      return (output, output.sum().gradients(of: [parameter])[0])
    }
    expectEqual(slope, output.detached(), tolerance: 0)
  }
}
