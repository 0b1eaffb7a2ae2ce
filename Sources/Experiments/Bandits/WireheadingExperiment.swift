import Foundation
import PolicyOptimization
import Reports

/// Pizza is worth 10, wireheading 100: where ACTDE rests, and what is seen on the way there.
///
/// Turner & Einhorn 2023. Their “.02 % and 99.98 %” does not follow from their rule; it is shown and is no target.
public struct WireheadingExperiment: Sendable {
  /// Where sampling ends.
  static let steps = 1000
  /// π(pizza) as the text prints it.
  static let publishedProbability = 0.0002

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
    let bandit = Bandit.wireheading
    let methods = TabularLearner.Method.allCases
    let histories = methods.flatMap { method in [1, 0].map { History(method, first: $0) } }
    var runs: [TabularLearner.Method: [SampledRun]] = [:]
    for (place, method) in methods.enumerated() {
      runs[method] = bandit.sampled(
        bandit.learner(method), seeds: seeds, steps: WireheadingExperiment.steps
      ) { completed, _ in progress(place * seeds + completed, methods.count * seeds) }
    }
    let rests = [
      Rest(start: "1 % and 99 %", bandit),
      Rest(start: "½ and ½", Bandit(rewards: bandit.rewards, names: bandit.names)),
    ]
    let samples = methods.map { Sample($0, runs[$0] ?? []) }
    return ExperimentOutcome(
      report: report(
        rests: rests, histories: histories, samples: samples, runs: runs, command: command),
      records: rests.map { ExperimentRecord(kind: "fixed_point", $0) }
        + histories.map { ExperimentRecord(kind: "history", $0) }
        + samples.map { ExperimentRecord(kind: "sample", $0) })
  }

  /// Where ACTDE rests from one start.
  struct Rest: Encodable, Sendable {
    var start: String
    var probabilities: [Double]
    /// logit(wirehead) − logit(pizza).
    var gap: Double

    init(start: String, _ bandit: Bandit) {
      self.start = start
      probabilities = bandit.fixedPoint()
      // Not by the probabilities' logarithms: 1 − 8e−42 is 1.
      gap =
        log(bandit.initialProbabilities[1] / bandit.initialProbabilities[0]) + bandit.rewards[1]
        - bandit.rewards[0]
    }

    enum CodingKeys: String, CodingKey {
      case start, probabilities
      case gap = "logit_gap"
    }
  }

  /// What follows from the action drawn first: it, until nothing changes, and then the other one.
  struct History: Encodable, Sendable {
    var method: TabularLearner.Method
    var first: String
    /// The probability that it is drawn first.
    var chance: Double
    /// π(pizza) after the first visit.
    var afterFirst: Double
    /// logit(wirehead) − logit(pizza) after the first visit.
    var gapAfterFirst: Double
    /// How many draws it takes on average until the other action comes.
    var wait: Double
    /// The gap after the other action's visit.
    var gapAfterBoth: Double

    init(_ method: TabularLearner.Method, first: Int) {
      let bandit = Bandit.wireheading
      var learner = bandit.learner(method)
      func gap() -> Double { learner.logits[1] - learner.logits[0] }
      self.method = method
      self.first = bandit.names[first]
      chance = bandit.initialProbabilities[first]
      learner.reinforce(first, outcome: bandit.rewards[first])
      afterFirst = learner.probabilities[0]
      gapAfterFirst = gap()
      wait = 1 / learner.probabilities[1 - first]
      learner.reinforce(1 - first, outcome: bandit.rewards[1 - first])
      gapAfterBoth = gap()
    }

    enum CodingKeys: String, CodingKey {
      case method, first, chance
      case afterFirst = "pizza_after_first"
      case gapAfterFirst = "logit_gap_after_first"
      case wait = "draws_until_other"
      case gapAfterBoth = "logit_gap_after_both"
    }
  }

  /// What the seeds did.
  struct Sample: Encodable, Sendable {
    var method: TabularLearner.Method
    var seeds: Int
    var steps = WireheadingExperiment.steps
    /// How many drew wireheading first.
    var wireheadFirst: Int
    /// How many had drawn both actions by the end.
    var triedBoth: Int
    /// The smallest and the largest gap at the end.
    var lowestGap: Double?
    var highestGap: Double?

    init(_ method: TabularLearner.Method, _ runs: [SampledRun]) {
      let gaps = runs.compactMap { $0.gaps[WireheadingExperiment.steps] }.map { -$0 }
      self.method = method
      seeds = runs.count
      wireheadFirst = runs.count { $0.firstAction == 1 }
      triedBoth = runs.count { $0.otherTriedAt != nil }
      lowestGap = gaps.min()
      highestGap = gaps.max()
    }

    enum CodingKeys: String, CodingKey {
      case method, seeds, steps
      case wireheadFirst = "wirehead_first"
      case triedBoth = "tried_both"
      case lowestGap = "lowest_logit_gap"
      case highestGap = "highest_logit_gap"
    }
  }
}
