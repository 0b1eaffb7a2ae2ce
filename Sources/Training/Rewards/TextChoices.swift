import Foundation
public import Rewards

/// How long answers shall be.
public struct LengthChoice: PartChoice {
  /// What it counts in the sum.
  public var weight = 0.0
  /// What is counted in answers.
  public var unit = LengthReward.Unit.words
  /// The least length that is paid in full; nil has no lower end.
  public var low: Int?
  /// The greatest length that is paid in full; nil has no upper end.
  public var high: Int?
  /// What a unit outside the band costs; without a band, what a unit pays.
  public var slope = 0.1
  /// What a band costs at most; without one, what is paid at most.
  public var cap = 1.0

  /// Off.
  public init() {}

  var name: String { "length" }

  func validate() throws(TrainingError) {
    try expect(slope.isFinite && slope != 0, "slope", "\(slope) makes all lengths alike")
    try expect(cap.isFinite && cap > 0, "cap", "\(cap) is not above 0")
    guard low != nil || high != nil else { return }
    try expect((low ?? 0) >= 0, "low", "\(low ?? 0) is below 0")
    try expect((low ?? 0) <= (high ?? .max), "high", "\(high ?? 0) is below \(low ?? 0)")
    try expect(slope > 0, "slope", "\(slope) would pay for being outside the band: use above 0")
  }

  func reward(_ text: AnswerText) -> any Reward {
    let rule: LengthReward.Rule =
      low == nil && high == nil
      ? .slope(slope, cap: cap) : .band(low: low, high: high, slope: slope, cap: cap)
    return LengthReward(unit, rule, text: text)
  }
}

/// Regular expressions that answers shall match.
public struct PatternChoice: PartChoice {
  /// What it counts in the sum.
  public var weight = 0.0
  /// The expressions.
  public var expressions: [String] = []
  /// The most matches that are paid; nil pays all.
  public var limit: Int? = 1

  /// Off.
  public init() {}

  var name: String { "pattern" }

  func validate() throws(TrainingError) {
    try expect(!expressions.isEmpty, "expressions", "give a regular expression")
    try expect((limit ?? 1) >= 1, "limit", "\(limit ?? 0) is below 1")
    _ = try made { text throws(RewardProblem) in
      try PatternReward(expressions, limit: limit, text: text)
    }
  }

  func reward(_ text: AnswerText) throws -> any Reward {
    try PatternReward(expressions, limit: limit, text: text)
  }

  private func made(
    _ body: (AnswerText) throws(RewardProblem) -> PatternReward
  ) throws(TrainingError) -> PatternReward {
    do {
      return try body(AnswerText { _ in "" })
    } catch {
      throw problem("expressions", error.description)
    }
  }
}

/// Words that answers shall hold.
public struct WordChoice: PartChoice {
  /// What it counts in the sum.
  public var weight = 0.0
  /// The words.
  public var list: [String] = []
  /// The most occurrences that are paid; nil pays all.
  public var limit: Int?

  /// Off.
  public init() {}

  var name: String { "words" }

  func validate() throws(TrainingError) {
    try expect(!list.isEmpty, "list", "give a word")
    try expect((limit ?? 1) >= 1, "limit", "\(limit ?? 0) is below 1")
    if let problem = list.lazy.compactMap(BonusWord.problem).first {
      throw self.problem("list", problem)
    }
  }

  func reward(_ text: AnswerText) throws -> any Reward {
    try WordReward(list, limit: limit, text: text)
  }
}

/// A lexicon that words are looked up in.
public struct LexiconChoice: PartChoice {
  /// What it counts in the sum.
  public var weight = 0.0
  /// The file: a word, a tab and a number on each line.
  public var file = ""
  /// What becomes of the words' values.
  public var form = LexiconReward.Form.normalized

  /// Off.
  public init() {}

  var name: String { "lexicon" }

  func validate() throws(TrainingError) {
    try expect(!file.isEmpty, "file", "name a file of words, such as Examples/sentiment.tsv")
  }

  func reward(_ text: AnswerText) throws -> any Reward {
    let lexicon = try SentimentLexicon(contentsOf: URL(fileURLWithPath: file))
    return LexiconReward(lexicon, form: form, text: text)
  }
}
