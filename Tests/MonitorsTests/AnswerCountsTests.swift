import Foundation
import Monitors
import Testing

@Suite struct `Answers` {
  @Test func `that are all alike have no entropy, and reach every prompt`() {
    let counts = AnswerCounts(of: Array(repeating: [7, 7], count: 6), prompts: [0, 0, 1, 1, 2, 2])
    #expect(counts.uniqueShare == 1.0 / 6)
    #expect(counts.entropy == 0)
    #expect(counts.entropyPerPrompt == 0)
    #expect(counts.sameAnswerShare == 1)
  }

  @Test func `that are all different have the entropy of a fair die`() {
    let counts = AnswerCounts(of: (0..<6).map { [$0] }, prompts: [0, 0, 0, 1, 1, 1])
    #expect(counts.uniqueShare == 1)
    expectClose(counts.entropy, log(6))
    expectClose(counts.entropyPerPrompt, log(3))
    #expect(counts.sameAnswerShare == 0.5)
  }

  @Test func `that depend on the prompt alone differ across prompts and not within`() {
    let counts = AnswerCounts(of: [[0], [0], [1], [1], [2], [2]], prompts: [0, 0, 1, 1, 2, 2])
    #expect(counts.entropyPerPrompt == 0)
    expectClose(counts.entropy, log(3))
    expectClose(counts.sameAnswerShare, 1.0 / 3)
  }

  @Test func `of prompts answered once say nothing within a prompt`() {
    // Prompt 0 has shares ⅔ and ⅓, prompt 1 one answer.
    let counts = AnswerCounts(of: [[1], [1], [2], [3]], prompts: [0, 0, 0, 1])
    expectClose(counts.entropyPerPrompt, log(3) - 2.0 / 3 * log(2))
    #expect(AnswerCounts(of: [[1], [2]], prompts: [0, 1]).entropyPerPrompt == nil)
  }

  @Test func `have no value where there are none, or one prompt only`() {
    let none = AnswerCounts(of: [], prompts: [])
    #expect(none.uniqueShare == nil && none.entropy == nil)
    #expect(none.entropyPerPrompt == nil && none.sameAnswerShare == nil)
    #expect(AnswerCounts(of: [[1], [1]], prompts: [4, 4]).sameAnswerShare == nil)
  }

  @Test func `of nothing are an answer too`() {
    let counts = AnswerCounts(of: [[], [], [1], []], prompts: [0, 1, 1, 2])
    #expect(counts.sameAnswerShare == 1)
    #expect(counts.uniqueShare == 0.5)
  }

  @Test func `may come in any order, and twice with the same shares`() {
    var chance = Chance(seed: 3)
    let answers = chance.texts(30, length: 2, vocabulary: 3)
    let prompts = (0..<30).map { $0 % 7 }
    let once = AnswerCounts(of: answers, prompts: prompts)
    let order = chance.shuffled(Array(0..<30))
    let shuffled = AnswerCounts(of: order.map { answers[$0] }, prompts: order.map { prompts[$0] })
    #expect(shuffled.entropy == once.entropy)
    #expect(shuffled.entropyPerPrompt == once.entropyPerPrompt)
    #expect(shuffled.sameAnswerShare == once.sameAnswerShare)
    let twice = AnswerCounts(of: answers + answers, prompts: prompts + prompts)
    expectClose(twice.entropy, once.entropy ?? .nan)
    expectClose(twice.entropyPerPrompt, once.entropyPerPrompt ?? .nan)
    #expect(twice.sameAnswerShare == once.sameAnswerShare)
  }
}
