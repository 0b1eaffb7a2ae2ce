import Foundation
import PolicyOptimization
import TensorTestSupport
import Testing
import Torch

/// One visit of one state with one action, after which the episode ends.
private func visit(reward: Double, value: Double = 0, actionValue: Double = 0) -> Trajectories {
  Trajectories(
    rewards: matrix([reward]), values: matrix([value]), finalValues: vector(0),
    actionValues: matrix([actionValue]), mask: .ones([1, 1]))
}

private func softmax(_ logits: [Double]) -> [Double] {
  Tensor(logits).softmax(along: 0).doubles
}

// Article: <doc:ActionConditionedError>.
@Suite struct `Action-conditioned errors` {
  /// Wedding is 0 and worth 1, party is 1 and worth ½; the actions are those of the published tables.
  let rewards = [1, 0.5]
  let actions = [0, 1, 1, 0]

  @Test func `leave the table's policy where rewards say`() {
    // Logits 1|0, then 1|½; both errors are zero from there on: σ(1), then σ(½).
    var (logits, actionValues) = ([0.0, 0], [0.0, 0])
    let weddings = actions.map { action in
      let error = actionConditionedDifferences(
        visit(reward: rewards[action], actionValue: actionValues[action]), discount: 1)
      logits[action] += error.item
      actionValues[action] = rewards[action]
      return softmax(logits)[0]
    }
    expectEqual(Tensor(weddings), vector(0.731059, 0.622459, 0.622459, 0.622459), tolerance: 1e-6)
  }

  @Test func `differ from temporal differences, which go on raising the better action`() {
    // Errors 1, −½, 0, ½ against V = 0, 1, ½, ½: gaps 1, 1½, 1½, 2.
    var (logits, value) = ([0.0, 0], 0.0)
    let weddings = actions.map { action in
      let error = temporalDifferences(visit(reward: rewards[action], value: value), discount: 1)
      logits[action] += error.item
      value = rewards[action]
      return softmax(logits)[0]
    }
    expectEqual(Tensor(weddings), vector(0.731059, 0.817574, 0.817574, 0.880797), tolerance: 1e-6)
  }

  @Test(arguments: [0, 0.5, 1]) func `are zero once Q is exact`(lambda: Double) {
    let batch = RaggedBatch()
    var trajectories = batch.trajectories
    trajectories.actionValues = trajectories.rewards + trajectories.nextValues * 0.9
    let errors = actionConditionedDifferences(trajectories, discount: 0.9)
    expectEqual(
      accumulated(errors, mask: batch.mask, discount: 0.9, lambda: lambda),
      batch.mask.zerosLike(), tolerance: 1e-12)
    // The control: the same trajectories still move a policy through temporal differences.
    #expect(temporalDifferences(trajectories, discount: 0.9).magnitude().sum().item > 1)
  }

  @Test func `are temporal differences where Q is V`() {
    var trajectories = RaggedBatch().trajectories
    trajectories.actionValues = trajectories.values
    expectEqual(
      actionConditionedDifferences(trajectories, discount: 0.9),
      temporalDifferences(trajectories, discount: 0.9), tolerance: 0)
  }

  @Test func `are temporal differences minus the action's advantage`() {
    let trajectories = RaggedBatch().trajectories
    guard let actionValues = trajectories.actionValues else { return #expect(Bool(false)) }
    expectEqual(
      actionConditionedDifferences(trajectories, discount: 0.9),
      temporalDifferences(trajectories, discount: 0.9) - (actionValues - trajectories.values),
      tolerance: 1e-12)
  }

  @Test(arguments: [0.5, 1, 2])
  func `take a one-step problem to the KL-regularized optimum`(ratio: Double) {
    // With logit steps η and Q steps α = η/ratio the limit is p₀·exp(ratio·(r − q₀)) / Z: the optimum at β = 1/ratio.
    let rewards = [0.3, -0.7, 1.1]
    let prior = [0.1, -0.4, 0.8]
    var (logits, actionValues) = (prior, [0.2, 0.0, -0.5])
    let start = actionValues
    let step = 0.3
    for _ in 0..<200 {
      for action in rewards.indices {
        let error = actionConditionedDifferences(
          visit(reward: rewards[action], actionValue: actionValues[action]), discount: 1
        ).item
        logits[action] += step * ratio * error
        actionValues[action] += step * error
      }
    }
    let expected = rewards.indices.map { prior[$0] + ratio * (rewards[$0] - start[$0]) }
    expectEqual(Tensor(softmax(logits)), Tensor(softmax(expected)), tolerance: 1e-9)
  }

  @Test func `give rewards of 10 and 11 odds of e to 1`() {
    var (logits, actionValues) = ([0.0, 0], [0.0, 0])
    for action in [0, 1, 1, 0] {
      let reward = [10.0, 11][action]
      logits[action] +=
        actionConditionedDifferences(
          visit(reward: reward, actionValue: actionValues[action]), discount: 1
        ).item
      actionValues[action] = reward
    }
    expectEqual(Tensor(softmax(logits)), vector(0.268941, 0.731059), tolerance: 1e-6)
  }

  @Test func `bias the policy gradient, as temporal differences with a wrong V do not`() {
    // All three actions of a one-step problem, weighted by their probabilities.
    let logits = vector(0.2, -0.5, 0.9)
    let (logPolicy, rewards) = (logits.logSoftmax(along: 0), matrix([1], [2], [-1]))
    let batch = Trajectories(
      rewards: rewards, values: matrix([3], [3], [3]), finalValues: vector(0, 0, 0),
      actionValues: matrix([1], [0], [2]), mask: .ones([3, 1]))
    func expected(_ advantages: Tensor) -> Tensor {
      gradient(at: logits) {
        let losses = SurrogateObjective.clipped(0.2).losses(
          logRatios: $0.logSoftmax(along: 0) - logPolicy, advantages: advantages.squeezed(1))
        return (losses * logPolicy.exponential()).sum()
      }
    }
    let exact = gradient(at: logits) { -($0.softmax(along: 0) * rewards.squeezed(1)).sum() }
    expectEqual(expected(temporalDifferences(batch, discount: 1)), exact, tolerance: 1e-12)
    let biased = expected(actionConditionedDifferences(batch, discount: 1))
    #expect((biased - exact).magnitude().sum().item > 0.1)
  }

  @Test func `need action values`() async {
    await #expect(processExitsWith: .failure) {
      let trajectories = Trajectories(
        rewards: .zeros([1, 1]), values: .zeros([1, 1]), finalValues: .zeros([1]),
        mask: .ones([1, 1]))
      _ = actionConditionedDifferences(trajectories, discount: 1)
    }
  }
}
