import Feedback
import Files
import Foundation
import Testing
import Tokenization

@Suite struct `Marks on tokens` {
  let marking: Marking

  init() throws { marking = try Marking() }

  private func words(_ text: String, _ part: String) throws -> [String] {
    try marking.words(text, [TextMark(text.span(of: part), .bad)])
  }

  @Test func `are on the tokens of the completion as supervised fine-tuning has them`() throws {
    let text = "The capital of France is Paris."
    let encoded = try marking.encoded(text, [TextMark(text.span(of: "capital of"), .good)])
    #expect(encoded.tokens == marking.tokenizer.encode(text) + [Marking.endOfText])
    #expect(encoded.marks == [1, 2].map { MarkedToken(place: $0, sign: .good) })
  }

  @Test func `are in the order of the tokens, whatever the order of the marks`() throws {
    let text = "The capital of France is Paris."
    let encoded = try marking.encoded(
      text, [TextMark(.tokens(3...4), .bad), TextMark(text.span(of: "The"), .good)])
    #expect(encoded.marks.map(\.place) == [0, 3, 4])
    #expect(encoded.marks.map(\.sign) == [.good, .bad, .bad])
  }

  @Test func `are none where nobody marked anything`() throws {
    let encoded = try marking.encoded("The capital", [])
    #expect(encoded.marks.isEmpty && encoded.tokens.count == 3)
  }

  @Test(arguments: ["capital", " capital"])
  func `take the space that a token begins with, in the span or not`(part: String) throws {
    #expect(try words("The capital of", part) == [" capital"])
  }

  @Test func `take both halves of a Windows line end that is one token`() throws {
    #expect(try words("of\r\n", "\r") == ["\r\n"])
    #expect(try words(" of\r\n", "of\r\n") == [" of", "\r\n"])
    #expect(try words(" of\r\n", "of") == [" of"])
  }

  @Test func `take all tokens of a character that has several`() throws {
    let text = "x🙂x"
    #expect(marking.tokenizer.encode(text).count > 3)
    let encoded = try marking.encoded(text, [TextMark(text.span(of: "🙂"), .good)])
    #expect(encoded.marks.map(\.place) == Array(1..<encoded.tokens.count - 2))
  }

  @Test(arguments: ["🇫🇷", "👍🏽", "👨‍👩‍👧", "e\u{301}", "é"])
  func `spell flags, families and accents whole`(part: String) throws {
    let text = "x\(part)."
    let encoded = try marking.encoded(text, [TextMark(text.span(of: part), .good)])
    #expect(marking.tokenizer.decode(encoded.marks.map { encoded.tokens[$0.place] }) == part)
  }

  @Test(arguments: ["llama2", "mistral", "qwen2", "prefix-space", "joined"])
  func `fall on words by tokenizers of every kind`(name: String) throws {
    let marking = Marking(try Marking.published(name))
    let text = "The mill, the cafe\u{301} and the 🇫🇷 flag."
    for part in ["The", "mill", "the cafe\u{301}", "cafe\u{301}", "and", "🇫🇷", "flag", "flag."] {
      let words = try marking.marked(text, [TextMark(text.span(of: part), .bad)])
      // Equal by canonical equivalence: Qwen2's tokenizer composes the accent.
      #expect(words.trimmingCharacters(in: .whitespaces) == part)
    }
  }

  @Test func `are not on what a tokenizer puts before a text`() throws {
    let marking = Marking(try Marking.published("llama2"))
    let text = "🇫🇷"
    let encoded = try marking.encoded(text, [TextMark(text.span(of: text), .good)])
    #expect(marking.tokenizer.token(of: encoded.tokens[0]) == "▁")
    #expect(encoded.marks.map(\.place) == Array(1...8))
  }

  @Test func `may be on the token that ends the text`() throws {
    let encoded = try marking.encoded("The capital", [TextMark(.tokens(2...2), .bad)])
    #expect(encoded.marks == [MarkedToken(place: 2, sign: .bad)])
    #expect(encoded.tokens[2] == Marking.endOfText)
  }

  @Test func `by a span that cuts a token are refused with the span that would do`() throws {
    let problem = try marking.problem("The capital of", [TextMark(.characters(5..<7), .bad)])
    #expect(
      problem
        == "marks.jsonl:3: the key 'marks[0]' marks \"ap\" (5..<7), which cuts token 1 (\" capital\"); "
        + "the smallest span of whole tokens around it is \" capital\", with start 3 and end 11")
  }

  @Test func `outside the completion are refused with the number of its tokens`() throws {
    let problem = try marking.problem("The capital", [TextMark(.tokens(2...3), .bad)])
    #expect(problem.contains("'marks[0]' marks tokens 2...3, and the completion has 2, and one"))
  }

  @Test(arguments: [
    TextMark.Part.characters(0..<12), .characters(4..<4), .characters(-1..<3), .tokens(-1...0),
    .tokens(0...Int.max - 1),
  ])
  func `that no row can hold are refused all the same`(part: TextMark.Part) throws {
    #expect(try marking.problem("The capital", [TextMark(part, .bad)]).contains("'marks[0]' marks"))
  }

  @Test func `are one on a token`() throws {
    let span = TextMark(.characters(4..<11), .bad)
    let problem = { (other: TextMark) in
      try marking.problem("The capital of", [TextMark(.tokens(0...0), .good), span, other])
    }
    #expect(try problem(span).contains("'marks[2]' is the same as marks[1]; leave one out"))
    #expect(
      try problem(TextMark(.tokens(1...2), .good)).contains(
        "'marks[2]' and marks[1] are both on token 1 (\" capital\"), and call it good and bad"))
    #expect(
      try problem(TextMark(.characters(3..<11), .bad)).contains("make one mark of them"))
  }
}
