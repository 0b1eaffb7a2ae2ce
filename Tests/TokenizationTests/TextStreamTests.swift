import Testing

@testable import Tokenization

@Suite struct `Text that grows` {
  private func pieces(_ text: String, stopStrings: [String]) throws -> (TextStream, [String]) {
    let tokenizer = try GoldenTokenization.tokenizer()
    var stream = TextStream(tokenizer, stopStrings: stopStrings)
    var pieces = tokenizer.encode(text).map { stream.append($0) }
    pieces.append(stream.finish())
    return (stream, pieces)
  }

  @Test(arguments: [
    ("The mill.\nUser: hello", ["\nUser:"], "The mill."),
    ("The mill.\nUse it well", ["\nUser:"], "The mill.\nUse it well"),
    ("abcabd", ["abd"], "abc"), ("aaab", ["aab", "b"], "a"), ("stop", ["stop"], ""),
    ("one two three", ["three", "two"], "one "), ("né né fin", ["é f"], "né n"),
    ("nothing to see", [], "nothing to see"), ("an end", ["", "nd"], "an e"),
    ("磨坊在河边", ["在"], "磨坊"), ("ends with par", ["part"], "ends with par"),
  ])
  func `ends before the first of its stop strings`(text: String, stops: [String], shown: String)
    throws
  {
    let (stream, pieces) = try pieces(text, stopStrings: stops)
    #expect(pieces.joined() == shown && stream.text == shown)
    #expect(stream.isStopped == (shown != text))
  }

  // Whatever was shown was never taken back, and no piece of a stop string was ever shown.
  @Test func `shows nothing that may be the beginning of a stop string`() throws {
    let tokenizer = try GoldenTokenization.tokenizer()
    var stream = TextStream(tokenizer, stopStrings: ["\n\nQ:"])
    for id in tokenizer.encode("Yes.\n\nQ") { _ = stream.append(id) }
    #expect(stream.text == "Yes.")
    var other = stream
    #expect(other.finish() == "\n\nQ" && other.text == "Yes.\n\nQ")
    for id in tokenizer.encode(": why") { _ = stream.append(id) }
    #expect(stream.text == "Yes." && stream.isStopped && stream.finish() == "")
    #expect(stream.append(5) == "", "nothing comes after the end")
  }

  @Test func `leaves special tokens out unless they are asked for`() throws {
    let tokenizer = try GoldenTokenization.tokenizer()
    var (plain, whole) = (TextStream(tokenizer), TextStream(tokenizer, specialTokens: .kept))
    for id in tokenizer.encode("a<|endoftext|>b") {
      _ = plain.append(id)
      _ = whole.append(id)
    }
    #expect(plain.text == "ab" && whole.text == "a<|endoftext|>b")
  }
}
