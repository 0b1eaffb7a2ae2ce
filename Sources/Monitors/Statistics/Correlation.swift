/// Pearson's correlation of pairs.
///
/// r = Σ(x − x̄)(y − ȳ) / √(Σ(x − x̄)²·Σ(y − ȳ)²).
///
/// - Parameters:
///   - first: The first of each pair.
///   - second: The second of each pair.
/// - Returns: A number from −1 to 1; nil for fewer than two pairs, where either side does not vary, or where a value is not finite.
public func pearsonCorrelation(_ first: [Double], _ second: [Double]) -> Double? {
  precondition(first.count == second.count, "\(first.count) and \(second.count) are no pairs")
  guard varies(first), varies(second) else { return nil }
  let (x, y) = (centred(first), centred(second))
  let length = { (values: [Double]) in values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
  let product = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
  let scale = length(x) * length(y)
  guard scale > 0, scale.isFinite else { return nil }
  return max(-1, min(1, product / scale))
}

/// Spearman's correlation of pairs: Pearson's of their ranks, equal values sharing the mean of theirs.
///
/// - Parameters:
///   - first: The first of each pair.
///   - second: The second of each pair.
/// - Returns: A number from −1 to 1; nil for fewer than two pairs, where either side does not vary, or where a value is not finite.
public func spearmanCorrelation(_ first: [Double], _ second: [Double]) -> Double? {
  guard (first + second).allSatisfy(\.isFinite) else { return nil }
  return pearsonCorrelation(ranks(of: first), ranks(of: second))
}

/// The place of each value when all are sorted, from 1; equal values share the mean of their places.
func ranks(of values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = Array(repeating: 0.0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start
    while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
    for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
    start = end
  }
  return ranks
}

/// The mean of values; nil for none.
func mean(_ values: [Double]) -> Double? {
  values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}

/// Whether all values are finite and not all alike.
func varies(_ values: [Double]) -> Bool {
  values.allSatisfy(\.isFinite) && values.contains { $0 != values[0] }
}

/// Values less their mean.
private func centred(_ values: [Double]) -> [Double] {
  let mean = mean(values) ?? 0
  return values.map { $0 - mean }
}
