/// Which of several methods no other beats in both distance and reward, and how sure that is.
///
/// One method dominates another when it went no farther (KL), earned no less (gold), and is better in one of the two. The methods that
/// none dominates are the front. Every resample of the runs gives a front of its own; how often a method stands on it, and how often
/// another dominates it, is what can be said of the uncertainty.
public struct ParetoFront: Hashable, Sendable {
  /// A place: how far it is and what is earned there.
  public struct Point: Hashable, Sendable {
    /// KL in nats; less is better.
    public var divergence: Double
    /// Gold reward; more is better.
    public var gold: Double

    /// Makes a place.
    public init(divergence: Double, gold: Double) {
      self.divergence = divergence
      self.gold = gold
    }

    /// Whether it is no worse in either and better in one.
    public func dominates(_ other: Point) -> Bool {
      divergence <= other.divergence && gold >= other.gold && self != other
    }
  }

  /// The places by interquartile means; nil where a method has no runs.
  public let points: [Point?]
  /// Whether each method is on the front; false where it has no place.
  public let isOnFront: [Bool]
  /// The share of resamples in which each method is on the front; nil where a task has one run only.
  public let frontShares: [Double?]
  /// The share of resamples in which the method of the row dominates the one of the column; nil as above.
  public let dominanceShares: [[Double?]]

  /// Finds the front.
  ///
  /// - Parameters:
  ///   - methods: For each method the runs of each task, each a row of KL and gold reward; finite.
  ///   - bootstrap: How it is resampled.
  public init(_ methods: [[[[Double]]]], bootstrap: StratifiedBootstrap) {
    let places = methods.map(ParetoFront.point)
    points = places
    isOnFront = places.map { place in
      place.map { place in !places.contains { $0?.dominates(place) == true } } ?? false
    }
    let resampled: [[Point?]] = methods.map { strata in
      let known = strata.filter { !$0.isEmpty }
      guard !known.isEmpty, known.allSatisfy({ $0.count > 1 }) else { return [] }
      return bootstrap.replicates(of: known, statistic: ParetoFront.point)
    }
    let shares = resampled.map { one in
      resampled.map { ParetoFront.share(one, $0) { $0.dominates($1) } }
    }
    dominanceShares = shares
    let rivals = resampled.filter { !$0.isEmpty }
    frontShares = resampled.map { own in
      guard !own.isEmpty else { return nil }
      let count = own.indices.count { draw in
        own[draw].map { place in !rivals.contains { $0[draw]?.dominates(place) == true } } ?? false
      }
      return Double(count) / Double(own.count)
    }
  }

  private static func point(_ strata: [[[Double]]]) -> Point? {
    let rows = strata.joined()
    guard let divergence = interquartileMean(rows.map { $0[0] }),
      let gold = interquartileMean(rows.map { $0[1] })
    else { return nil }
    return Point(divergence: divergence, gold: gold)
  }

  private static func share(
    _ one: [Point?], _ other: [Point?], where holds: (Point, Point) -> Bool
  ) -> Double? {
    guard !one.isEmpty, one.count == other.count else { return nil }
    let count = zip(one, other).count { pair in
      pair.0.flatMap { first in pair.1.map { holds(first, $0) } } ?? false
    }
    return Double(count) / Double(one.count)
  }
}
