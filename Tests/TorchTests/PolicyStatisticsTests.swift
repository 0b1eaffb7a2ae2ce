import Foundation
import TensorTestSupport
import Testing
import Torch

@Suite struct `Categorical statistics` {
  let generator = Generator(seed: 3)
  func draw(_ shape: Int...) -> Tensor { generator.normal(shape, dataType: .float64) }
  func choices(_ rows: Int, below count: Int) -> Tensor {
    Tensor((0..<rows).map { _ in generator.integer(below: count) })
  }

  // log π, H and KL(prior ‖ π) by plain operators.
  private func written(_ logits: Tensor, _ choices: Tensor, _ prior: Tensor) -> [Tensor] {
    let log = logits.logSoftmax(along: -1)
    return [
      log.gathered(choices.unsqueezed(1), along: 1).squeezed(1),
      -(log.exponential() * log).sum(along: -1),
      (prior.exponential() * (prior - log)).sum(along: -1),
    ]
  }

  private func fused(_ logits: Tensor, _ choices: Tensor, _ prior: Tensor?) -> [Tensor] {
    let statistics = CategoricalStatistics(logits: logits, choices: choices, prior: prior)
    return [statistics.logProbabilities, statistics.entropies]
      + [statistics.divergences].compactMap { $0 }
  }

  @Test(arguments: [(1, 1), (1, 2), (7, 2), (5, 19)])
  func `are those of the formulas, with their gradients`(rows: Int, count: Int) {
    let (logits, taken) = (draw(rows, count) * 3, choices(rows, below: count))
    let prior = draw(rows, count).logSoftmax(along: -1)
    let weights = (0..<3).map { _ in draw(rows) }
    let results = { (function: (Tensor, Tensor, Tensor) -> [Tensor]) -> [Tensor] in
      let parameter = logits.asParameter()
      return Tensor.recording {
        let outputs = function(parameter, taken, prior)
        let sum = zip(outputs, weights).map { ($0 * $1).sum() }.reduce(Tensor(0.0), +)
        return outputs.map { $0.detached() } + sum.gradients(of: [parameter])
      }
    }
    let expected = results(written)
    for (found, expected) in zip(results(fused), expected) {
      expectEqual(found, expected, tolerance: 1e-12)
    }
    let single = fused(logits.cast(to: .float32), taken, prior.cast(to: .float32))
    for (found, expected) in zip(single, expected) {
      expectEqual(found.cast(to: .float64), expected, tolerance: 1e-5)
    }
  }

  @Test func `have gradients that can be differentiated again`() {
    let (taken, prior) = (choices(4, below: 3), draw(4, 3).logSoftmax(along: -1))
    let weights = draw(4, 3)
    expectGradients(at: [draw(4, 3)]) { inputs in
      Tensor.recording {
        let logits = inputs[0].requiresGradient ? inputs[0] : inputs[0].asParameter()
        let sum = fused(logits, taken, prior).map { $0.squared().sum() }.reduce(Tensor(0.0), +)
        return (sum.gradients(of: [logits], recording: true)[0] * weights).sum()
      }
    }
  }

  @Test func `without a prior leave it out, and take one of impossible actions`() {
    #expect(
      CategoricalStatistics(logits: draw(2, 3), choices: Tensor([0, 2])).divergences == nil)
    let logits = Tensor([0, -.infinity, log(3.0)], shape: [1, 3])
    let parameter = logits.asParameter()
    let (entropy, slope) = Tensor.recording {
      let entropies = fused(parameter, Tensor([2]), logits.logSoftmax(along: -1))[1]
      return (entropies.detached(), entropies.sum().gradients(of: [parameter])[0])
    }
    expectEqual(entropy, Tensor([-0.25 * log(0.25) - 0.75 * log(0.75)]), tolerance: 1e-12)
    #expect(slope.isAllFinite && slope.doubles[1] == 0)
    let statistics = fused(logits, Tensor([2]), logits.logSoftmax(along: -1))
    expectEqual(statistics[0], Tensor([log(0.75)]), tolerance: 1e-12)
    expectEqual(statistics[2], Tensor([0.0]), tolerance: 1e-12)
  }
}

@Suite struct `The fused clipped surrogate` {
  @Test(arguments: [nil, 2.5] as [Double?])
  func `is the formula, with its gradients`(dual: Double?) {
    let generator = Generator(seed: 8)
    let logRatios = generator.normal([300], dataType: .float64).asParameter()
    let (advantages, weights) = (
      generator.normal([300], dataType: .float64), generator.normal([300], dataType: .float64)
    )
    let written = { (logRatios: Tensor) -> Tensor in
      let ratios = logRatios.exponential()
      let losses = (-(ratios * advantages)).maximum(-(ratios.clamped(to: 0.8...1.2) * advantages))
      guard let dual else { return losses }
      return losses.minimum(-(advantages.clamped(atMost: 0) * dual))
        .replacing(with: losses, where: advantages .>= 0)
    }
    let fused = { (logRatios: Tensor) -> Tensor in
      clippedSurrogate(logRatios: logRatios, advantages: advantages, range: 0.2, dual: dual).losses
    }
    let results = [written, fused].map { function in
      Tensor.recording {
        let losses = function(logRatios)
        return [losses.detached()] + (losses * weights).sum().gradients(of: [logRatios])
      }
    }
    expectEqual(results[1][0], results[0][0], tolerance: 1e-14)
    expectEqual(results[1][1], results[0][1], tolerance: 1e-14)
    // It counts where the slope is cut off.
    let clipped = clippedSurrogate(
      logRatios: logRatios, advantages: advantages, range: 0.2, dual: dual
    ).clipped
    expectEqual(clipped, (results[0][1] .== 0).cast(to: .float64), tolerance: 0)
    #expect(clipped.sum().item > 50)
  }
}
