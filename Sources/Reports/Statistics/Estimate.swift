/// An interquartile mean over the runs of some tasks, and how far it can be trusted.
public struct Estimate: Codable, Hashable, Sendable {
  /// The interquartile mean; nil where there are no values.
  public let value: Double?
  /// Its 95 % interval by stratified bootstrap; nil where a task has one run only, since nothing can be said of its spread.
  public let interval: Interval?
  /// The values of each task that has any.
  public let strata: [[Double]]
  /// How many of the tasks have no value.
  public let missingTaskCount: Int

  /// How many values there are.
  public var count: Int { strata.reduce(0) { $0 + $1.count } }

  /// Estimates from the values of each task.
  ///
  /// - Parameters:
  ///   - strata: The values of each task; those that are not finite are left out.
  ///   - bootstrap: How it is resampled.
  public init(_ strata: [[Double]], bootstrap: StratifiedBootstrap) {
    let finite = strata.map { $0.filter(\.isFinite) }
    let known = finite.filter { !$0.isEmpty }
    self.strata = known
    missingTaskCount = finite.count - known.count
    value = interquartileMean(Array(known.joined()))
    interval =
      known.isEmpty || known.contains { $0.count < 2 }
      ? nil : StratifiedBootstrap.interval(bootstrap.interquartileMeans(of: known))
  }
}
