import Foundation
import NeuralNetworks
import TensorTestSupport
import Testing
import Torch

@Suite struct `AdamW steps` {
  private func parameters(_ matrix: [Float], _ vector: [Float]) -> Parameters {
    var parameters = Parameters()
    parameters.append("matrix", Tensor(matrix, shape: [2, 3]).asParameter())
    parameters.append("vector", Tensor(vector).asParameter())
    return parameters
  }

  private func optimizer(_ parameters: Parameters) -> AdamW {
    AdamW(
      parameters,
      AdamW.Configuration(
        learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1,
        maximumGradientNorm: 1.5))
  }

  private func take(_ step: AdamWStep, _ optimizer: AdamW, scale: Double) -> Double {
    optimizer.step(
      [Tensor(step.matrixGradient, shape: [2, 3]), Tensor(step.vectorGradient)], scale: scale)
  }

  @Test func `steps equal PyTorch's, clipped, scheduled and with decay of matrices only`() {
    let start = Goldens.start
    let optimizer = optimizer(parameters(start.matrix, start.vector))
    for (index, step) in Goldens.adamW.enumerated() {
      let norm = take(step, optimizer, scale: 1 - Double(index) / 6)
      expectEqual(norm, step.norm, tolerance: 1e-5)
      expectEqual(optimizer.parameters.tensors[0].reshaped(-1), Tensor(step.matrix))
      expectEqual(optimizer.parameters.tensors[1], Tensor(step.vector))
    }
    #expect(Goldens.adamW.contains { $0.norm > 1.5 } && Goldens.adamW.contains { $0.norm < 1.5 })
  }

  // Few numbers are stepped by a loop of ours, many by libtorch's: the first of the many are the few.
  @Test func `few and many numbers take the same steps`() {
    let (few, many) = (60_000, 70_000)
    let start = Generator(seed: 1).normal([many, 1])
    let gradients = (0..<4).map { Generator(seed: 2 + UInt64($0)).normal([many, 1]) }
    let ends = [few, many].map { count in
      var parameters = Parameters()
      parameters.append("matrix", start.slice(0, 0..<count).copy().asParameter())
      let optimizer = AdamW(
        parameters,
        AdamW.Configuration(learningRate: 0.05, weightDecay: 0.1, maximumGradientNorm: nil))
      let norms = gradients.map { optimizer.step([$0.slice(0, 0..<count).copy()]) }
      return (parameters.tensors[0].slice(0, 0..<few).detached(), norms)
    }
    expectEqual(ends[0].0, ends[1].0, tolerance: 1e-6)
    for (norm, gradient) in zip(ends[0].1, gradients) {
      let exact = gradient.slice(0, 0..<few).cast(to: .float64).squared().sum().item.squareRoot()
      #expect(abs(norm / exact - 1) < 1e-6)
    }
    #expect(ends[1].1[0] > ends[0].1[0])
  }

  @Test func `a restored state continues with the same bits`() {
    let start = Goldens.start
    let first = optimizer(parameters(start.matrix, start.vector))
    for step in Goldens.adamW[..<3] { _ = take(step, first, scale: 1) }
    let middle = first.parameters.tensors.map(\.floats)
    let second = optimizer(parameters(middle[0], middle[1]))
    #expect(second.state.names == first.state.names)
    second.state.assign(first.state)
    for step in Goldens.adamW[3...] {
      for optimizer in [first, second] { _ = take(step, optimizer, scale: 1) }
    }
    #expect(second.parameters.tensors.map(\.floats) == first.parameters.tensors.map(\.floats))
    #expect(second.state.tensors.map(\.floats) == first.state.tensors.map(\.floats))
    #expect(second.state.tensors[2].item == 6)
  }

  @Test func `gradients below the limit are not touched, others end at the limit`() {
    for (length, expected) in [(0.5, 0.5), (4.0, 1.0)] {
      var parameters = Parameters()
      parameters.append("p", Tensor([1.0, 1]).asParameter())
      let gradient = Tensor([0, length])
      let norm = AdamW(parameters, AdamW.Configuration(learningRate: 0)).step([gradient])
      expectEqual(norm, length, tolerance: 1e-12)
      expectEqual(gradient, Tensor([0, expected]), tolerance: 1e-6)
    }
  }

  @Test func `without a limit nothing is clipped`() {
    var parameters = Parameters()
    parameters.append("p", Tensor([1.0]).asParameter())
    let gradient = Tensor([1e6])
    AdamW(parameters, AdamW.Configuration(learningRate: 0, maximumGradientNorm: nil))
      .step([gradient])
    #expect(gradient.item == 1e6)
  }

  @Test func `a loss that adds parameters can be clipped`() {
    // The gradients of a sum are one number repeated, shared by both parameters.
    var parameters = Parameters()
    parameters.append("a", Tensor([1.0, 2, 3]).asParameter())
    parameters.append("b", Tensor([1.0, 2, 3]).asParameter())
    let gradients = Tensor.recording {
      (parameters.tensors[0] + parameters.tensors[1]).sum().gradients(of: parameters.tensors)
    }
    let optimizer = AdamW(parameters, AdamW.Configuration(learningRate: 0.1))
    expectEqual(optimizer.step(gradients), 6.0.squareRoot(), tolerance: 1e-12)
    for gradient in gradients {
      expectEqual(gradient, .full([3], 1 / 6.0.squareRoot(), dataType: .float64))
    }
  }

  @Test func `factors scale the steps of the parameters they name`() {
    var parameters = Parameters()
    for name in ["trunk", "head"] { parameters.append(name, Tensor([0.0]).asParameter()) }
    let optimizer = AdamW(parameters, AdamW.Configuration(learningRate: 0.1)) {
      $0 == "head" ? 10 : 1
    }
    optimizer.step([Tensor([1.0]), Tensor([1.0])])
    // The first step of Adam has the length of the learning rate.
    expectEqual(parameters.tensors[0].item, -0.1, tolerance: 1e-6)
    expectEqual(parameters.tensors[1].item, -1, tolerance: 1e-6)
  }

  @Test func `a parabola is descended to its lowest point`() {
    var parameters = Parameters()
    parameters.append("x", Tensor([4.0, -3]).asParameter())
    let optimizer = AdamW(parameters, AdamW.Configuration(learningRate: 0.1))
    let x = parameters.tensors[0]
    for step in 0..<200 {
      let slope = Tensor.recording { (x - 1).squared().sum().gradients(of: [x]) }
      optimizer.step(slope, scale: 1 - Double(step) / 200)
    }
    expectEqual(x, Tensor([1.0, 1]), tolerance: 1e-3)
  }

  // g / (|g| + ε) at the first step. With ε inside of the corrected root, as in TensorFlow 1, it would be 0.011.
  @Test(arguments: [DataType.float32, .float64])
  func `ε stands outside of the corrected root, as in PyTorch`(type: DataType) {
    var parameters = Parameters()
    parameters.append("x", Tensor([0.0]).cast(to: type).asParameter())
    AdamW(
      parameters, AdamW.Configuration(learningRate: 0.1, epsilon: 0.5, maximumGradientNorm: nil)
    ).step([Tensor([2.0]).cast(to: type)])
    expectEqual(parameters.tensors[0].item, -0.1 * 2 / 2.5, tolerance: 1e-7)
  }

  // The formula before section 2.1 of Kingma & Ba 2015, as TensorFlow 1 computes it: η·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√v + ε̂).
  @Test(arguments: [DataType.float32, .float64])
  func `ε can be added to the root before it is corrected, as in TensorFlow 1`(type: DataType) {
    var configuration = AdamW.Configuration(
      learningRate: 0.1, epsilon: 0.01, maximumGradientNorm: nil)
    configuration.epsilonPlacement = .uncorrected
    let gradients = [2.0, -0.5, 0.3, 4]
    var (x, m, v) = (0.0, 0.0, 0.0)
    var optimizer: AdamW?
    for (index, gradient) in gradients.enumerated() {
      // In the middle another one goes on from what was saved.
      if index % 2 == 0 {
        var parameters = Parameters()
        parameters.append("x", Tensor([x]).cast(to: type).asParameter())
        let next = AdamW(parameters, configuration)
        if let optimizer { next.state.assign(optimizer.state) }
        optimizer = next
      }
      optimizer?.step([Tensor([gradient]).cast(to: type)])
      let step = Double(index + 1)
      m = 0.9 * m + 0.1 * gradient
      v = 0.999 * v + 0.001 * gradient * gradient
      let rate = 0.1 * (1 - pow(0.999, step)).squareRoot() / (1 - pow(0.9, step))
      x -= rate * m / (v.squareRoot() + 0.01)
      expectEqual(optimizer?.parameters.tensors[0].item ?? .nan, x, tolerance: 1e-5)
    }
  }
}
