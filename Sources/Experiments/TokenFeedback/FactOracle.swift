import Environments
import Feedback
import Foundation
import LanguageModels
import Training

/// What a text claims: a country and a capital in one sentence.
struct Claim: Equatable, Sendable {
  /// Where the later one of both stands: given what stands before it, it decides whether the sentence is true.
  var place: Int
  /// Whether it is the right one.
  var isTrue: Bool
  /// The word that would be right there.
  var correction: Int

  /// The claims of some tokens, sentence by sentence; a sentence without exactly one country and one capital claims nothing.
  static func all(in tokens: [Int]) -> [Claim] {
    var claims: [Claim] = []
    var start = 0
    for (end, token) in tokens.enumerated() where token == FactWorld.token(".") {
      if let claim = claim(in: tokens, start..<end) { claims.append(claim) }
      start = end + 1
    }
    return claims
  }

  private static func claim(in tokens: [Int], _ places: Range<Int>) -> Claim? {
    let countries = places.filter { FactWorld.country(of: tokens[$0]) != nil }
    let capitals = places.filter { FactWorld.country(ofCapital: tokens[$0]) != nil }
    guard countries.count == 1, capitals.count == 1,
      let country = FactWorld.country(of: tokens[countries[0]]),
      let owner = FactWorld.country(ofCapital: tokens[capitals[0]])
    else { return nil }
    let endsWithCapital = capitals[0] > countries[0]
    return Claim(
      place: max(countries[0], capitals[0]), isTrue: country == owner,
      correction: endsWithCapital
        ? FactWorld.capitalToken(country) : FactWorld.countryToken(owner))
  }
}

extension FactGoal {
  /// What a text is judged by, each where it shows first.
  ///
  /// Whether sentences are true shows word by word. Whether a text covers what it shall shows at its end, and nobody can say which word
  /// was wrong: so the last one gets the verdict.
  func verdicts(on tokens: [Int]) -> [Claim] {
    switch self {
    case .truth: Claim.all(in: tokens)
    case .coverage:
      tokens.last.map {
        [Claim(place: tokens.count - 1, isTrue: isReached(by: tokens), correction: $0)]
      } ?? []
    }
  }
}

/// Somebody who knows all facts, and errs at a given rate.
struct FactAnnotator {
  /// How often a verdict is turned round.
  let noise: Double
  private var draws: SeededGenerator

  /// An annotator.
  ///
  /// - Parameters:
  ///   - noise: How often a verdict is turned round.
  ///   - seed: Decides when.
  init(noise: Double, seed: UInt64) {
    self.noise = noise
    draws = SeededGenerator(seed: seed)
  }

  /// What a mark costs in bits: which of the tokens it is on, whether it was good, and, if asked, which word should have stood there.
  static func bits(ofMarkOn length: Int, corrected: Bool) -> Double {
    log2(Double(length)) + 1 + (corrected ? log2(Double(FactWorld.countries.count)) : 0)
  }

  /// Marks every verdict on some completions, until so many bits are spent.
  ///
  /// - Parameters:
  ///   - completions: What the policy wrote.
  ///   - goal: What they are judged by.
  ///   - bits: What may be spent.
  ///   - corrects: Whether bad tokens get their corrections, which cost bits too.
  /// - Returns: The completions that were looked at, with their marks.
  mutating func marked(
    _ completions: [Completion], goal: FactGoal, bits: Double, corrects: Bool
  ) -> [MarkedExample] {
    var left = bits
    var examples: [MarkedExample] = []
    for completion in completions {
      let claims = goal.verdicts(on: completion.tokens)
      var marks: [MarkedToken] = []
      for claim in claims {
        let isGood = claim.isTrue != errs()
        let cost = Self.bits(
          ofMarkOn: completion.tokens.count, corrected: corrects && !isGood)
        guard cost <= left else { break }
        left -= cost
        // Who takes a true word for a false one still names the true one, which is no other.
        let correction = claim.isTrue ? nil : claim.correction
        marks.append(
          MarkedToken(
            place: claim.place, sign: isGood ? .good : .bad,
            correction: corrects && !isGood ? correction : nil))
      }
      guard !marks.isEmpty else {
        if claims.isEmpty { continue }
        break
      }
      examples.append(
        MarkedExample(prompt: completion.prompt, completion: completion.tokens, marks: marks))
      if marks.count < claims.count { break }
    }
    return examples
  }

  /// Compares neighbours by how much of them is wrong; one bit each.
  ///
  /// - Parameters:
  ///   - completions: What the policy wrote, two after each other to one prompt.
  ///   - goal: What they are judged by.
  /// - Returns: All texts, and which of two is preferred: ½ where neither is.
  mutating func compared(
    _ completions: [Completion], goal: FactGoal
  ) -> RewardTrainer.Preferences {
    let faults = completions.map { goal.verdicts(on: $0.tokens).count { !$0.isTrue } }
    let pairs = stride(from: 0, to: completions.count - 1, by: 2).map { first in
      let difference = faults[first + 1] - faults[first]
      let isErroneous = errs()
      return RewardTrainer.Pair(
        first: first, second: first + 1,
        probability: difference == 0 ? 0.5 : (difference > 0) != isErroneous ? 1 : 0)
    }
    return .pairs(texts: completions.map(\.sequence), pairs: pairs)
  }

  private mutating func errs() -> Bool { Double.random(in: 0..<1, using: &draws) < noise }
}
