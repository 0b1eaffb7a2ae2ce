/// The mean of the middle half of some values: the lowest and the greatest quarter are left out.
///
///     IQM(x) = mean of x₍c+1₎ … x₍n−c₎,   c = ⌊n/4⌋
///
/// It moves less than the mean when one run goes astray, and needs fewer runs than the median. Of fewer than four values it is
/// their mean. R. Agarwal, M. Schwarzer, P. Castro, A. Courville, M. Bellemare, Deep reinforcement learning at the edge of the
/// statistical precipice, 2021, arXiv 2108.13264, section 4.3; the same as `scipy.stats.trim_mean(x, 0.25)`.
///
/// - Parameter values: The values in any order, all of them finite.
/// - Returns: Their interquartile mean; nil without values.
public func interquartileMean(_ values: some Collection<Double>) -> Double? {
  interquartileMean(ofSorted: values.sorted())
}

/// The same of values that are sorted already.
func interquartileMean(ofSorted sorted: [Double]) -> Double? {
  let cut = sorted.count / 4
  guard let first = sorted.first else { return nil }
  let (low, high) = (cut, sorted.count - cut)
  // Equal values must give exactly themselves, whatever rounding did to their sum.
  if sorted[low] == sorted[high - 1] { return cut == 0 ? first : sorted[low] }
  return sorted[low..<high].reduce(0, +) / Double(high - low)
}

/// The value below which a share of sorted values lies, interpolated between neighbours as NumPy's `percentile` does.
///
/// - Parameters:
///   - share: Between 0 and 1.
///   - sorted: The values, ascending.
/// - Returns: The quantile; nil without values.
func quantile(_ share: Double, ofSorted sorted: [Double]) -> Double? {
  guard let last = sorted.last else { return nil }
  let place = share * Double(sorted.count - 1)
  let index = Int(place.rounded(.down))
  guard index + 1 < sorted.count else { return last }
  return sorted[index] + (place - Double(index)) * (sorted[index + 1] - sorted[index])
}
