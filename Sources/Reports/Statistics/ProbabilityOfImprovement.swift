/// How likely a run of one method is to be better than a run of another on the same task.
///
///     P(X > Y) = mean over tasks of (1/(n·m))·Σᵢ Σⱼ S(xᵢ, yⱼ),   S = 1 if xᵢ > yⱼ, ½ if equal, 0 otherwise
///
/// R. Agarwal et al., 2021, arXiv 2108.13264, section 4.3. It asks how often, not by how much.
public struct ProbabilityOfImprovement: Hashable, Sendable {
  /// P(X > Y).
  public let value: Double
  /// Its 95 % interval by stratified bootstrap of both methods; nil where a task has one run only.
  public let interval: Interval?

  /// Compares two methods over the tasks that both have runs of; nil where there is none.
  ///
  /// - Parameters:
  ///   - pairs: For each task the values of the one method and of the other, greater ones being better; finite.
  ///   - bootstrap: How it is resampled.
  public init?(
    _ pairs: [(one: [Double], other: [Double])], bootstrap: StratifiedBootstrap
  ) {
    // Neither the order of tasks nor that of runs may matter to the draws.
    let known = pairs.filter { !$0.one.isEmpty && !$0.other.isEmpty }
      .map { (one: $0.one.sorted(), other: $0.other.sorted()) }
      .sorted { ($0.one + $0.other).lexicographicallyPrecedes($1.one + $1.other) }
    guard !known.isEmpty else { return nil }
    value = ProbabilityOfImprovement.share(known)
    guard known.allSatisfy({ $0.one.count > 1 && $0.other.count > 1 }) else {
      interval = nil
      return
    }
    // A task's number goes along with its runs, so that the resampled tasks can be matched again.
    func resampled(_ side: (_ pair: (one: [Double], other: [Double])) -> [Double]) -> [[[Double]]] {
      let strata = known.enumerated().map { task, pair in
        side(pair).map { [$0, Double(task)] }
      }
      return bootstrap.replicates(of: strata) { rows in
        var tasks = [[Double]](repeating: [], count: known.count)
        for row in rows.joined() { tasks[Int(row[1])].append(row[0]) }
        return tasks
      }
    }
    interval = StratifiedBootstrap.interval(
      zip(resampled(\.one), resampled(\.other)).map { ones, others in
        ProbabilityOfImprovement.share(Array(zip(ones, others)))
      })
  }

  private static func share(_ pairs: [(one: [Double], other: [Double])]) -> Double {
    pairs.reduce(0) { sum, pair in
      let wins = pair.one.reduce(0.0) { wins, x in
        pair.other.reduce(wins) { $0 + (x > $1 ? 1 : x == $1 ? 0.5 : 0) }
      }
      return sum + wins / Double(pair.one.count * pair.other.count)
    } / Double(pairs.count)
  }
}
