import Foundation

/// The largest |left − right|; infinite where one of two is not a number, or the counts differ.
func largestDifference(_ left: [Double], _ right: [Double]) -> Double {
  guard left.count == right.count else { return .infinity }
  return zip(left, right).reduce(0) { largest, pair in
    if pair.0 == pair.1 { return largest }
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(largest, difference)
  }
}

/// Mean and standard deviation of numbers, of which there is one at least.
struct Moments {
  let mean: Double
  let deviation: Double

  init(_ values: [Double]) {
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    deviation =
      (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
  }
}

/// Pearson's correlation; nil where one of the two does not vary.
func correlation(_ left: [Double], _ right: [Double]) -> Double? {
  let (a, b) = (Moments(left), Moments(right))
  guard a.deviation > 0, b.deviation > 0 else { return nil }
  let products = zip(left, right).map { ($0 - a.mean) * ($1 - b.mean) }
  return Moments(products).mean / (a.deviation * b.deviation)
}

/// The share of elements that a condition holds for; 0 of none.
func share<Element>(of elements: [Element], _ holds: (Element) -> Bool) -> Double {
  elements.isEmpty ? 0 : Double(elements.count(where: holds)) / Double(elements.count)
}

extension Double {
  /// Three figures, whatever the size.
  var figures: String { String(format: "%.3g", self) }
  /// As a percentage.
  var percent: String { String(format: "%.3g %%", 100 * self) }
}

extension [String] {
  /// The first few, and how many more there are.
  var firstFew: String {
    prefix(3).joined(separator: ", ") + (count > 3 ? " and \(count - 3) more" : "")
  }
}
