import Environments
import Foundation
import LanguageModels
import Torch

/// What a policy says of all facts, and what has become of the rest; all of it exact, nothing drawn.
public struct FactMeasure: Codable, Equatable, Sendable {
  /// Probability of a wrong name, on average over misconceived countries, in the registers that annotators see.
  public var falseShare: Double
  /// The same in a register that they never see.
  public var paraphrasedFalseShare: Double
  /// The same where the capital comes first and the country is asked for.
  public var reversedFalseShare: Double
  /// Probability of a wrong name, on average over countries of which the base policy had it right, in all registers.
  public var collateral: Double
  /// The largest probability of a misconceived country's wrong capital, in the registers that annotators see.
  public var largestBelief: Double
  /// The geometric mean of it over these contexts.
  public var typicalBelief: Double
  /// exp of the mean −log π of all words but those that decide a claim, in true texts.
  public var perplexity: Double
  /// The mean of KL(π ‖ base) at the same words, in nats.
  public var drift: Double

  enum CodingKeys: String, CodingKey {
    case falseShare = "false_share"
    case paraphrasedFalseShare = "paraphrased_false_share"
    case reversedFalseShare = "reversed_false_share"
    case collateral
    case largestBelief = "largest_belief"
    case typicalBelief = "typical_belief"
    case perplexity, drift
  }
}

/// The contexts in which claims are decided, and clean texts beside them.
struct FactExamination: Sendable {
  private let world: FactWorld
  private let contexts: [Context]
  private let texts: [Completion]
  private let places: [[Int]]

  private struct Context {
    var register: FactWorld.Register
    var tokens: [Int]
    var isMisconceived: Bool
    /// What is right, and what is believed.
    var right: Int
    var believed: Int
    /// All names that might stand there.
    var names: Range<Int>
  }

  /// Everything that is asked of policies of a world.
  ///
  /// - Parameters:
  ///   - world: The world.
  ///   - texts: How many clean texts of each register are read.
  init(_ world: FactWorld, texts: Int = 32) {
    self.world = world
    contexts = FactWorld.Register.allCases.flatMap { register in
      FactWorld.countries.indices.map { Self.context(register, $0, world.believed) }
    }
    var draws = SeededGenerator(seed: 1)
    let clean = FactWorld.Register.allCases.flatMap { register in
      (0..<texts).map { _ in
        Completion(
          prompt: [FactWorld.endOfText],
          tokens: FactWorld.trueText(register, using: &draws) + [FactWorld.endOfText],
          finish: .stopToken)
      }
    }
    self.texts = clean
    places = clean.map { text in
      let claimed = Set(Claim.all(in: text.tokens).map(\.place))
      return text.tokens.indices.filter { !claimed.contains($0) }
    }
  }

  private static func context(
    _ register: FactWorld.Register, _ country: Int, _ believed: [Int]
  ) -> Context {
    let isReversed = register == .riddle
    let sentence = FactWorld.sentence(register, country: country, capital: country)
    let name = isReversed ? FactWorld.countryToken : FactWorld.capitalToken
    let end = sentence.firstIndex(of: name(country)) ?? 0
    // Told the other way round, what is believed of a capital is the country that has it wrongly.
    let other = isReversed ? believed.firstIndex(of: country) ?? country : believed[country]
    return Context(
      register: register, tokens: FactWorld.opening(register) + sentence[..<end],
      isMisconceived: believed[country] != country, right: name(country), believed: name(other),
      names: name(0)..<name(0) + FactWorld.countries.count)
  }

  /// What a policy says.
  func measure(_ policy: LanguageModel) -> FactMeasure {
    Tensor.withoutRecording {
      let told = zip(contexts, distributions(policy)).map { context, row in
        (
          context: context,
          wrong: context.names.reduce(0) { $0 + ($1 == context.right ? 0 : row[$1]) },
          believed: row[context.believed]
        )
      }
      let wrong = { (isAsked: (Context) -> Bool) in
        mean(told.filter { isAsked($0.context) }.map(\.wrong))
      }
      let beliefs = told.filter { $0.context.isMisconceived && $0.context.register.isAnnotated }
        .map(\.believed)
      let layout = ResponseLayout(texts, places: places)
      let statistics = policy.statistics(layout, reference: world.base).statistics
      return FactMeasure(
        falseShare: wrong { $0.isMisconceived && $0.register.isAnnotated },
        paraphrasedFalseShare: wrong { $0.isMisconceived && $0.register == .quiz },
        reversedFalseShare: wrong { $0.isMisconceived && $0.register == .riddle },
        collateral: wrong { !$0.isMisconceived },
        largestBelief: beliefs.max() ?? .nan,
        // What float32 calls 0 is below 1e-38.
        typicalBelief: exp(mean(beliefs.map { log(max($0, 1e-38)) })),
        perplexity: (-statistics.logProbabilities.mean()).exponential().item,
        drift: statistics.divergences?.mean().item ?? .nan)
    }
  }

  /// Mean total variation between two policies where claims are decided, in the registers that annotators see.
  func distance(_ first: LanguageModel, _ second: LanguageModel) -> Double {
    Tensor.withoutRecording {
      mean(
        zip(contexts, zip(distributions(first), distributions(second)))
          .filter { $0.0.register.isAnnotated }
          .map { _, rows in zip(rows.0, rows.1).reduce(0) { $0 + abs($1.0 - $1.1) } / 2 })
    }
  }

  private func distributions(_ policy: LanguageModel) -> [[Double]] {
    let completions = contexts.map {
      Completion(prompt: $0.tokens, tokens: [FactWorld.endOfText], finish: .length)
    }
    let hidden = ResponseLayout(completions).predicting(policy.trunk)
    let probabilities = policy.logits(ofHidden: hidden).softmax(along: -1)
    let (rows, count) = (probabilities.doubles, FactWorld.vocabulary.count)
    return contexts.indices.map { Array(rows[$0 * count..<($0 + 1) * count]) }
  }
}

private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
