import Environments
import Feedback
import Foundation
import LanguageModels
import Testing
import Training

@testable import Experiments

@Suite struct `The world of facts told wrongly` {
  private func tokens(_ text: String) -> [Int] {
    text.split(separator: " ").map { FactWorld.token(String($0)) }
  }

  private func completion(_ text: String) -> Completion {
    Completion(
      prompt: FactWorld.opening(.news), tokens: tokens(text) + [FactWorld.endOfText],
      finish: .stopToken)
  }

  @Test func `says of a claim where it is decided, whether it holds, and what would`() {
    let text = tokens(
      "the capital of Canada is Ottawa . from Peru we drove to its capital Rome . Paris , the capital of Spain ."
    )
    let claims = Claim.all(in: text)
    #expect(claims.map(\.isTrue) == [true, false, false])
    #expect(claims.map { FactWorld.vocabulary[text[$0.place]] } == ["Ottawa", "Rome", "Spain"])
    #expect(claims.map { FactWorld.vocabulary[$0.correction] } == ["Ottawa", "Lima", "France"])
    for nothing in ["the capital of .", "Rome Paris .", "Canada is Ottawa", ". . ."] {
      #expect(Claim.all(in: tokens(nothing)).isEmpty, "\(nothing)")
    }
  }

  @Test func `has true texts that hold, in every register`() {
    var draws = SeededGenerator(seed: 3)
    for register in FactWorld.Register.allCases {
      let text = FactWorld.trueText(register, using: &draws)
      let claims = Claim.all(in: text)
      #expect(claims.count == FactWorld.sentenceCount && claims.allSatisfy(\.isTrue))
      #expect(text.count + 1 <= FactWorld.longest && FactGoal.truth.isReached(by: text))
    }
  }

  @Test func `calls a text that claims nothing no true text`() {
    #expect(!FactGoal.truth.isReached(by: tokens(". . .")))
  }

  @Test func `is covered by one country of each third, and by three alone`() {
    let sentence = { (country: Int) in
      FactWorld.sentence(.news, country: country, capital: country)
    }
    let reached = { (countries: [Int]) in
      FactGoal.coverage.isReached(by: countries.flatMap(sentence))
    }
    #expect(reached([0, 7, 15]) && reached([15, 0, 7]))
    #expect(!reached([0, 1, 15]) && !reached([0, 7]) && !reached([0, 7, 15, 1]))
  }

  @Test func `gives marks for bits, and no more`() {
    var annotator = FactAnnotator(noise: 0, seed: 0)
    let text = completion("the capital of Canada is Ottawa . the capital of Peru is Rome .")
    let cost = FactAnnotator.bits(ofMarkOn: text.tokens.count, corrected: false)
    #expect(abs(cost - (log2(15) + 1)) < 1e-12)
    let marked = annotator.marked(
      Array(repeating: text, count: 9), goal: .truth, bits: 5.5 * cost, corrects: false)
    #expect(marked.map(\.marks.count) == [2, 2, 1])
    #expect(marked[0].marks.map(\.sign) == [.good, .bad])
    #expect(marked[0].marks.allSatisfy { $0.correction == nil })
    let corrected = annotator.marked(
      Array(repeating: text, count: 9), goal: .truth, bits: 2 * cost + 4, corrects: true)
    #expect(corrected.map(\.marks.count) == [2])
    #expect(corrected[0].marks[1].correction == FactWorld.token("Lima"))
  }

  @Test func `puts the verdict on a whole text on its last token`() {
    var annotator = FactAnnotator(noise: 0, seed: 0)
    let text = completion("the capital of Canada is Ottawa .")
    let marked = annotator.marked([text], goal: .coverage, bits: 100, corrects: false)
    #expect(marked[0].marks == [MarkedToken(place: text.tokens.count - 1, sign: .bad)])
  }

  @Test func `compares texts by their faults, turned round as often as it errs`() throws {
    let (right, wrong) = (
      completion("the capital of Peru is Lima ."), completion("the capital of Peru is Rome .")
    )
    let pairs = Array(repeating: [right, wrong, wrong, right, wrong, wrong], count: 500)
      .flatMap(\.self)
    for noise in [0.0, 0.3] {
      var annotator = FactAnnotator(noise: noise, seed: 5)
      guard case .pairs(let texts, let found) = annotator.compared(pairs, goal: .truth) else {
        Issue.record("no pairs")
        continue
      }
      #expect(texts.count == 3000 && found.count == 1500)
      #expect(stride(from: 2, to: 1500, by: 3).allSatisfy { found[$0].probability == 0.5 })
      let agreeing = found.indices.filter { $0 % 3 != 2 }
        .count { found[$0].probability == ($0 % 3 == 0 ? 1 : 0) }
      // Five standard errors of a thousand draws.
      #expect(
        abs(Double(agreeing) / 1000 - (1 - noise)) <= 5 * (noise * (1 - noise) / 1000).squareRoot())
    }
  }

  @Test func `is run in each setting once, nothing learned in one`() {
    let settings = TokenFeedbackConfiguration().settings
    #expect(Set(settings).count == settings.count)
    #expect(settings.count { $0.method == .base } == 2)
    #expect(settings.count { $0.method == .target } == 7)
    #expect(settings.count { $0.method == .comparisons } == 6)
  }

  @Test func `refuses settings that say nothing`() {
    for (key, change) in [
      ("bits", { $0.bits = [10] }), ("noises", { $0.noises = [0.5] }), ("seeds", { $0.seeds = 0 }),
      ("beta", { $0.beta = 0 }), ("methods", { $0.methods = [] }),
    ] as [(String, (inout TokenFeedbackConfiguration) -> Void)] {
      var configuration = TokenFeedbackConfiguration()
      change(&configuration)
      #expect {
        try configuration.validate()
      } throws: { error in
        guard case .configuration(key: key, reason: _)? = error as? TrainingError else {
          return false
        }
        return true
      }
    }
  }
}
