/// The shortest pattern that has not occurred: of consecutive observations, the first in counting order.
///
/// The finite shadow of Proposition 2 of Cohen and others (arXiv 2410.06213): the simplest event without precedent grows more complex so slowly with
/// time that budgets which fear it may hardly grow. Among k fair bits its length is about log₂ k.
///
/// - Parameters:
///   - observations: What has been seen, first to last.
///   - observationCount: How many observations there are.
/// - Returns: The pattern, at least one observation long.
/// - Complexity: About n·log n for n observations.
public func shortestUnseenPattern(in observations: [Int], observationCount: Int) -> [Int] {
  var count = 1
  var length = 0
  while true {
    length += 1
    count *= observationCount
    var isSeen = Array(repeating: false, count: count)
    var window = 0
    for (place, observation) in observations.enumerated() {
      window = (window * observationCount + observation) % count
      if place + 1 >= length { isSeen[window] = true }
    }
    guard let unseen = isSeen.firstIndex(of: false) else { continue }
    var rest = unseen
    var reversed: [Int] = []
    for _ in 0..<length {
      reversed.append(rest % observationCount)
      rest /= observationCount
    }
    return reversed.reversed()
  }
}
