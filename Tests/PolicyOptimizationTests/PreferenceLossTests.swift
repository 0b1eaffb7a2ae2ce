import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

@Suite struct `Preference losses` {
  @Test(arguments: [0, 0.3, 1]) func `at a tie are ln 2, whoever won`(probability: Double) {
    expectEqual(
      preferenceLosses(margins: vector(0), probabilities: vector(probability)).item, log(2),
      tolerance: 1e-12)
  }

  @Test func `of a hard label are −log σ of the winner's margin`() {
    // σ(ln 3) = ¾.
    expectEqual(
      preferenceLosses(margins: vector(log(3), log(3)), probabilities: vector(1, 0)),
      vector(-log(0.75), -log(0.25)), tolerance: 1e-12)
  }

  @Test func `pull at the winner by σ(r_l − r_w)`() {
    let margins = vector(-2, -0.5, 0, 0.5, 2)
    let slopes = gradient(at: margins) {
      preferenceLosses(margins: $0, probabilities: .ones([5], dataType: .float64)).sum()
    }
    expectEqual(slopes, -(-margins).sigmoid(), tolerance: 1e-12)
  }

  @Test(arguments: [0.1, 0.5, 0.8]) func `are least at the log-odds of a soft label`(label: Double)
  {
    let best = vector(log(label / (1 - label)))
    let slope = gradient(at: best) {
      preferenceLosses(margins: $0, probabilities: vector(label)).sum()
    }
    expectEqual(slope.item, 0, tolerance: 1e-12)
    let least = preferenceLosses(margins: best, probabilities: vector(label)).item
    // What remains is the raters' own entropy.
    expectEqual(least, -label * log(label) - (1 - label) * log(1 - label), tolerance: 1e-12)
    for shift in [-0.5, 0.5] {
      #expect(
        preferenceLosses(margins: best + shift, probabilities: vector(label)).item > least)
    }
  }

  @Test func `do not mind which of two answers comes first`() {
    let (margins, labels) = (samples([6], seed: 98), samples([6], seed: 99).sigmoid())
    expectEqual(
      preferenceLosses(margins: -margins, probabilities: 1 - labels),
      preferenceLosses(margins: margins, probabilities: labels), tolerance: 1e-12)
  }

  @Test func `of enormous margins are finite in float32`() {
    expectEqual(
      preferenceLosses(
        margins: Tensor([1000 as Float, -1000]), probabilities: .ones([2])),
      Tensor([0 as Float, 1000]))
  }

  @Test func `differentiate as central differences do`() {
    expectGradients(at: [samples([5], seed: 100), samples([5], seed: 101).sigmoid()]) {
      preferenceLosses(margins: $0[0], probabilities: $0[1]).sum()
    }
  }

  @Test func `refuse labels of another shape`() async {
    await #expect(processExitsWith: .failure) {
      _ = preferenceLosses(margins: .zeros([3]), probabilities: .zeros([1]))
    }
  }
}
