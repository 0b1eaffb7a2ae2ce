/// How much of what a policy says is different: distinct-n, after Li and others (2016).
///
/// - Parameters:
///   - texts: Token sequences.
///   - length: n.
/// - Returns: Different n-grams divided by all n-grams; NaN where there are none. Source: Li et al. 2016, section 5.
public func distinctShare(of texts: [[Int]], length: Int) -> Double {
  var seen = Set<[Int]>()
  var count = 0
  for text in texts where text.count >= length {
    for start in 0...text.count - length {
      seen.insert(Array(text[start..<start + length]))
      count += 1
    }
  }
  return Double(seen.count) / Double(count)
}
