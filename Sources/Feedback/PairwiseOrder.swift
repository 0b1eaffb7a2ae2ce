/// How often two scores put random pairs of items in the same order.
///
/// Over all pairs of items: 1 where both scores prefer the same item, ½ where either finds the two
/// equal, 0 where they disagree. Independent scores give ½. All pairs are counted, so the result is
/// exact and needs no seed.
///
/// Complexity: O(*n*²) for *n* items.
///
/// - Precondition: both lists have the same length, which is at least 2.
public func pairAgreement(_ first: [Double], _ second: [Double]) -> Double {
  precondition(
    first.count == second.count && first.count >= 2,
    "needs two lists of equal length of at least 2, got \(first.count) and \(second.count)")
  // In halves, so that ties are counted without rounding.
  var halves = 0
  for left in first.indices {
    let (firstLeft, secondLeft) = (first[left], second[left])
    for right in 0..<left {
      let order = sign(firstLeft - first[right]) * sign(secondLeft - second[right])
      halves += order + 1
    }
  }
  let pairs = first.count * (first.count - 1) / 2
  return Double(halves) / Double(2 * pairs)
}

/// The probability that a random rater of one item rates it higher than a random rater of another
/// rates that one, ties counted half: the share over all pairs of single ratings.
///
/// - Precondition: neither list is empty.
public func preferenceProbability(of first: [Int], over second: [Int]) -> Double {
  precondition(!first.isEmpty && !second.isEmpty, "needs at least one rating on either side")
  var halves = 0
  for left in first {
    for right in second {
      halves += (left - right).signum() + 1
    }
  }
  // One division of whole numbers: ½ comes out exactly where wins and losses are equal.
  return Double(halves) / Double(2 * first.count * second.count)
}

private func sign(_ difference: Double) -> Int {
  difference > 0 ? 1 : difference < 0 ? -1 : 0
}
