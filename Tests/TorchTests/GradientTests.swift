import Foundation
import TensorTestSupport
import Testing
import Torch

@Suite struct `Gradients` {
  @Test func `nothing is recorded outside a scope`() {
    let parameter = Tensor([2.0]).asParameter()
    #expect(parameter.requiresGradient)
    #expect(!(parameter * 3).requiresGradient)
    Tensor.recording {
      #expect((parameter * 3).requiresGradient)
      Tensor.withoutRecording { #expect(!(parameter * 3).requiresGradient) }
      #expect((parameter * 3).requiresGradient)
      #expect(!parameter.detached().requiresGradient)
    }
    #expect(!(parameter * 3).requiresGradient)
  }

  @Test func `an error ends the scope`() {
    struct Failure: Error {}
    let parameter = Tensor([2.0]).asParameter()
    #expect(throws: Failure.self) { try Tensor.recording { throw Failure() } }
    #expect(!(parameter * 3).requiresGradient)
  }

  @Test func `another thread does not record`() async {
    let parameter = Tensor([2.0]).asParameter()
    let recorded = await withCheckedContinuation { continuation in
      Tensor.recording {
        let finished = DispatchSemaphore(value: 0)
        Thread {
          continuation.resume(returning: (parameter * 3).requiresGradient)
          finished.signal()
        }.start()
        finished.wait()
      }
    }
    #expect(!recorded)
  }

  @Test func `a parameter has storage of its own`() {
    let value = Tensor([1.0, 2])
    let parameter = value.asParameter()
    parameter.assign(Tensor([5.0, 6]))
    #expect(value.doubles == [1, 2] && parameter.doubles == [5, 6])
    parameter.setRequiresGradient(false)
    #expect(!parameter.requiresGradient)
  }

  @Test func `there are zeros where there is no path`() {
    let (used, unused) = (Tensor([2.0]).asParameter(), Tensor([1.0, 1], shape: [1, 2]))
    let free = unused.asParameter()
    let slopes = Tensor.recording { used.squared().sum().gradients(of: [used, free]) }
    expectEqual(slopes[0], Tensor([4.0]))
    expectEqual(slopes[1], Tensor.zeros([1, 2], dataType: .float64))
  }

  @Test func `gradients can be differentiated again`() {
    // d²(x³)/dx² = 6x
    let x = Tensor([2.0]).asParameter()
    let second = Tensor.recording {
      x.power(3).sum().gradients(of: [x], recording: true)[0].sum().gradients(of: [x])[0]
    }
    expectEqual(second, Tensor([12.0]))
  }

  @Test func `every gradient has storage of its own, so that it can be scaled in place`() {
    let parameters = (0..<2).map { _ in Tensor([1.0, 2, 3]).asParameter() }
    let slopes = Tensor.recording {
      (parameters[0] + parameters[1]).sum().gradients(of: parameters)
    }
    FusedUpdate.scale(slopes, by: Tensor(0.5, dataType: .float64))
    for slope in slopes { expectEqual(slope, Tensor([0.5, 0.5, 0.5])) }
  }
}

@Suite struct `Steps over many tensors` {
  @Test func `the norm is that of all gradients together`() {
    // 3-4-12: √(9 + 16 + 144) = 13
    let gradients = [Tensor([3.0, 0], shape: [2, 1]), Tensor([-4.0]), Tensor([12.0])]
    expectEqual(FusedUpdate.norm(of: gradients), Tensor(13, dataType: .float64))
  }

  // Long ones are summed in blocks, the last of them short; one number is far above the others, and float32 would lose them.
  @Test(arguments: [1, 1 << 15, 100_003]) func `the norm of many numbers is exact`(count: Int) {
    let generator = Generator(seed: 3)
    let gradients = [
      generator.normal([count]).cast(to: .float32), Tensor([Float(1e4)]),
      generator.normal([7, 11]).cast(to: .float32),
    ]
    let squares = gradients.map { $0.cast(to: .float64).squared().sum().item }
    let norm = FusedUpdate.norm(of: gradients)
    #expect(norm.dataType == .float32 && norm.shape == [])
    #expect(abs(norm.item / squares.reduce(0, +).squareRoot() - 1) < 1e-7)
  }

  @Test func `scaling and adding happen in place`() {
    let (first, second) = (Tensor([1.0, 2]), Tensor([3.0]))
    FusedUpdate.scale([first, second], by: Tensor(2, dataType: .float64))
    #expect(first.doubles == [2, 4] && second.doubles == [6])
    FusedUpdate.add([Tensor([10.0, 10]), Tensor([1.0])], to: [first, second], factor: -0.5)
    #expect(first.doubles == [-3, -1] && second.doubles == [5.5])
  }

  @Test func `the first AdamW step moves by the learning rate against the sign`() {
    // m̂ = g, v̂ = g²: θ ← θ(1 − ηλ) − η·g/(|g| + ε)
    let parameter = Tensor([1.0, 1])
    let moments = (0..<2).map { _ in Tensor.zeros([2], dataType: .float64) }
    let step = Tensor(0)
    FusedUpdate.adamW(
      parameters: [parameter], gradients: [Tensor([0.3, -7])], firstMoments: [moments[0]],
      secondMoments: [moments[1]], steps: [step], learningRate: 0.1, betas: (0.9, 0.99),
      weightDecay: 0.5, epsilon: 0.01)
    let expected = [0.95 - 0.1 * 0.3 / 0.31, 0.95 + 0.1 * 7 / 7.01]
    expectEqual(parameter, Tensor(expected), tolerance: 1e-12)
    expectEqual(moments[0], Tensor([0.03, -0.7]), tolerance: 1e-12)
    expectEqual(moments[1], Tensor([0.0009, 0.49]), tolerance: 1e-12)
    #expect(step.item == 1)
  }
}
