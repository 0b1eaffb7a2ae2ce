import Foundation
import Testing

@testable import Tokenization

@Suite struct `Training` {
  @Test func `the saved file equals that of the tokenizers package to the byte`() throws {
    let golden = try GoldenTokenization.load()
    let tokenizer = try TokenizerTrainer(
      vocabularyCount: golden.vocabularyCount, minimumFrequency: golden.minimumFrequency,
      specialTokens: golden.specialTokens
    ).train(on: GoldenTokenization.prose())
    let expected = try Data(contentsOf: GoldenTokenization.url("trained.json"))
    #expect(Data(tokenizer.json.formatted().utf8) == expected)
  }

  @Test(arguments: 0..<3)
  func `merges equal those of the tokenizers package`(index: Int) throws {
    let golden = try GoldenTokenization.load()
    let training = golden.trainings[index]
    let tokenizer = try TokenizerTrainer(
      vocabularyCount: training.vocabularyCount, minimumFrequency: training.minimumFrequency,
      specialTokens: golden.specialTokens, addsPrefixSpace: training.addsPrefixSpace
    ).train(on: GoldenTokenization.prose())
    let merges = tokenizer.model.merges.map { merge in
      [merge.left, merge.right].map { tokenizer.token(of: Int($0)) }
    }
    #expect(merges == training.merges)
  }

  @Test func `the order of the texts does not matter`() throws {
    let trainer = TokenizerTrainer(vocabularyCount: 500)
    let prose = try GoldenTokenization.prose()
    let forward = try trainer.train(on: prose)
    let backward = try trainer.train(on: prose.reversed())
    #expect(forward.model.merges == backward.model.merges)
  }

  @Test func `among equally frequent pairs the smaller identifiers win`() throws {
    // Every pair occurs twice; a and b have the smallest identifiers.
    let tokenizer = try TokenizerTrainer(vocabularyCount: 257).train(on: ["zy", "zy", "ab", "ab"])
    #expect(tokenizer.token(of: 256) == "ab")
  }

  @Test func `rare pairs are left alone`() throws {
    let trainer = TokenizerTrainer(vocabularyCount: 1000, minimumFrequency: 3)
    let tokenizer = try trainer.train(on: ["abab ab", "cd cd"])
    #expect(tokenizer.model.merges.count == 1)
    #expect(tokenizer.vocabularyCount == 257)
  }

  @Test func `no text at all gives the bytes`() throws {
    let tokenizer = try TokenizerTrainer(vocabularyCount: 300).train(on: ["", ""])
    #expect(tokenizer.vocabularyCount == 256)
    #expect(tokenizer.decode(tokenizer.encode("é")) == "é")
  }

  @Test func `contradictory settings are refused`() {
    #expect(throws: TokenizerTrainerError.vocabularyTooSmall(256, minimum: 257)) {
      try TokenizerTrainer(vocabularyCount: 256, specialTokens: ["<e>"]).train(on: [])
    }
    #expect(throws: TokenizerTrainerError.vocabularyTooLarge(1 << 25, maximum: 1 << 24)) {
      try TokenizerTrainer(vocabularyCount: 1 << 25).train(on: [])
    }
    #expect(throws: TokenizerTrainerError.emptySpecialToken) {
      try TokenizerTrainer(vocabularyCount: 300, specialTokens: [""]).train(on: [])
    }
    #expect(throws: TokenizerTrainerError.duplicateSpecialToken("<e>")) {
      try TokenizerTrainer(vocabularyCount: 300, specialTokens: ["<e>", "<e>"]).train(on: [])
    }
    #expect(throws: TokenizerTrainerError.duplicateSpecialToken("a")) {
      try TokenizerTrainer(vocabularyCount: 300, specialTokens: ["a"]).train(on: [])
    }
  }
}
