import LanguageModels
import Testing

@testable import Rewards

@Suite struct `The text of an answer` {
  let text = Reading.text

  @Test func `is what the prompt is not`() {
    let completion = Reading.answer(" good, isn't it?", to: "The film is")
    #expect(text.prompt(of: completion) == "The film is")
    #expect(text.answer(of: completion) == " good, isn't it?")
    #expect(text.words(of: completion) == ["good", "isn't", "it"])
  }

  @Test func `has no word that the prompt began`() {
    #expect(text.words(of: Reading.cut("edy and COM", to: "a com")) == ["and", "com"])
    #expect(text.words(of: Reading.cut("'quoted' '' 'tis", to: "x ")) == ["quoted", "tis"])
    #expect(text.words(of: Reading.answer("")) == [])
  }

  // A decoder that writes a space only between tokens, as SentencePiece's do.
  @Test func `keeps the space that its first token has only behind the prompt`() {
    let spaced = AnswerText { $0.map { "w\($0)" }.joined(separator: " ") }
    let completion = Completion(prompt: [1, 2], tokens: [3, 4], finish: .length)
    #expect(spaced.answer(of: completion) == " w3 w4")
  }
}

@Suite struct `The length of an answer` {
  private func grade(
    _ unit: LengthReward.Unit, _ rule: LengthReward.Rule, _ completion: Completion
  ) -> Double {
    LengthReward(unit, rule, text: Reading.text).grades([completion])[0].total
  }

  @Test func `is in tokens, words or characters, without the stop token`() {
    let rule = LengthReward.Rule.slope(1, cap: 1000)
    // é is two code points here, and so two tokens, but one character.
    let answer = " cafe\u{301} two"
    for (unit, length) in [(LengthReward.Unit.tokens, 10.0), (.words, 2), (.characters, 9)] {
      #expect(grade(unit, rule, Reading.answer(answer)) == length)
      #expect(grade(unit, rule, Reading.cut(answer)) == length)
      #expect(grade(unit, rule, Reading.answer("")) == 0)
    }
  }

  @Test(arguments: [
    (0, 0.5), (2, 0.5), (3, 0.75), (4, 1), (5, 1), (6, 1), (7, 0.75), (8, 0.5), (9, 0.5), (99, 0.5),
  ])
  func `in a band is paid in full, outside less by the distance`(length: Int, expected: Double) {
    let band = LengthReward.Rule.band(low: 4, high: 6, slope: 0.25, cap: 0.5)
    #expect(LengthReward.worth(of: length, band) == expected)
  }

  @Test func `in a band with one end is free at the other`() {
    let worth = { LengthReward.worth(of: $0, .band(low: $1, high: $2, slope: 0.5, cap: 3)) }
    #expect([0, 2, 3, 900].map { worth($0, 3, nil) } == [-0.5, 0.5, 1, 1])
    #expect([0, 3, 4, 900].map { worth($0, nil, 3) } == [1, 1, 0.5, -2])
  }

  @Test func `on a slope is paid or fined up to the cap`() {
    let worth = { LengthReward.worth(of: $0, .slope($1, cap: 1)) }
    #expect([0, 1, 4, 5].map { worth($0, 0.25) } == [0, 0.25, 1, 1])
    #expect([0, 1, 4, 5].map { worth($0, -0.25) } == [0, -0.25, -1, -1])
  }
}

@Suite struct `A pattern` {
  private func scores(_ patterns: [String], limit: Int?, _ answers: [String]) throws -> [Double] {
    try PatternReward(patterns, limit: limit, text: Reading.text)
      .scores(answers.map { Reading.answer($0, to: "Yes 12 ") })
  }

  @Test func `pays for each match in the answer, up to the limit`() throws {
    let answers = ["", "yes", "Yes yes 3", "12, 13 and 14"]
    #expect(try scores(["\\d+"], limit: nil, answers) == [0, 0, 1, 3])
    #expect(try scores(["\\d+"], limit: 1, answers) == [0, 0, 1, 1])
    #expect(try scores(["\\d+", "(?i)\\byes\\b"], limit: 2, answers) == [0, 1, 2, 2])
  }

  @Test func `sees the answer's ends, and characters beyond the first plane`() throws {
    #expect(try scores(["^a", "z$"], limit: nil, ["az", " az", "za", "a\nz"]) == [2, 1, 0, 2])
    #expect(try scores(["\u{1F600}"], limit: nil, ["x\u{1F600}y\u{1F600}"]) == [2])
  }

  @Test(arguments: ["(", "[a", "*", ""]) func `that is none is refused`(pattern: String) {
    #expect(throws: RewardProblem("'\(pattern)' is no regular expression")) {
      try PatternReward(["ok", pattern], text: Reading.text)
    }
  }
}

@Suite struct `A list of words` {
  @Test func `pays for each whole word, whatever its case, up to the limit`() throws {
    let answers = ["a good, GOOD film", "goodness", "kind and good"].map { Reading.answer($0) }
    let words = ["Good", "kind"]
    #expect(try WordReward(words, text: Reading.text).scores(answers) == [2, 0, 2])
    #expect(try WordReward(words, limit: 1, text: Reading.text).scores(answers) == [1, 0, 1])
    #expect(try WordReward(words, text: Reading.text).scores([Reading.cut("d", to: "goo")]) == [0])
  }

  @Test(arguments: ["", "two words", "sci-fi"]) func `refuses what is no word`(word: String) {
    #expect(throws: RewardProblem.self) { try WordReward([word], text: Reading.text) }
  }

  @Test func `of one counts as a bonus word does`() throws {
    let bonus = BonusWord("film") { tokens in
      String(String.UnicodeScalarView(tokens.compactMap(Unicode.Scalar.init)))
    }
    let reward = try WordReward(["film"], text: Reading.text)
    for (prompt, answer) in [("a ", "film 'film' films"), ("a film", "s film"), ("fil", "m film")] {
      let completion = Reading.cut(answer, to: prompt)
      #expect(reward.grades([completion])[0].total == Double(bonus.count(in: completion)))
    }
  }
}
