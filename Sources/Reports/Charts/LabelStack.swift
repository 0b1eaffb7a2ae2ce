/// Spreads labels along a line so that none overlaps its neighbour and all stay near where they belong.
enum LabelStack {
  /// The places nearest to `desired` (in least squares) that keep `gap` between neighbours inside `bounds`.
  ///
  /// Order is kept. Where the bounds are too short for all gaps, the gap shrinks to what fits.
  static func positions(
    _ desired: [Double], gap: Double, within bounds: ClosedRange<Double>
  ) -> [Double] {
    guard desired.count > 1 else {
      return desired.map { min(bounds.upperBound, max(bounds.lowerBound, $0)) }
    }
    let room = bounds.upperBound - bounds.lowerBound
    let gap = min(gap, room / Double(desired.count - 1))
    let order = desired.indices.sorted { (desired[$0], $0) < (desired[$1], $1) }
    // With the gaps taken out, “keep the distance” becomes “do not fall”, which pooling neighbours solves.
    var pools: [(sum: Double, count: Int)] = []
    for (rank, index) in order.enumerated() {
      pools.append((desired[index] - Double(rank) * gap, 1))
      while pools.count > 1, mean(pools[pools.count - 2]) > mean(pools[pools.count - 1]) {
        let last = pools.removeLast()
        pools[pools.count - 1].sum += last.sum
        pools[pools.count - 1].count += last.count
      }
    }
    let levels = pools.flatMap { Array(repeating: mean($0), count: $0.count) }
    let highest = bounds.upperBound - Double(desired.count - 1) * gap
    var result = desired
    for (rank, index) in order.enumerated() {
      result[index] = min(highest, max(bounds.lowerBound, levels[rank])) + Double(rank) * gap
    }
    return result
  }

  private static func mean(_ pool: (sum: Double, count: Int)) -> Double {
    pool.sum / Double(pool.count)
  }
}
