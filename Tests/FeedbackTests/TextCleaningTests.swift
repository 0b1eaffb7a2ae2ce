import Testing

@testable import Feedback

@Suite struct `Text cleaning` {
  @Test(arguments: [
    ("a ''quoted'' word", "a \"quoted\" word"),
    ("a ``quoted'' word", "a \"quoted\" word"),
    ("it's 'single'", "it's 'single'"),
    ("Lord &amp; Taylor, &amp;amp; at&amp;#38;t", "Lord & Taylor, & at&t"),
    ("I &lt;3 you &gt;:(", "I <3 you >:("),
    ("R&B; and &unknown;", "R&B; and &unknown;"),
    ("  two  spaces\u{A0} \u{85}and\u{7} more ", "two spaces and more"),
    ("cafÃ© – itâ€™s", "cafÃ© – itâ€™s"),
    ("cafÃ© itâ€™s", "café it’s"),
    ("crème brûlée, pâté, São", "crème brûlée, pâté, São"),
  ])
  func `gives plain text`(text: String, expected: String) {
    #expect(TextCleaning.cleaned(text, domain: .tweets) == expected)
  }

  @Test func `puts back the dashes that film reviews lost`() {
    let text = "a bit    the world   of  films   "
    #expect(TextCleaning.cleaned(text, domain: .filmReviews) == "a bit – the world – of films")
    #expect(TextCleaning.cleaned(text, domain: .tweets) == "a bit the world of films")
  }

  @Test func `changes nothing the second time`() {
    let text = "''A'' &amp; B    c"
    let once = TextCleaning.cleaned(text, domain: .filmReviews)
    #expect(TextCleaning.cleaned(once, domain: .filmReviews) == once)
  }
}
