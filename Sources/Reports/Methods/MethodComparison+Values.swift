extension MethodComparison {
  /// Some of the tasks.
  public enum Scope: Codable, Hashable, Sendable {
    /// All tasks whose reward has a flaw.
    case holes
    /// All tasks whose reward has none.
    case controls
    /// One task, by name.
    case task(String)
  }

  /// The tasks of a scope.
  public func tasks(in scope: Scope) -> [RewardTask] {
    switch scope {
    case .holes: holes
    case .controls: controls
    case .task(let name): tasks.filter { $0.name == name }
    }
  }

  /// A value as it is averaged: rewards over several tasks on a common scale, everything else as it is.
  func scaled(
    _ value: Double, _ metric: MethodMetric, of task: RewardTask, in scope: Scope
  ) -> Double {
    if case .task = scope { return value }
    guard metric.isReward, isRewardNormalized, let range = task.rewardRange else { return value }
    return (value - range.lower) / (range.upper - range.lower)
  }

  /// The values after training of a method's finished runs, task by task; each row has all metrics, and runs that lack one are left out.
  func rows(_ metrics: [MethodMetric], of method: String, in scope: Scope) -> [[[Double]]] {
    tasks(in: scope).map { task in
      runs(of: method, on: task.name).compactMap { run in
        let values = metrics.compactMap { metric in
          run.value(metric).map { scaled($0, metric, of: task, in: scope) }
        }
        return values.count == metrics.count ? values : nil
      }
    }
  }

  /// How many runs of a method there are, and how many of them did not come to their end.
  func runCounts(of method: String, in scope: Scope) -> (all: Int, failed: Int) {
    let found = tasks(in: scope).flatMap { runs(of: method, on: $0.name) }
    return (found.count, found.count { $0.failure != nil })
  }

  /// Curves of a metric, one for each seed: at every step the mean over the tasks, where all finished runs of the seed have a value.
  ///
  /// Steps that only some of a seed's tasks have are left out, since a mean over fewer tasks is another number.
  func seedCurves(_ metric: MethodMetric, of method: String, in scope: Scope) -> [[CurvePoint]] {
    let curves = tasks(in: scope).flatMap { task in
      runs(of: method, on: task.name).compactMap { run -> (seed: Int, points: [CurvePoint])? in
        guard run.failure == nil, let curve = run.curves[metric.rawValue] else { return nil }
        let points = curve.filter(\.value.isFinite).map {
          CurvePoint(step: $0.step, value: scaled($0.value, metric, of: task, in: scope))
        }
        return points.isEmpty ? nil : (run.seed, points)
      }
    }
    let seeds = Dictionary(grouping: curves, by: \.seed)
    return seeds.keys.sorted().map { seed in
      MethodComparison.mean((seeds[seed] ?? []).map(\.points))
    }.filter { !$0.isEmpty }
  }

  /// The mean of curves at the steps that all of them have.
  private static func mean(_ curves: [[CurvePoint]]) -> [CurvePoint] {
    let values = Dictionary(grouping: curves.joined(), by: \.step)
    return values.filter { $0.value.count == curves.count }
      .map { step, points in
        CurvePoint(step: step, value: points.reduce(0) { $0 + $1.value } / Double(points.count))
      }.sorted { $0.step < $1.step }
  }
}
