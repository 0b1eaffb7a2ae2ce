/// The runs of consecutive tokens in completions, numbered so that equal ones have equal numbers.
///
/// Numbers are exact, not hashes: an n-gram is the pair of its first n − 1 tokens' number and its last token's.
public struct NGrams: Sendable {
  /// The numbers of the n-grams of each completion in order, [length − 1][completion][place].
  let numbers: [[[Int]]]
  /// How many distinct n-grams there are, [length − 1].
  public let distinctCounts: [Int]

  /// The n-grams of completions.
  ///
  /// - Parameters:
  ///   - completions: Tokens.
  ///   - longest: n of the longest n-grams, at least 1.
  public init(of completions: [[Int]], upTo longest: Int) {
    precondition(longest > 0, "n-grams have one token at least")
    let total = completions.reduce(0) { $0 + $1.count }
    var known: [Int: Int] = [:]
    let tokens = completions.map { completion in
      completion.map { token -> Int in
        if let number = known[token] { return number }
        known[token] = known.count
        return known.count - 1
      }
    }
    var numbers = [tokens]
    var counts = [known.count]
    for length in 1..<max(longest, 1) {
      var pairs: [UInt64: Int] = [:]
      pairs.reserveCapacity(total)
      numbers.append(
        zip(numbers[length - 1], tokens).map { beginnings, tokens in
          zip(beginnings, tokens.dropFirst(length)).map { beginning, token in
            let pair = UInt64(beginning) << 32 | UInt64(token)
            if let number = pairs[pair] { return number }
            pairs[pair] = pairs.count
            return pairs.count - 1
          }
        })
      counts.append(pairs.count)
    }
    self.numbers = numbers
    distinctCounts = counts
  }

  /// distinct-n: the share of n-grams that are distinct, over all completions together.
  ///
  /// Distinct n-grams over all n-grams: 1 where nothing is said twice. J. Li et al., A diversity-promoting objective function for neural conversation
  /// models, 2016, section 5.4, divide by the number of tokens, which differs from the number of n-grams by n − 1 per completion and would keep short
  /// completions from 1.
  ///
  /// - Parameter length: n.
  /// - Returns: A share; nil where no completion has n tokens.
  public func distinctShare(length: Int) -> Double? {
    let total = numbers[length - 1].reduce(0) { $0 + $1.count }
    return total > 0 ? Double(distinctCounts[length - 1]) / Double(total) : nil
  }

  /// The n-gram that most completions have, and which ones; of several the one that comes first.
  ///
  /// - Parameter length: n.
  /// - Returns: The completion and place of its first occurrence, and its completions; nil where no completion has n tokens.
  func commonest(length: Int) -> (completion: Int, place: Int, completions: [Int])? {
    var holders = Array(repeating: [Int](), count: distinctCounts[length - 1])
    for (completion, numbers) in numbers[length - 1].enumerated() {
      for number in numbers where holders[number].last != completion {
        holders[number].append(completion)
      }
    }
    let most = holders.map(\.count).max()
    guard let best = holders.firstIndex(where: { $0.count == most }),
      let completion = holders[best].first,
      let place = numbers[length - 1][completion].firstIndex(of: best)
    else { return nil }
    return (completion, place, holders[best])
  }
}
