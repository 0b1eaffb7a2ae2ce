import Testing

@testable import Tokenization

@Suite struct `Merging` {
  @Test(arguments: 0..<200 as Range<UInt64>)
  func `the queue merges as the scan does`(seed: UInt64) throws {
    let model = try Self.entangled.get().model
    var generator = SplitMix(seed: seed)
    let start = Int.random(in: 0..<3, using: &generator)
    let length = Int.random(in: 2..<120, using: &generator)
    let tokens = Self.letters(count: start + length, using: &generator).utf8.map {
      model.tokensOfBytes[Int($0)]
    }
    var scanned = tokens
    model.mergeByScanning(&scanned, from: start)
    var queued = tokens
    model.mergeByQueue(&queued, from: start)
    #expect(queued == scanned)
    #expect(queued[..<start] == tokens[..<start])
    #expect(length < 20 || queued.count < tokens.count)
  }

  @Test func `a merge table finds what it was given and nothing else`() {
    var table = MergeTable(capacity: 1000)
    for number in 0..<1000 as Range<UInt32> {
      let isNew = table.insert(
        left: number, right: number % 7, rank: number, token: number + 5000)
      #expect(isNew)
    }
    let isNewAgain = table.insert(left: 3, right: 3, rank: 1, token: 1)
    #expect(!isNewAgain)
    #expect(table.count == 1000)
    for number in 0..<1000 as Range<UInt32> {
      let outcome = table.outcome(left: number, right: number % 7)
      #expect(outcome.rank == number)
      #expect(outcome.token == number + 5000)
      #expect(table.outcome(left: number, right: number % 7 + 1).packed == .max)
    }
  }

  @Test func `a full word table starts over and stays right`() {
    var table = WordTable()
    var output: [Int] = []
    for number in 0..<UInt32(WordTable.wordLimit + 10) {
      let word = withUnsafeBytes(of: number) { Array($0) }
      let hash = WordTable.hash(of: 0..<4, in: word.span)
      let isKnown = table.appendTokens(of: 0..<4, in: word.span, hash: hash, to: &output)
      #expect(!isKnown)
      table.insert(0..<4, in: word.span, hash: hash, tokens: [number, number + 1])
    }
    #expect(table.count == 10)
    let last = withUnsafeBytes(of: UInt32(WordTable.wordLimit + 9)) { Array($0) }
    let hash = WordTable.hash(of: 0..<4, in: last.span)
    let isKnown = table.appendTokens(of: 0..<4, in: last.span, hash: hash, to: &output)
    #expect(isKnown)
    #expect(output == [WordTable.wordLimit + 9, WordTable.wordLimit + 10])
  }

  @Test func `words with one hash are told apart`() {
    var table = WordTable()
    let words: [[UInt8]] = [[1, 2], [2, 1], [1, 2, 3]]
    for (index, word) in words.enumerated() {
      table.insert(0..<word.count, in: word.span, hash: 42, tokens: [UInt32(index)])
    }
    var output: [Int] = []
    for word in words {
      let isKnown = table.appendTokens(of: 0..<word.count, in: word.span, hash: 42, to: &output)
      #expect(isKnown)
    }
    #expect(output == [0, 1, 2])
  }

  /// A model of two letters, in which nearly every merge competes with others for its letters.
  private static let entangled = Swift.Result {
    var generator = SplitMix(seed: 7)
    let texts = (0..<100).map { _ in letters(count: 60, using: &generator) }
    return try TokenizerTrainer(vocabularyCount: 500).train(on: texts)
  }

  private static func letters(count: Int, using generator: inout SplitMix) -> String {
    String((0..<count).map { _ in Bool.random(using: &generator) ? "a" : "b" })
  }
}
