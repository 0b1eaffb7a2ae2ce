import Foundation

/// Which whole completions were given how often, and to which prompts.
public struct AnswerCounts: Sendable {
  /// The completions with the same tokens, in the order of their first.
  public let groups: [[Int]]
  /// Which prompt each completion answers.
  private let prompts: [Int]

  /// Counts completions.
  ///
  /// - Parameters:
  ///   - completions: Tokens.
  ///   - prompts: Which prompt each answers.
  public init(of completions: [[Int]], prompts: [Int]) {
    precondition(completions.count == prompts.count, "one prompt per completion")
    var places: [[Int]: Int] = [:]
    var groups: [[Int]] = []
    for (index, completion) in completions.enumerated() {
      if let place = places[completion] {
        groups[place].append(index)
      } else {
        places[completion] = groups.count
        groups.append([index])
      }
    }
    self.groups = groups
    self.prompts = prompts
  }

  /// Distinct completions over completions; nil without completions.
  public var uniqueShare: Double? {
    prompts.isEmpty ? nil : Double(groups.count) / Double(prompts.count)
  }

  /// The entropy of completions over the whole step, prompts ignored, in nats; nil without completions.
  ///
  /// −Σ p·ln p with p the shares of the distinct completions: from 0 (all alike) to ln n (all different). The shares of a sample have less entropy than what it was drawn from, by about
  /// (K − 1)/2n for K possible completions (G. Miller, Note on the bias of information estimates, 1955): compare readings of equal n.
  public var entropy: Double? {
    prompts.isEmpty ? nil : AnswerCounts.entropy(of: groups.map(\.count))
  }

  /// The mean over prompts of the entropy of their completions in nats; nil where no prompt was answered twice.
  ///
  /// Prompts with one completion say nothing and are left out. A prompt with n completions has from 0 to ln n nats.
  public var entropyPerPrompt: Double? {
    var counts: [Int: [Int]] = [:]
    for group in groups {
      let ofPrompt = group.reduce(into: [Int: Int]()) { $0[prompts[$1], default: 0] += 1 }
      for (prompt, count) in ofPrompt { counts[prompt, default: []].append(count) }
    }
    let repeated = counts.values.filter { $0.reduce(0, +) > 1 }
    // Sorted, so that rounding does not depend on the order of a dictionary.
    return mean(repeated.map { AnswerCounts.entropy(of: $0) }.sorted())
  }

  /// One answer to all: the largest share of prompts that got the same completion, once at least; nil for fewer than two prompts.
  public var sameAnswerShare: Double? {
    let count = Set(prompts).count
    guard count > 1 else { return nil }
    return Double(reach(of: widest)) / Double(count)
  }

  /// The completions that are alike and answer most prompts; the most of them, and the first, where several do.
  var widest: [Int] {
    groups.max { left, right in
      (reach(of: left), left.count, -(left.first ?? 0))
        < (reach(of: right), right.count, -(right.first ?? 0))
    } ?? []
  }

  /// How many prompts completions answer.
  private func reach(of group: [Int]) -> Int { Set(group.map { prompts[$0] }).count }

  /// −Σ p·ln p of the shares of counts.
  private static func entropy(of counts: [Int]) -> Double {
    let total = Double(counts.reduce(0, +))
    let sum = counts.sorted().reduce(0.0) { $0 + Double($1) * log(Double($1)) }
    return max(0, log(total) - sum / total)
  }
}
