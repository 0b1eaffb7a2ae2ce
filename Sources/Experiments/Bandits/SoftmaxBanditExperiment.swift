import Foundation
import PolicyOptimization
import Reports

/// Pizza is worth 10, cookies 11: the softmax that ACTDE rests at, who gets there, and what changes it.
///
/// Turner & Einhorn 2023 for the resting point; the enumerated, sampled and gradient forms are worked out here.
public struct SoftmaxBanditExperiment: Sendable {
  /// Where sampling ends.
  static let steps = 100_000
  /// The q₀ that makes sampling quick: the mean of the rewards.
  static let meanReward = 10.5

  /// How many seeds draw their own actions.
  public let seeds: Int

  /// An experiment over some seeds.
  public init(seeds: Int) {
    self.seeds = seeds
  }

  /// Computes everything.
  ///
  /// - Parameters:
  ///   - command: What was typed, for the page.
  ///   - progress: Told how many runs of how many are done.
  /// - Returns: The page's content and the numbers behind it.
  public func run(
    command: String, progress: (_ completed: Int, _ total: Int) -> Void = { _, _ in }
  ) -> ExperimentOutcome {
    let bandit = Bandit.food
    let starts = [0, SoftmaxBanditExperiment.meanReward]
    let runs = starts.enumerated().map { place, start in
      bandit.sampled(
        bandit.learner(.actde, initialValues: [start, start]), seeds: seeds,
        steps: SoftmaxBanditExperiment.steps
      ) { completed, _ in progress(place * seeds + completed, starts.count * seeds) }
    }
    let enumerated = Enumeration(bandit)
    let waits = zip(starts, runs).flatMap { start, runs in
      [0, 1].map { Wait(first: $0, start: start, runs: runs) }
    }
    let variants = Variant.all
    let flows = Flow.all
    return ExperimentOutcome(
      report: report(
        enumerated: enumerated, waits: waits, runs: runs, variants: variants, flows: flows,
        command: command),
      records: [ExperimentRecord(kind: "fixed_point", enumerated)]
        + waits.map { ExperimentRecord(kind: "wait", $0) }
        + variants.map { ExperimentRecord(kind: "variant", $0) }
        + flows.map { ExperimentRecord(kind: "flow", $0) })
  }

  /// The resting point by formula, by trying every action once, and by average visits.
  struct Enumeration: Encodable, Sendable {
    var closedForm: [Double]
    var everyActionOnce: [Double]
    var averageVisits: [Double]
    /// How many average visits it took until no number changed by more than 1e−9.
    var visitCount: Int
    /// π(second action) after so many average visits.
    var path: [CurvePoint]

    init(_ bandit: Bandit) {
      closedForm = bandit.fixedPoint()
      var once = bandit.learner(.actde)
      for (action, reward) in bandit.rewards.enumerated() {
        once.reinforce(action, outcome: reward)
      }
      everyActionOnce = once.probabilities
      var average = bandit.learner(.actde)
      let checkpoints = Set(SampledRun.checkpoints(to: 10_000))
      path = []
      visitCount = 0
      while visitCount < 10_000,
        average.expectedChange(outcomes: bandit.rewards).magnitude > 1e-9
      {
        average.reinforceOnAverage(outcomes: bandit.rewards)
        visitCount += 1
        if checkpoints.contains(visitCount) {
          path.append(CurvePoint(step: Double(visitCount), value: average.probabilities[1]))
        }
      }
      averageVisits = average.probabilities
      path.append(CurvePoint(step: Double(visitCount), value: averageVisits[1]))
    }

    enum CodingKeys: String, CodingKey {
      case closedForm = "closed_form"
      case everyActionOnce = "every_action_once"
      case averageVisits = "average_visits"
      case visitCount = "visit_count"
    }
  }

  /// How long the seeds that drew one action first had to wait for the other.
  struct Wait: Encodable, Sendable {
    var first: String
    /// q₀ of both actions.
    var start: Double
    var seeds: Int
    /// π of the other action after the first visit.
    var otherProbability: Double
    /// The mean wait, 1/π.
    var expected: Double
    /// How many of the seeds drew the other action at all.
    var triedBoth: Int
    /// The middle of their waits.
    var median: Double?

    init(first: Int, start: Double, runs: [SampledRun]) {
      let bandit = Bandit.food
      let own = runs.filter { $0.firstAction == first }
      let waits = own.compactMap(\.otherTriedAt).map { Double($0 - 1) }.sorted()
      var learner = bandit.learner(.actde, initialValues: [start, start])
      learner.reinforce(first, outcome: bandit.rewards[first])
      self.first = bandit.names[first]
      self.start = start
      seeds = own.count
      otherProbability = learner.probabilities[1 - first]
      expected = 1 / otherProbability
      triedBoth = waits.count
      median =
        waits.isEmpty ? nil : (waits[(waits.count - 1) / 2] + waits[waits.count / 2]) / 2
    }

    enum CodingKeys: String, CodingKey {
      case first, seeds, expected
      case start = "initial_value"
      case otherProbability = "other_probability"
      case triedBoth = "tried_both"
      case median = "median_of_those"
    }
  }
}
