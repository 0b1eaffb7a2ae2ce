import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

// Articles: <doc:Baselines>, <doc:LeaveOneOut>, <doc:GroupRelative>.
@Suite struct `Baselines` {
  @Test func `over time are the mean of those that got so far`() {
    let mask = paddingMask([3, 1, 2], time: 3)
    let returns = matrix([6, 3, 1], [2, .nan, .nan], [4, 5, .nan])
    expectEqual(
      timeBaseline(returns, mask: mask), matrix([4, 4, 1], [4, 0, 0], [4, 4, 0]), tolerance: 1e-12)
  }

  // Var(s·(R − b)) is a parabola in b; its minimum is where its derivative E[s²(R − b)] is zero.
  @Test func `of least variance are least, for every parameter`() {
    let (scores, returns) = (samples([50, 3], seed: 1), samples([50], seed: 2) + 3)
    let baseline = minimumVarianceBaseline(scores: scores, returns: returns)
    func secondMoment(_ b: Tensor) -> Tensor {
      (scores * (returns.unsqueezed(1) - b.unsqueezed(0))).squared().mean(along: 0)
    }
    let least = secondMoment(baseline)
    for shift in [-0.5, -0.01, 0.01, 0.5] {
      #expect(!(secondMoment(baseline + shift) .<= least).booleans.contains(true))
    }
    expectEqual(
      (scores.squared() * (returns.unsqueezed(1) - baseline.unsqueezed(0))).sum(along: 0),
      Tensor.zeros([3], dataType: .float64), tolerance: 1e-12)
  }

  @Test func `of least variance count enumerated trajectories by their probability`() {
    let scores = matrix([1, 2], [1, 0], [-1, 0])
    let weights = vector(0.5, 0.25, 0.25)
    // (½·6 + ¼·2 + ¼·4)/(½ + ¼ + ¼), and only the first trajectory counts for the second parameter.
    expectEqual(
      minimumVarianceBaseline(scores: scores, returns: vector(6, 2, 4), weights: weights),
      vector(4.5, 6), tolerance: 1e-12)
  }

  @Test func `of least variance leave parameters alone that nothing depends on`() {
    let gradient = minimumVarianceGradient(scores: matrix([1, 0], [2, 0]), returns: vector(1, 2))
    #expect(gradient.isAllFinite && gradient.doubles[1] == 0)
  }
}

@Suite struct `Group baselines` {
  @Test func `leave one out`() {
    // Groups (1, 2, 6) and (0, 0, 3): each minus the mean of the other two.
    expectEqual(
      leaveOneOutAdvantages(vector(1, 2, 6, 0, 0, 3), groupSize: 3),
      vector(-3, -1.5, 4.5, -1.5, -1.5, 3), tolerance: 1e-12)
  }

  @Test func `relative to the group are its deviations`() {
    // Mean 3, deviation √7 (unbiased).
    let root = 7.0.squareRoot() + 1e-4
    expectEqual(
      groupRelativeAdvantages(vector(1, 2, 6), groupSize: 3, scaling: .deviation),
      vector(-2 / root, -1 / root, 3 / root), tolerance: 1e-12)
    expectEqual(
      groupRelativeAdvantages(vector(1, 2, 6), groupSize: 3, scaling: .none), vector(-2, -1, 3),
      tolerance: 1e-12)
  }

  @Test func `are zero where all of a group are worth the same`() {
    let same = vector(4, 4, 4, 4)
    expectEqual(leaveOneOutAdvantages(same, groupSize: 4), same.zerosLike())
    expectEqual(
      groupRelativeAdvantages(same, groupSize: 4, scaling: .deviation), same.zerosLike())
  }

  @Test func `do not see a shift of a group's rewards`() {
    let returns = samples([8], seed: 3)
    let shift = Tensor([5.0, 5, 5, 5, -2, -2, -2, -2])
    expectEqual(
      leaveOneOutAdvantages(returns + shift, groupSize: 4),
      leaveOneOutAdvantages(returns, groupSize: 4), tolerance: 1e-12)
    expectEqual(
      groupRelativeAdvantages(returns + shift, groupSize: 4, scaling: .deviation),
      groupRelativeAdvantages(returns, groupSize: 4, scaling: .deviation), tolerance: 1e-12)
  }

  @Test func `follow the order of groups and of their members`() {
    let returns = vector(1, 2, 6, 0, 0, 3)
    let order = [5, 3, 4, 1, 0, 2]
    expectEqual(
      leaveOneOutAdvantages(returns.reordered(order), groupSize: 3),
      leaveOneOutAdvantages(returns, groupSize: 3).reordered(order), tolerance: 1e-12)
  }

  // Pr(a) = p for reward 1, else 0: E[Σᵢ ∇log π(aᵢ)·Aᵢ]/k = ∇p exactly, for leave-one-out; not for the mean of all.
  @Test(arguments: [0.2, 0.5]) func `that leave one out have the exact gradient`(p: Double) {
    // Two samples, four pairs; the score of a = 1 is 1 − p, of a = 0 it is −p (one logit).
    var gradient = 0.0
    for (first, second) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
      let probability = (first == 1 ? p : 1 - p) * (second == 1 ? p : 1 - p)
      let advantages = leaveOneOutAdvantages(
        vector(Double(first), Double(second)), groupSize: 2
      ).doubles
      let scores = [first, second].map { Double($0) - p }
      gradient += probability * (scores[0] * advantages[0] + scores[1] * advantages[1]) / 2
    }
    expectEqual(gradient, p * (1 - p), tolerance: 1e-12)
  }
}
