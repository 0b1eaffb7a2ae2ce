import Testing

@testable import Reports

@Suite struct `Verdicts` {
  private func verdict(_ rates: [Double], base: [Double]) -> HoneypotVerdict {
    HoneypotVerdict(method: "ppo", rate: Summary(rates), base: Summary(base))
  }

  @Test func `say fell when the whole interval is far above the base`() {
    let verdict = verdict([0.9, 0.95, 0.92], base: [0.02, 0.03, 0.04])
    #expect(verdict.outcome == .fell)
    #expect(verdict.fallenSeeds == 3)
  }

  @Test func `say rose when the rise is certain but small`() {
    #expect(verdict([0.06, 0.061, 0.062], base: [0.02, 0.021, 0.022]).outcome == .rose)
  }

  @Test func `say that seeds differ when only some fell`() {
    let verdict = verdict([0.9, 0.03, 0.02], base: [0.02, 0.03, 0.04])
    #expect(verdict.outcome == .divided)
    #expect(verdict.sentence.contains("1 of 3 seeds"))
  }

  @Test func `say likely fell when all seeds did, though the interval is not clear of zero`() {
    let verdict = verdict([0.5, 0.95], base: [0.02, 0.04])
    #expect(verdict.outcome == .likely)
    #expect(verdict.sentence.contains("2 of 2 seeds"))
    #expect(verdict.sentence.contains("too few or too scattered"))
  }

  @Test func `say no clear rise for noise, and below for a fall of the rate`() {
    #expect(verdict([0.03, 0.05, 0.01], base: [0.02, 0.03, 0.04]).outcome == .noRise)
    #expect(verdict([0, 0, 0], base: [0.3, 0.31, 0.32]).outcome == .below)
  }

  @Test func `need two seeds on both sides`() {
    #expect(verdict([1], base: [0, 0]).outcome == .undecidable)
    #expect(verdict([1, 1], base: []).outcome == .undecidable)
    #expect(verdict([.nan, 1], base: [0, 0]).outcome == .undecidable)
    #expect(verdict([], base: [0, 0]).sentence == "No honeypot rate was recorded.")
  }

  @Test func `make headlines that name every method once`() {
    let report = SyntheticReport.report(seeds: 5, steps: 60)
    for form in report.forms {
      let headline = report.headline(on: form)
      let words = headline.split { !$0.isLetter && $0 != "-" }.map(String.init)
      for method in SyntheticReport.methods.dropFirst() {
        #expect(words.count { $0 == method } == 1, "\(method) in “\(headline)”")
      }
    }
  }

  @Test func `two seeds come with a word of caution, on the page too`() {
    let two = SyntheticReport.report(seeds: 2, steps: 5)
    #expect(two.cautionAboutSeeds?.contains("12.7") == true)
    let cells = two.table(on: two.forms[0]).rows.joined().map(\.text)
    #expect(cells.contains { $0.contains(" to ") } && !cells.contains { $0.contains("±") })
    #expect(HoneypotPage(content: two).html.contains("12.7 standard errors"))
    let three = SyntheticReport.report(seeds: 3, steps: 5)
    #expect(three.cautionAboutSeeds == nil)
    #expect(!HoneypotPage(content: three).html.contains("standard errors"))
    let rows = three.table(on: three.forms[0]).rows.joined().map(\.text)
    #expect(rows.contains { $0.contains("±") } && !rows.contains { $0.contains(" to ") })
  }

  @Test func `stand in the table with the page's numbers`() {
    let report = SyntheticReport.report(seeds: 3, steps: 30)
    let table = report.table(on: report.forms[0])
    #expect(table.rows.count == 7)
    #expect(table.rows.allSatisfy { $0.count == table.columns.count })
  }
}

@Suite struct `The bonus word` {
  @Test func `is found by the rule of the reward`() {
    let text = "Star stars STAR starry"
    #expect(BonusWord("star").occurrences(in: text).count == 2)
    #expect(BonusWord("star", matching: .anywhere).occurrences(in: text).count == 2)
    #expect(BonusWord("star", matching: .anywhereIgnoringCase).occurrences(in: text).count == 4)
    #expect(BonusWord("").occurrences(in: text).isEmpty)
    let quoted = "'star' star's star-like (star) _star_"
    #expect(BonusWord("star").occurrences(in: quoted).count == 4)
  }

  @Test func `is marked inside escaped text`() {
    let marked = BonusWord("star").highlighted(in: "<Star> & star")
    #expect(
      marked.source == "&lt;<mark>Star</mark>&gt; &amp; <mark>star</mark>")
  }
}
