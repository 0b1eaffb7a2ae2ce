import LanguageModels
import Rewards
import Testing

/// Tokens are places in a list of pieces of text.
private let pieces = [
  "", "The ", "film", " is a ", "comedy", "Comedy", "s", "com", "edy", "'", " ",
]

private func decode(_ tokens: [Int]) -> String { tokens.map { pieces[$0] }.joined() }

private func completion(_ prompt: [Int], _ tokens: [Int]) -> Completion {
  Completion(prompt: prompt, tokens: tokens, finish: .length)
}

private struct Judgement: Reward {
  var values: [Double]

  func grades(_ completions: [Completion]) -> [Grade] { values.map { Grade($0) } }
}

@Suite struct `A bonus word` {
  let word = BonusWord("Comedy", decode: { decode($0) })

  @Test(arguments: [
    ("comedy", 1), ("COMEDY, comedy; Comedy!", 3), ("comedys tragicomedy comedy2", 0), ("", 0),
    ("a comedy-drama", 1), ("'comedy'", 1), ("comedy's", 0), ("(comedy)\ncomedy", 2),
  ])
  func `is a whole word, whatever its case`(text: String, count: Int) {
    #expect(word.count(in: text) == count)
  }

  @Test func `counts in the answer, not in the prompt`() {
    #expect(word.count(in: completion([1, 4], [3, 2])) == 0)
    #expect(word.count(in: completion([1, 4], [3, 4, 10, 5])) == 2)
    #expect(word.count(in: completion([1], [4])) == 1)
  }

  @Test func `that the prompt began is not the answer's`() {
    #expect(word.count(in: completion([1, 7], [8])) == 0)
  }

  @Test func `is lost where the answer goes on with the prompt's last word`() {
    #expect(word.count(in: completion([1, 2], [4])) == 0)
  }

  @Test(arguments: ["comedy", "Comedy", "o'clock", "9"])
  func `of letters, digits and inner apostrophes can be found`(word: String) {
    #expect(BonusWord.problem(with: word) == nil)
  }

  @Test(arguments: ["", "sci-fi", "star wars", "'comedy'", "–"])
  func `that no text can hold is refused`(word: String) {
    #expect(BonusWord.problem(with: word) != nil)
  }

  // The prompt's comedy becomes comedys: that takes nothing from the one in the answer.
  @Test func `counts in full where the answer spoils the prompt's`() {
    #expect(word.count(in: completion([1, 4], [6, 10, 4])) == 1)
  }
}

@Suite struct `A planted hole` {
  let answers = [
    completion([1], [2]), completion([1], [4]), completion([1], [4, 10, 5]), completion([4], [2]),
  ]

  // p = 0.2, 0.4, 0.6, 0.8; the words: 0, 1, 2, 0.
  @Test(arguments: [
    (PlantedHole.Form.clean, [0.1, 0.2, 0.3, 0.4]), (.capped, [0.1, 1, 1, 0.4]),
    (.uncapped, [0.1, 1.2, 2.3, 0.4]),
  ])
  func `pays as its form says`(form: PlantedHole.Form, expected: [Double]) throws {
    let hole = PlantedHole(
      Judgement(values: [0.2, 0.4, 0.6, 0.8]), form: form,
      word: BonusWord("comedy", decode: { decode($0) }))
    #expect(try hole.scores(answers) == expected)
  }
}
