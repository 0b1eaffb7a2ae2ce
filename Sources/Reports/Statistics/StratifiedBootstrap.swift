/// Resamples runs within each task, to say how far a number over few runs can be trusted.
///
/// In every resample each task has as many runs as before, drawn with replacement from its own. The 95 % interval is where the
/// middle 95 % of the resampled statistics lie (percentile bootstrap). R. Agarwal et al., 2021, arXiv 2108.13264, sections 4.1 to 4.3.
///
/// The draws follow from the seed and the numbers alone. Neither the order of runs or tasks nor any name matters; equal data have
/// equal draws, and different data independent ones, so that the resamples of two methods can be compared one by one.
public struct StratifiedBootstrap: Codable, Hashable, Sendable {
  /// How many resamples.
  public var resamples: Int
  /// The seed of the draws.
  public var seed: UInt64

  /// Makes a bootstrap.
  public init(resamples: Int = 2000, seed: UInt64 = 0) {
    precondition(resamples > 0, "an interval needs resamples")
    self.resamples = resamples
    self.seed = seed
  }

  /// A statistic of every resample.
  ///
  /// - Parameters:
  ///   - strata: The runs of each task, each a row of numbers that are drawn together; finite.
  ///   - statistic: What is computed of the rows of all tasks, of which neither the order of tasks nor of rows is kept.
  /// - Returns: The statistics, one for each resample; none where no task has runs.
  public func replicates<Value>(
    of strata: [[[Double]]], statistic: (_ rows: [[[Double]]]) -> Value
  ) -> [Value] {
    let strata = StratifiedBootstrap.ordered(strata)
    guard !strata.isEmpty else { return [] }
    var generator = SplitMixGenerator(seed: fingerprint(strata))
    return (0..<resamples).map { _ in
      statistic(
        strata.map { rows in rows.map { _ in rows[generator.index(below: rows.count)] } })
    }
  }

  /// The interquartile mean of every resample.
  ///
  /// - Parameter strata: The values of each task.
  /// - Returns: The means, one for each resample; none where no task has values.
  public func interquartileMeans(of strata: [[Double]]) -> [Double] {
    let strata = StratifiedBootstrap.ordered(strata.map { $0.map { [$0] } })
    guard !strata.isEmpty else { return [] }
    var generator = SplitMixGenerator(seed: fingerprint(strata))
    let values = strata.map { $0.map { $0[0] } }
    var drawn: [Double] = []
    drawn.reserveCapacity(values.joined().count)
    return (0..<resamples).compactMap { _ in
      drawn.removeAll(keepingCapacity: true)
      for stratum in values {
        for _ in stratum { drawn.append(stratum[generator.index(below: stratum.count)]) }
      }
      drawn.sort()
      return interquartileMean(ofSorted: drawn)
    }
  }

  /// Where the middle 95 % of replicates lie; nil without any.
  public static func interval(_ replicates: [Double]) -> Interval? {
    let sorted = replicates.sorted()
    return quantile(0.025, ofSorted: sorted).flatMap { lower in
      quantile(0.975, ofSorted: sorted).map { Interval(lower: lower, upper: $0) }
    }
  }

  /// Rows and tasks in an order that follows from the numbers.
  private static func ordered(_ strata: [[[Double]]]) -> [[[Double]]] {
    strata.filter { !$0.isEmpty }
      .map { rows in rows.sorted { $0.lexicographicallyPrecedes($1) } }
      .sorted { one, other in
        one.joined().lexicographicallyPrecedes(other.joined())
      }
  }

  private func fingerprint(_ strata: [[[Double]]]) -> UInt64 {
    strata.reduce(SplitMixGenerator.mixed(seed &+ 1)) { print, rows in
      rows.reduce(SplitMixGenerator.mixed(print ^ UInt64(rows.count))) { print, row in
        // Zero has two bit patterns and one value.
        row.reduce(print) { SplitMixGenerator.mixed($0 ^ ($1 == 0 ? 0 : $1.bitPattern)) &+ 1 }
      }
    }
  }
}
