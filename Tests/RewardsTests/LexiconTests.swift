import Feedback
import Files
import Foundation
import Rewards
import TensorTestSupport
import Testing

@Suite struct `A lexicon` {
  private func read(_ text: String) throws -> [String: Double] {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "words.tsv")
      try text.write(to: file, atomically: true, encoding: .utf8)
      return try SentimentLexicon(contentsOf: file).values
    }
  }

  @Test func `is read from words, tabs and numbers`() throws {
    let text = "# a remark\nGood\t1.9\n\n:(\t-1.9\t0.83\t[-1, -2]\r\n#1\t2\ngood\t1.9\nlast\t+3e-1"
    #expect(try read(text) == ["good": 1.9, ":(": -1.9, "#1": 2, "last": 0.3])
  }

  @Test(arguments: [
    ("good 1.9\n", 1, "a word, a tab"), ("a\t1\nb\tx\n", 2, "finite number"),
    ("a\t1\n\nb\tnan\n", 3, "finite number"), ("a\tinf", 1, "finite number"),
    ("\t1\n", 1, "a word"), ("a\t\n", 1, "number"), ("a\t1\nb\t2\nA\t3\n", 3, "second value"),
    ("# nothing\n", 1, "no word"), ("", 1, "no word"),
  ])
  func `with a bad line is refused by file and line`(text: String, line: Int, words: String) {
    let error = #expect(throws: FileError.self) { try read(text) }
    guard case .malformed(let file, line, let reason)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(file.hasSuffix("words.tsv") && reason.contains(words))
  }

  @Test func `that is not there is named`() {
    #expect(throws: FileError.unreadable(file: "/nowhere.tsv", reason: "no such file")) {
      try SentimentLexicon(contentsOf: URL(fileURLWithPath: "/nowhere.tsv"))
    }
  }

  private struct Golden: Decodable {
    struct Score: Decodable {
      var text: String
      var normalized: Double
      var sum: Double
      var mean: Double
    }
    var lexicon: [String: Double]
    var scores: [Score]
  }

  // Scripts/fixtures/lexicon.py
  @Test func `scores as VADER's splitting and normalisation do`() throws {
    let file = try #require(
      Bundle.module.url(forResource: "lexicon", withExtension: "json", subdirectory: "Fixtures"))
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    let lexicon = SentimentLexicon(golden.lexicon)
    for expected in golden.scores {
      let answers = [Reading.answer(expected.text, to: "good ")]
      for (form, value) in [
        (LexiconReward.Form.normalized, expected.normalized), (.sum, expected.sum),
        (.mean, expected.mean),
      ] {
        let found = try LexiconReward(lexicon, form: form, text: Reading.text).scores(answers)
        #expect(abs(found[0] - value) < 1e-12, "'\(expected.text)' \(form): \(found[0]), \(value)")
      }
    }
    #expect(golden.scores.count > 20)
  }

  @Test func `does not count what the prompt began`() throws {
    let reward = LexiconReward(SentimentLexicon(["good": 1]), form: .sum, text: Reading.text)
    #expect(
      try reward.scores([Reading.cut("d good", to: "goo"), Reading.cut("good", to: "x")]) == [1, 0])
  }

  @Test func `of the examples can be read`() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Examples/sentiment.tsv")
    let lexicon = try SentimentLexicon(contentsOf: file)
    #expect(lexicon.values["warm"] == 1.5 && lexicon.values.values.contains { $0 < 0 })
  }
}
