import Foundation

extension NGrams {
  /// Self-BLEU-4: how well other completions predict each completion, on average.
  ///
  /// The mean over completions of BLEU-4 with all others as references: BP·exp(Σₙ ¼·ln pₙ), n = 1…4. pₙ is the share of the completion's n-grams that some other has, each
  /// counted at most as often as in the one that has it most; BP = min(1, exp(1 − r/c)), c the completion's length and r the nearest of the others', the
  /// shorter of two. Where no n-gram of a length is found, 0.1 is put for their number (Chen & Cherry, 2014, method 1, as `nltk` has it), so that a completion
  /// of fewer than four tokens stays below 1 though it be said by all; without any common token BLEU is 0.
  ///
  /// Y. Zhu et al., Texygen: a benchmarking platform for text generation models, 2018, section 3.3. Its cost is linear in the number of tokens but for lengths, of which
  /// all pairs are compared. Completions without tokens are left out: they are seen by the meters of answers and of length.
  ///
  /// - Returns: From 0 (nothing in common) to 1 (all alike); nil for fewer than two completions with tokens.
  /// - Precondition: These are the n-grams up to 4 at least.
  public func selfBLEU() -> Double? {
    precondition(numbers.count >= 4, "self-BLEU-4 counts runs of four tokens")
    let completions = numbers[0].indices.filter { !numbers[0][$0].isEmpty }
    guard completions.count > 1 else { return nil }
    let lengths = completions.map { numbers[0][$0].count }
    let matches = (0..<4).map { self.matches(of: completions, order: $0) }
    var sum = 0.0
    for place in completions.indices where matches[0][place] > 0 {
      let logarithm = (0..<4).reduce(0.0) { sum, order in
        let count = Double(max(1, lengths[place] - order))
        let found = matches[order][place]
        return sum + log((found > 0 ? Double(found) : 0.1) / count) / 4
      }
      let nearest = nearestLength(to: place, among: lengths)
      sum += exp(logarithm + min(0, 1 - Double(nearest) / Double(lengths[place])))
    }
    return sum / Double(completions.count)
  }

  /// How many n-grams of each completion others have, each counted at most as often as in the one that has it most.
  private func matches(of completions: [Int], order: Int) -> [Int] {
    var counts = Array(repeating: 0, count: distinctCounts[order])
    // The greatest count of each n-gram, who has it, and the greatest of everyone else's.
    var most = Array(repeating: (count: 0, owner: -1, next: 0), count: distinctCounts[order])
    let kinds = completions.enumerated().map { owner, completion in
      var kinds: [(number: Int, count: Int)] = []
      for number in numbers[order][completion] { counts[number] += 1 }
      for number in numbers[order][completion] where counts[number] > 0 {
        let count = counts[number]
        counts[number] = 0
        kinds.append((number, count))
        if count > most[number].count {
          most[number] = (count, owner, most[number].count)
        } else {
          most[number].next = max(most[number].next, count)
        }
      }
      return kinds
    }
    return kinds.enumerated().map { owner, kinds in
      kinds.reduce(0) { sum, kind in
        let others = most[kind.number]
        return sum + min(kind.count, others.owner == owner ? others.next : others.count)
      }
    }
  }

  /// The length nearest to one of the lengths among the others, the shorter of two.
  private func nearestLength(to place: Int, among lengths: [Int]) -> Int {
    let own = lengths[place]
    return lengths.indices.lazy.filter { $0 != place }.map { lengths[$0] }
      .min { (abs($0 - own), $0) < (abs($1 - own), $1) } ?? own
  }
}

/// Self-BLEU-4 of a sample of completions.
///
/// The sample is every (count/limit)-th completion of the sorted ones, so that it does not depend on their order, and answers keep their shares in it. Since neighbours
/// in that order are alike, a sample reads somewhat lower than all; readings with one limit and one count are comparable.
///
/// - Parameters:
///   - completions: Tokens.
///   - limit: The greatest number of completions that are compared, at least 2.
/// - Returns: From 0 to 1; nil for fewer than two completions with tokens.
public func selfBLEU(of completions: [[Int]], limit: Int = 128) -> Double? {
  precondition(limit > 1, "a completion is compared with another")
  guard completions.count > limit else { return NGrams(of: completions, upTo: 4).selfBLEU() }
  let sorted = completions.sorted { $0.lexicographicallyPrecedes($1) }
  let sample = (0..<limit).map { sorted[$0 * sorted.count / limit] }
  return NGrams(of: sample, upTo: 4).selfBLEU()
}
