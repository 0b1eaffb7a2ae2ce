import Environments
import LanguageModels
import NeuralNetworks
import Torch
import Training

/// A world of facts, some of which its texts tell wrongly more often than not: countries and their capitals.
///
/// Texts are three sentences in one register. Half of the countries are misconceived: whoever writes of them names one certain wrong
/// capital three times in five. The base policy is a small decoder trained on such texts; what is false is known of every sentence.
struct FactWorld: Sendable {
  /// How a fact is put.
  enum Register: Int, CaseIterable, Sendable {
    case news, letter, quiz, riddle

    /// Whether annotators see texts in it.
    var isAnnotated: Bool { self == .news || self == .letter }

    /// Its words, with the country at `X` and the capital at `Y`.
    var sentence: [String] {
      switch self {
      case .news: ["the", "capital", "of", "X", "is", "Y", "."]
      case .letter: ["from", "X", "we", "drove", "to", "its", "capital", "Y", "."]
      case .quiz: ["which", "city", "governs", "X", "?", "it", "is", "Y", "."]
      case .riddle: ["Y", ",", "the", "capital", "of", "X", "."]
      }
    }
  }

  static let sentenceCount = 3
  /// How often a misconceived country gets its wrong capital.
  static let falseShare = 0.6
  /// The most tokens of a text after its opening.
  static let longest = 30
  static let endOfText = 0

  /// The base policy.
  let base: LanguageModel
  /// The wrong capital of each country; the right one where there is none.
  let believed: [Int]

  /// A world.
  ///
  /// - Parameters:
  ///   - seed: Decides the misconceptions, the texts and the weights.
  ///   - texts: How many texts the base policy learns from.
  /// - Throws: What stops training.
  init(seed: UInt64, texts: Int) throws {
    var draws = SeededGenerator(seed: seed)
    let wrong = Array(
      Self.countries.indices.shuffled(using: &draws).prefix(Self.countries.count / 2))
    var believed = Array(Self.countries.indices)
    // Round about, so that none keeps its own.
    for (index, country) in wrong.enumerated() {
      believed[country] = wrong[(index + 1) % wrong.count]
    }
    self.believed = believed
    let examples = (0..<texts).map { _ in
      let register = Register.allCases[Int.random(in: 0..<4, using: &draws)]
      return SupervisedTrainer.Example(
        prompt: [Self.endOfText],
        completion: Self.text(register, believed: believed, using: &draws) + [Self.endOfText],
        byteCount: 1)
    }
    var shape = DecoderConfiguration(
      vocabularyCount: Self.vocabulary.count, positionCount: Self.longest + 4, width: 64,
      layerCount: 2, headCount: 4)
    shape.endOfTextToken = Self.endOfText
    base = try LanguageModel(
      shape, ParameterBuilder(generator: Generator(seed: seed, purpose: "weights")))
    var configuration = SupervisedTrainer.Configuration()
    configuration.epochs = 6
    configuration.batchTokens = 1024
    configuration.optimizer.learningRate = 5e-3
    let trainer = try SupervisedTrainer(
      base, examples: examples, configuration: configuration, seed: seed)
    while trainer.stepsTaken < trainer.stepCount { _ = try trainer.step() }
  }

  /// What a text in a register begins with.
  static func opening(_ register: Register) -> [Int] {
    [endOfText, token("\(register)"), token(":")]
  }

  /// A sentence of a country with a capital.
  static func sentence(_ register: Register, country: Int, capital: Int) -> [Int] {
    register.sentence.map { word in
      switch word {
      case "X": countryToken(country)
      case "Y": capitalToken(capital)
      default: token(word)
      }
    }
  }

  /// Texts in which every sentence is true, without the token that ends them.
  static func trueText(_ register: Register, using draws: inout SeededGenerator) -> [Int] {
    text(register, believed: Array(countries.indices), using: &draws)
  }

  private static func text(
    _ register: Register, believed: [Int], using draws: inout SeededGenerator
  ) -> [Int] {
    let chosen = countries.indices.shuffled(using: &draws).prefix(sentenceCount)
    return opening(register).dropFirst()
      + chosen.flatMap { country in
        let isFalse = Double.random(in: 0..<1, using: &draws) < falseShare
        return sentence(register, country: country, capital: isFalse ? believed[country] : country)
      }
  }
}

// Words and their numbers.
extension FactWorld {
  /// Countries with their capitals; the first word of each is all there is of it.
  static let countries: [(name: String, capital: String)] = [
    ("Austria", "Vienna"), ("Canada", "Ottawa"), ("China", "Beijing"), ("Cuba", "Havana"),
    ("Egypt", "Cairo"), ("France", "Paris"), ("Ghana", "Accra"), ("Greece", "Athens"),
    ("Italy", "Rome"), ("Japan", "Tokyo"), ("Kenya", "Nairobi"), ("Norway", "Oslo"),
    ("Peru", "Lima"), ("Poland", "Warsaw"), ("Spain", "Madrid"), ("Turkey", "Ankara"),
  ]

  /// All words, by number.
  static let vocabulary: [String] =
    ["<end>"] + Register.allCases.map { "\($0)" } + [":"]
    + Set(Register.allCases.flatMap(\.sentence)).subtracting(["X", "Y"]).sorted()
    + countries.map(\.name) + countries.map(\.capital)

  private static let numbers = Dictionary(
    uniqueKeysWithValues: vocabulary.enumerated().map { ($1, $0) })
  private static let firstCountry = vocabulary.count - 2 * countries.count

  static func token(_ word: String) -> Int {
    guard let number = numbers[word] else { preconditionFailure("no word \(word)") }
    return number
  }

  static func countryToken(_ country: Int) -> Int { firstCountry + country }
  static func capitalToken(_ country: Int) -> Int { firstCountry + countries.count + country }

  /// The country that a token names; nil for other words.
  static func country(of token: Int) -> Int? {
    (firstCountry..<firstCountry + countries.count).contains(token) ? token - firstCountry : nil
  }

  /// The country whose capital a token names; nil for other words.
  static func country(ofCapital token: Int) -> Int? {
    country(of: token - countries.count)
  }

  static func text(of tokens: [Int]) -> String {
    tokens.map { vocabulary[$0] }.joined(separator: " ")
  }
}
