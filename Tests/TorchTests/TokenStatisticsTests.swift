import Foundation
import TensorTestSupport
import Testing

@testable import Torch

/// The same numbers from the whole [n, vocabulary] at once.
private func naive(
  _ hidden: Tensor, _ weight: Tensor, _ targets: Tensor, temperature: Double = 1,
  reference: (hidden: Tensor, weight: Tensor)? = nil
) -> (log: Tensor, entropy: Tensor, divergence: Tensor?) {
  let log = (hidden.matmul(weight.transposed()) / temperature).logSoftmax(along: 1)
  let p = log.exponential()
  let other = reference.map {
    ($0.hidden.matmul($0.weight.transposed()) / temperature).logSoftmax(along: 1)
  }
  return (
    log.gathered(targets, along: 1), -(p * log).sum(along: 1),
    other.map { (p * (log - $0)).sum(along: 1) }
  )
}

@Suite struct `Token statistics` {
  let generator = Generator(seed: 21)
  func draw(_ shape: Int...) -> Tensor { generator.normal(shape, dataType: .float64) }
  @Test(arguments: [false, true]) func `of no rows have gradients of 0`(byOperators: Bool) {
    // Storage that was written before is what uninitialised numbers would show.
    for _ in 0..<4 { _ = draw(7, 5) + 1e30 }
    let (hidden, weight) = (draw(0, 5).asParameter(), draw(7, 5).asParameter())
    let gradients = Tensor.recording {
      let statistics = TokenStatistics(
        hidden: hidden, weight: weight, targets: Tensor([Int](), shape: [0, 1]), temperature: 1,
        reference: (draw(0, 5), draw(7, 5)), plan: .init(byOperators: byOperators))
      let sum =
        statistics.logProbabilities.sum() + (statistics.divergences ?? statistics.entropies).sum()
      return sum.gradients(of: [hidden, weight])
    }
    #expect(gradients[0].count == 0 && gradients[1].doubles == Array(repeating: 0, count: 35))
  }

  func tokens(_ rows: Int, _ columns: Int, below bound: Int) -> Tensor {
    Tensor(
      (0..<rows * columns).map { _ in generator.integer(below: bound) }, shape: [rows, columns])
  }

  @Test func `a uniform policy over v tokens has log-probability −ln v and entropy ln v`() throws {
    let statistics = TokenStatistics(
      hidden: .zeros([3, 2]), weight: .ones([7, 2]), targets: tokens(3, 1, below: 7),
      reference: (.zeros([3, 5]), .ones([7, 5])))
    expectEqual(statistics.logProbabilities, .full([3, 1], -log(7)))
    expectEqual(statistics.entropies, .full([3], log(7)))
    expectEqual(try #require(statistics.divergences), .zeros([3]))
  }

  // In small chunks 70 rows are three blocks, the last one short, and 20,003 tokens are forty parts.
  static let plans = [
    TokenStatistics.Plan(), .init(chunk: 1 << 14), .init(chunk: 1 << 14, kept: 0),
    .init(chunk: 1 << 14, byOperators: true),
  ]

  @Test(
    arguments: [
      (70, 20_003, 1.0), (70, 20_000, 0.7), (5, 40, 1.0), (32, 20_000, 1.6), (3, 7, 0.5),
    ],
    plans)
  func `equal the softmax of the whole matrix`(
    shape: (rows: Int, vocabulary: Int, temperature: Double), plan: TokenStatistics.Plan
  ) throws {
    let (rows, vocabulary, temperature) = shape
    let (hidden, weight) = (draw(rows, 4), draw(vocabulary, 4))
    let targets = tokens(rows, 3, below: vocabulary)
    let reference = (hidden: draw(rows, 6), weight: draw(vocabulary, 6))
    let statistics = TokenStatistics(
      hidden: hidden, weight: weight, targets: targets, temperature: temperature,
      reference: reference, plan: plan)
    let expected = naive(
      hidden, weight, targets, temperature: temperature, reference: reference)
    expectEqual(statistics.logProbabilities, expected.log, tolerance: 1e-11)
    expectEqual(statistics.entropies, expected.entropy, tolerance: 1e-11)
    let divergence = try #require(expected.divergence)
    expectEqual(try #require(statistics.divergences), divergence, tolerance: 1e-11)
  }

  @Test(arguments: plans) func `in float32 are those of float64, rounded`(
    plan: TokenStatistics.Plan
  ) throws {
    // Scores from −60 to 60: nearly all the probability on one token in some rows.
    let (hidden, weight) = (draw(40, 8) * 4, draw(5_003, 8))
    let targets = tokens(40, 2, below: 5_003)
    let reference = (hidden: hidden + draw(40, 8) * 0.01, weight: weight)
    let narrow = { (tensor: Tensor) in tensor.cast(to: .float32) }
    let statistics = TokenStatistics(
      hidden: narrow(hidden), weight: narrow(weight), targets: targets, temperature: 1,
      reference: (narrow(reference.hidden), narrow(weight)), plan: plan)
    let expected = naive(hidden, weight, targets, reference: reference)
    let wide = { (tensor: Tensor) in tensor.cast(to: .float64) }
    expectEqual(wide(statistics.logProbabilities), expected.log, tolerance: 5e-5)
    expectEqual(wide(statistics.entropies), expected.entropy, tolerance: 5e-5)
    expectEqual(
      wide(try #require(statistics.divergences)), try #require(expected.divergence),
      tolerance: 5e-6)
  }

  @Test func `without a reference there is no divergence`() {
    let statistics = TokenStatistics(
      hidden: draw(2, 3), weight: draw(4, 3), targets: tokens(2, 1, below: 4))
    #expect(statistics.divergences == nil)
  }

  @Test(arguments: [0.6, 1]) func `gradients equal central differences`(temperature: Double) {
    let (hidden, weight, targets) = (draw(3, 2), draw(5, 2), tokens(3, 2, below: 5))
    let reference = (hidden: draw(3, 4), weight: draw(5, 4))
    let (a, b, c) = (draw(3, 2), draw(3), draw(3))
    func parts(_ inputs: [Tensor]) -> [Tensor] {
      let statistics = TokenStatistics(
        hidden: inputs[0], weight: inputs[1], targets: targets, temperature: temperature,
        reference: reference)
      return [
        (statistics.logProbabilities * a).sum(), (statistics.entropies * b).sum(),
        ((statistics.divergences ?? a) * c).sum(),
      ]
    }
    // Each alone, so that no incoming gradient hides another, and all together.
    for part in 0..<3 { expectGradients(at: [hidden, weight]) { parts($0)[part] } }
    expectGradients(at: [hidden, weight]) { inputs in
      let all = parts(inputs)
      return all[0] + all[1] + all[2]
    }
  }

  @Test(arguments: plans) func `gradients in parts equal those of the whole matrix`(
    plan: TokenStatistics.Plan
  ) throws {
    let (rows, vocabulary) = (70, 20_003)
    let inputs = [draw(rows, 3).asParameter(), draw(vocabulary, 3).asParameter()]
    let targets = tokens(rows, 2, below: vocabulary)
    let reference = (hidden: draw(rows, 3), weight: draw(vocabulary, 3))
    let scale = draw(rows)
    let chunked = try Tensor.recording {
      let all = TokenStatistics(
        hidden: inputs[0], weight: inputs[1], targets: targets, temperature: 1,
        reference: reference, plan: plan)
      let divergence = try #require(all.divergences)
      return
        ((all.logProbabilities.sum(along: 1) + all.entropies * 2 - divergence) * scale)
        .sum().gradients(of: inputs)
    }
    let whole = try Tensor.recording {
      let all = naive(inputs[0], inputs[1], targets, reference: reference)
      let divergence = try #require(all.divergence)
      return ((all.log.sum(along: 1) + all.entropy * 2 - divergence) * scale)
        .sum().gradients(of: inputs)
    }
    for (left, right) in zip(chunked, whole) { expectEqual(left, right, tolerance: 1e-10) }
  }

  @Test func `second derivatives equal those of the whole matrix`() throws {
    let inputs = [draw(3, 2).asParameter(), draw(5, 2).asParameter()]
    let (targets, directions) = (tokens(3, 1, below: 5), [draw(3, 2), draw(5, 2)])
    let reference = (hidden: draw(3, 2), weight: draw(5, 2))
    func product(_ value: Tensor) -> [Tensor] {
      let slopes = value.gradients(of: inputs, recording: true)
      let along = (slopes[0] * directions[0]).sum() + (slopes[1] * directions[1]).sum()
      return along.gradients(of: inputs)
    }
    let chunked = try Tensor.recording {
      let all = TokenStatistics(
        hidden: inputs[0], weight: inputs[1], targets: targets, temperature: 0.8,
        reference: reference)
      let divergence = try #require(all.divergences)
      return product(all.logProbabilities.squared().sum() + (all.entropies * divergence).sum())
    }
    let whole = try Tensor.recording {
      let all = naive(
        inputs[0], inputs[1], targets, temperature: 0.8, reference: reference)
      let divergence = try #require(all.divergence)
      return product(all.log.squared().sum() + (all.entropy * divergence).sum())
    }
    for (left, right) in zip(chunked, whole) { expectEqual(left, right, tolerance: 1e-10) }
  }

  @Test func `bfloat16 operands are multiplied and normalised in float32`() throws {
    let (hidden, weight) = (draw(40, 16).cast(to: .bfloat16), draw(50, 16).cast(to: .bfloat16))
    let targets = tokens(40, 2, below: 50)
    let statistics = TokenStatistics(
      hidden: hidden, weight: weight, targets: targets, temperature: 0.9,
      reference: (hidden, weight))
    let (wide, wideWeight) = (hidden.cast(to: .float32), weight.cast(to: .float32))
    let expected = naive(wide, wideWeight, targets, temperature: 0.9)
    expectEqual(statistics.logProbabilities, expected.log, tolerance: 1e-5)
    expectEqual(statistics.entropies, expected.entropy, tolerance: 1e-5)
    expectEqual(try #require(statistics.divergences), .zeros([40]), tolerance: 1e-6)
  }

  @Test func `bfloat16 gradients are those of float32, rounded`() {
    let inputs = [draw(40, 8).cast(to: .bfloat16), draw(50, 8).cast(to: .bfloat16)]
    let targets = tokens(40, 1, below: 50)
    func slopes(_ values: [Tensor]) -> [Tensor] {
      let parameters = values.map { $0.asParameter() }
      return Tensor.recording {
        TokenStatistics(hidden: parameters[0], weight: parameters[1], targets: targets)
          .logProbabilities.mean().gradients(of: parameters)
      }
    }
    let (narrow, wide) = (slopes(inputs), slopes(inputs.map { $0.cast(to: .float32) }))
    for (left, right) in zip(narrow, wide) {
      #expect(left.dataType == .bfloat16)
      // bfloat16 keeps eight bits: a rounding is at most 2⁻⁹ of the value.
      expectEqual(left.cast(to: .float32), right, tolerance: 1e-4, relative: 0.008)
    }
  }
}
