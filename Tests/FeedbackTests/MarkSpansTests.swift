import Feedback
import Files
import Foundation
import Testing
import Tokenization

/// All runs of up to four tokens of the golden texts.
@Suite struct `Spans of characters` {
  let golden: GoldenMarks
  let marking: Marking

  init() throws {
    golden = try GoldenMarks.load()
    marking = try Marking()
  }

  private func forEachRun(
    _ body: (GoldenMarks.Case, ClosedRange<Int>, Range<Int>) throws -> Void
  ) rethrows {
    for one in golden.cases {
      for first in one.ids.indices {
        for last in first..<min(first + 4, one.ids.count) {
          let span = one.characters[first].lowerBound..<one.characters[last].upperBound
          try body(one, first...last, span)
        }
      }
    }
  }

  // None where one of the tokens has something else than white space outside.
  private func places(_ one: GoldenMarks.Case, _ span: Range<Int>) -> [Int]? {
    let scalars = Array(one.text.unicodeScalars)
    let touched = one.ids.indices.filter { one.characters[$0].overlaps(span) }
    let isRefused = touched.contains { token in
      one.characters[token].contains {
        !span.contains($0) && !scalars[$0].properties.isWhitespace
      }
    }
    return isRefused ? nil : touched
  }

  @Test func `mark the tokens that come from them by the tokenizers package`() throws {
    var counts = (marked: 0, refused: 0)
    try forEachRun { one, _, span in
      let mark = TextMark(.characters(span), .good)
      guard let expected = places(one, span) else {
        #expect(throws: FileError.self) { try marking.encoded(one.text, [mark]) }
        counts.refused += 1
        return
      }
      let encoded = try marking.encoded(one.text, [mark])
      #expect(encoded.tokens == one.ids + [Marking.endOfText])
      #expect(encoded.marks.map(\.place) == expected, "\(span) of \(one.text.debugDescription)")
      counts.marked += 1
    }
    #expect(counts.marked > 1000 && counts.refused > 20, "\(counts)")
  }

  @Test func `of whole tokens are marks on these tokens, and spell the span`() throws {
    var count = 0
    try forEachRun { one, tokens, span in
      guard places(one, span) == Array(tokens) else { return }
      let bySpan = try marking.encoded(one.text, [TextMark(.characters(span), .bad)])
      #expect(bySpan == (try marking.encoded(one.text, [TextMark(.tokens(tokens), .bad)])))
      let spelled = marking.tokenizer.decodeBytes(bySpan.marks.map { bySpan.tokens[$0.place] })
      var expected = String.UnicodeScalarView()
      expected.append(contentsOf: Array(one.text.unicodeScalars)[span])
      #expect(Data(spelled).range(of: Data(String(expected).utf8)) != nil, "\(span)")
      count += 1
    }
    #expect(count > 1000)
  }

  @Test func `that are refused come with one that does`() throws {
    var count = 0
    try forEachRun { one, _, span in
      guard places(one, span) == nil else { return }
      let problem = try marking.problem(one.text, [TextMark(.characters(span), .bad)])
      let match = try #require(problem.firstMatch(of: /start (\d+) and end (\d+)/))
      let (start, end) = (try #require(Int(match.1)), try #require(Int(match.2)))
      #expect(start <= span.lowerBound && end >= span.upperBound)
      let marks = try marking.encoded(one.text, [TextMark(.characters(start..<end), .bad)]).marks
      #expect(!marks.isEmpty)
      count += 1
    }
    #expect(count > 20)
  }
}
