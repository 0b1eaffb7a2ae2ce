import Foundation
import PolicyOptimization
import Reports
import Torch

/// What one seed saw of a bandit with two actions.
struct SampledRun: Encodable, Sendable {
  var seed: Int
  var method: TabularLearner.Method
  /// The action drawn first.
  var firstAction: Int
  /// The step at which the other action was drawn for the first time, if it was.
  var otherTriedAt: Int?
  /// logit(first action) − logit(second), by step.
  var gaps: [Int: Double]

  enum CodingKeys: String, CodingKey {
    case seed, method
    case firstAction = "first_action"
    case otherTriedAt = "other_tried_at"
    case gaps = "logit_gaps"
  }

  /// Steps spread evenly over powers of ten, eight to a power, from 1 to `last`, always with both.
  static func checkpoints(to last: Int) -> [Int] {
    let exponents = stride(from: 0, through: log10(Double(last)) + 1e-9, by: 1.0 / 8)
    return Set(exponents.map { Int(pow(10, $0).rounded()) } + [last]).sorted()
  }
}

extension Bandit {
  /// Lets a learner draw its own actions, once for every seed; equal seeds draw the same numbers for every learner.
  func sampled(
    _ learner: TabularLearner, seeds: Int, steps: Int,
    progress: (_ completed: Int, _ total: Int) -> Void = { _, _ in }
  ) -> [SampledRun] {
    precondition(rewards.count == 2, "a gap between \(rewards.count) actions")
    let checkpoints = SampledRun.checkpoints(to: steps)
    return (0..<seeds).map { seed in
      defer { progress(seed + 1, seeds) }
      let draws = Generator(seed: UInt64(seed), purpose: "bandit")
        .uniform([steps], dataType: .float64).doubles
      return sampled(learner, seed: seed, draws: draws, checkpoints: checkpoints)
    }
  }

  private func sampled(
    _ learner: TabularLearner, seed: Int, draws: [Double], checkpoints: [Int]
  ) -> SampledRun {
    var learner = learner
    var run = SampledRun(seed: seed, method: learner.method, firstAction: 0, gaps: [:])
    var place = 0
    // Most visits bring nothing new, so that a run of millions is a few that change something.
    var state = State(learner, rewards)
    for (index, draw) in draws.enumerated() {
      let action = draw < state.firstProbability ? 0 : 1
      if index == 0 { run.firstAction = action }
      if run.otherTriedAt == nil, action != run.firstAction { run.otherTriedAt = index + 1 }
      if state.isNew[action] {
        learner.reinforce(action, outcome: rewards[action])
        state = State(learner, rewards)
      }
      if index + 1 == checkpoints[place] {
        run.gaps[index + 1] = learner.logits[0] - learner.logits[1]
        place += 1
      }
      // Both actions tried, both known: so it stays.
      if run.otherTriedAt != nil, !state.isNew[0], !state.isNew[1] { break }
    }
    for step in checkpoints[place...] { run.gaps[step] = learner.logits[0] - learner.logits[1] }
    return run
  }

  private struct State {
    var firstProbability: Double
    /// Whether another visit of each action would change anything.
    var isNew: [Bool]

    init(_ learner: TabularLearner, _ rewards: [Double]) {
      firstProbability = learner.probabilities[0]
      isNew = rewards.enumerated().map { $0.element != learner.baseline(of: $0.offset) }
    }
  }
}

extension Sequence<SampledRun> {
  /// The gap at a step over the seeds.
  func gaps(at step: Int) -> Summary { Summary(compactMap { $0.gaps[step] }) }

  /// A curve for every seed: a function of the gap, by step.
  func curves(_ value: (Double) -> Double = { $0 }) -> [[CurvePoint]] {
    map { run in
      run.gaps.sorted { $0.key < $1.key }.map {
        CurvePoint(step: Double($0.key), value: value($0.value))
      }
    }
  }
}
