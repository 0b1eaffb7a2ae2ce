import Feedback
import Files
import Testing
import Tokenization

@Suite struct `The correction of a mark` {
  let marking: Marking

  init() throws { marking = try Marking() }

  private func id(_ token: String) throws -> Int {
    let ids = marking.tokenizer.encode(token)
    return try #require(ids.count == 1 ? ids[0] : nil)
  }

  private func marks(_ text: String, _ part: String, instead: String) throws -> [MarkedToken] {
    try marking.encoded(text, [TextMark(text.span(of: part), .bad, instead: instead)]).marks
  }

  private func problem(_ text: String, _ part: String, instead: String) throws -> String {
    try marking.problem(text, [TextMark(text.span(of: part), .bad, instead: instead)])
  }

  @Test func `is the token that the corrected text has in its place`() throws {
    #expect(
      try marks("The capital of", "capital", instead: "flag")
        == [MarkedToken(place: 1, sign: .bad, correction: id(" flag"))])
  }

  @Test func `is one token, the first, and the others of the mark have none`() throws {
    let marks = try marks("The capital of", "capital of", instead: "flag is")
    #expect(
      marks == [
        MarkedToken(place: 1, sign: .bad, correction: try id(" flag")),
        MarkedToken(place: 2, sign: .bad),
      ])
  }

  @Test func `clears tokens that it begins with`() throws {
    #expect(
      try marks("The capital of", "capital of", instead: "capital is")
        == [MarkedToken(place: 2, sign: .bad, correction: id(" is"))])
  }

  @Test func `may be what follows, or the end of the text`() throws {
    #expect(
      try marks("The capital capital of", " capital capital", instead: " capital")
        == [MarkedToken(place: 2, sign: .bad, correction: id(" of"))])
    #expect(
      try marks("The capital of", " of", instead: "")
        == [MarkedToken(place: 2, sign: .bad, correction: Marking.endOfText)])
  }

  @Test func `of the end of the text goes on with it`() throws {
    let mark = TextMark(.tokens(2...2), .bad, instead: " of")
    #expect(
      try marking.encoded("The capital", [mark]).marks
        == [MarkedToken(place: 2, sign: .bad, correction: id(" of"))])
  }

  @Test func `of a token replaces all of it, the space too`() throws {
    let mark = TextMark(.tokens(1...1), .bad, instead: " flag")
    #expect(
      try marking.encoded("The capital of", [mark]).marks
        == [MarkedToken(place: 1, sign: .bad, correction: id(" flag"))])
  }

  @Test func `that changes nothing is refused`() throws {
    #expect(
      try problem("The capital of", "capital", instead: "capital").contains("changes no token"))
  }

  @Test func `that changes tokens before the mark is refused with the first of them`() throws {
    let text = "Th of"
    #expect(marking.tokenizer.encode("The").count == 1 && marking.tokenizer.encode("Th").count == 2)
    #expect(
      try problem(text, "h", instead: "he").contains(
        "changes token 0 (\"T\") before the mark; begin the mark with that token"))
  }

  @Test func `that begins with all of the mark is refused with what comes next`() throws {
    #expect(
      try problem("The capital of", "capital", instead: "capital,").contains(
        "begins with all of the marked tokens, so they were not bad; mark token 2 (\" of\")"))
  }

  @Test func `of a part of a character is refused`() throws {
    let problem = try marking.problem("x🙂", [TextMark(.tokens(1...1), .bad, instead: "y")])
    #expect(problem.contains("where a character has several tokens; mark all of them"))
  }
}
