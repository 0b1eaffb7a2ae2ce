import PolicyOptimization
import Reports

/// The published bandit: two tables row by row, and where both rules go if they are left alone.
///
/// Turner & Einhorn 2023, "Mode collapse in RL may be fueled by the update equation".
public struct BanditExperiment: Sendable {
  /// The steps after which limits are read; the last is where sampling ends.
  static let marks = [10, 100, 1000, 10_000]
  /// The published actions.
  static let actions = [0, 1, 1, 0]

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
    let bandit = Bandit.words
    var tables: [TabularLearner.Method: [BanditStep]] = [:]
    var runs: [TabularLearner.Method: [SampledRun]] = [:]
    for (place, method) in TabularLearner.Method.allCases.enumerated() {
      let learner = bandit.learner(method)
      tables[method] = bandit.table(of: BanditExperiment.actions, learner: learner)
      runs[method] = bandit.sampled(learner, seeds: seeds, steps: BanditExperiment.marks.last ?? 1)
      {
        completed, _ in
        progress(place * seeds + completed, TabularLearner.Method.allCases.count * seeds)
      }
    }
    let limits = TabularLearner.Method.allCases.flatMap { method in
      BanditExperiment.marks.map { Limit(method: method, step: $0, runs: runs[method] ?? []) }
    }
    return ExperimentOutcome(
      report: report(tables: tables, runs: runs, limits: limits, command: command),
      records: TabularLearner.Method.allCases.flatMap { method in
        (tables[method] ?? []).map { ExperimentRecord(kind: "table", $0) }
      } + limits.map { ExperimentRecord(kind: "limit", $0) }
        + TabularLearner.Method.allCases.flatMap { method in
          (runs[method] ?? []).map { ExperimentRecord(kind: "run", $0) }
        })
  }

  /// What the seeds say after some steps.
  struct Limit: Encodable, Sendable {
    var method: TabularLearner.Method
    var step: Int
    /// logit(wedding) − logit(party), by seed.
    var gaps: Summary
    var seeds: Int
    var fixedPoint: [Double]?

    init(method: TabularLearner.Method, step: Int, runs: [SampledRun]) {
      self.method = method
      self.step = step
      gaps = runs.gaps(at: step)
      seeds = runs.count
      fixedPoint = method == .actde ? Bandit.words.fixedPoint() : nil
    }

    enum CodingKeys: String, CodingKey {
      case method, step, seeds, mean, minimum, maximum
      case halfInterval = "half_interval"
      case fixedPoint = "fixed_point"
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(method, forKey: .method)
      try container.encode(step, forKey: .step)
      try container.encode(seeds, forKey: .seeds)
      try container.encode(gaps.mean, forKey: .mean)
      try container.encodeIfPresent(gaps.interval?.halfWidth, forKey: .halfInterval)
      try container.encodeIfPresent(gaps.values.min(), forKey: .minimum)
      try container.encodeIfPresent(gaps.values.max(), forKey: .maximum)
      try container.encodeIfPresent(fixedPoint, forKey: .fixedPoint)
    }
  }
}

extension TabularLearner.Method {
  /// The name for people.
  var title: String { self == .ppo ? "PPO" : "ACTDE" }

  /// The look, the same on all pages of bandits.
  var style: SeriesStyle { .numbered(self == .ppo ? 0 : 3) }
}
