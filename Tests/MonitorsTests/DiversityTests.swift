import Foundation
import Monitors
import Testing

@Suite struct `Diversity` {
  // Tokens 1 2 1 2 | 1 2 3: 7 tokens of 3 kinds; pairs 12 21 12 12 23, 3 kinds; triples 121 212 123.
  let small = [[1, 2, 1, 2], [1, 2, 3]]

  @Test func `distinct-n counts kinds over occurrences`() {
    let nGrams = NGrams(of: small, upTo: 4)
    expectClose(nGrams.distinctShare(length: 1), 3.0 / 7)
    expectClose(nGrams.distinctShare(length: 2), 3.0 / 5)
    expectClose(nGrams.distinctShare(length: 3), 1)
    expectClose(nGrams.distinctShare(length: 4), 1)
    #expect(NGrams(of: [[1], [], [2]], upTo: 2).distinctShare(length: 2) == nil)
    #expect(NGrams(of: [], upTo: 1).distinctShare(length: 1) == nil)
  }

  @Test func `self-BLEU is 1 for one long answer, 0 for answers with nothing in common`() {
    #expect(selfBLEU(of: Array(repeating: [1, 2, 3, 4, 5], count: 6)) == 1)
    #expect(selfBLEU(of: [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]) == 0)
    #expect(selfBLEU(of: [[1, 2, 3]]) == nil)
    #expect(selfBLEU(of: [[1, 2, 3], [], []]) == nil)
  }

  @Test func `self-BLEU follows its equation by hand, with smoothing and brevity`() {
    // 1 2 3 4 5 against 1 2 3 4: 4/5, 3/4, 2/3, 1/2, longer than its reference. Back: all found, exp(1 − 5/4).
    let longer = pow(4.0 / 5 * 3 / 4 * 2 / 3 * 1 / 2, 0.25)
    expectClose(selfBLEU(of: [[1, 2, 3, 4, 5], [1, 2, 3, 4]]), (longer + exp(-0.25)) / 2)
    // Two equal answers of two tokens: 2/2, 1/1, and 0.1 for what they are too short to have.
    expectClose(selfBLEU(of: [[1, 2], [1, 2]]), pow(0.01, 0.25))
  }

  @Test func `n-grams of another completion count as often as it has them`() {
    // 1 1 1 1 against 1 2 3 4: one of four ones is found, no longer run; back the same.
    let each = pow(1.0 / 4 * 0.1 / 3 * 0.1 / 2 * 0.1, 0.25)
    expectClose(selfBLEU(of: [[1, 1, 1, 1], [1, 2, 3, 4]]), each)
  }

  @Test func `does not depend on the order of completions, nor on what tokens are called`() {
    var chance = Chance(seed: 1)
    let texts = chance.texts(40, length: 9, vocabulary: 6)
    let shuffled = chance.shuffled(texts)
    let renamed = texts.map { $0.map { 1000 - 7 * $0 } }
    for other in [shuffled, renamed] {
      for length in 1...3 {
        #expect(
          NGrams(of: other, upTo: 3).distinctShare(length: length)
            == NGrams(of: texts, upTo: 3).distinctShare(length: length))
      }
      expectClose(selfBLEU(of: other), selfBLEU(of: texts) ?? .nan)
    }
    #expect(selfBLEU(of: shuffled, limit: 15) == selfBLEU(of: texts, limit: 15))
  }

  @Test func `saying everything twice halves distinct-n and makes self-BLEU 1`() {
    var chance = Chance(seed: 2)
    let texts = chance.texts(20, length: 9, vocabulary: 50)
    for length in 1...3 {
      let once = NGrams(of: texts, upTo: 3).distinctShare(length: length) ?? .nan
      expectClose(NGrams(of: texts + texts, upTo: 3).distinctShare(length: length), once / 2)
    }
    expectClose(selfBLEU(of: texts + texts), 1)
    #expect((selfBLEU(of: texts) ?? 1) < 0.3)
  }

  @Test func `a sample for self-BLEU keeps the shares of answers`() {
    // Half of the completions are one answer: so is half of the sample, and the others have nothing in common with anything.
    let common = Array(repeating: [1, 2, 3, 4], count: 100)
    let others = (0..<100).map { place in (0..<4).map { 10 + 4 * place + $0 } }
    expectClose(selfBLEU(of: common + others, limit: 20), 0.5)
  }
}
