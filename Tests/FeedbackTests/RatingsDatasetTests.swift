import FileTestSupport
import Foundation
import Testing

@testable import Feedback

@Suite struct `The ratings data set` {
  let folder: TemporaryFolder
  let configuration: RatingsDataset.Configuration

  init() throws {
    folder = try TemporaryFolder()
    var configuration = RatingsDataset.Configuration()
    configuration.heldOutShare = 0.3
    configuration.trainPairCount = 400
    configuration.heldOutPairCount = 50
    self.configuration = configuration
  }

  private func dataset(seed: UInt64 = 0, reversed: Bool = false) throws -> RatingsDataset {
    var configuration = configuration
    configuration.seed = seed
    let all = sentences(120) + sentences(30, domain: .tweets)
    return try RatingsDataset(
      HumanRatings(sentences: reversed ? all.reversed() : all), configuration: configuration)
  }

  @Test func `is the same in any reading order, and another with another seed`() throws {
    let dataset = try dataset()
    let pairs = try dataset.sentencePairs(on: .train)
    #expect(try self.dataset(reversed: true).entries == dataset.entries)
    #expect(try self.dataset(reversed: true).sentencePairs(on: .train) == pairs)
    #expect(try self.dataset(seed: 1).sentencePairs(on: .train) != pairs)
  }

  @Test func `pairs sentences of one side and domain, none with itself and none twice`() throws {
    let dataset = try dataset()
    for side in RatingsSplit.Side.allCases {
      let pairs = try dataset.sentencePairs(on: side)
      #expect(pairs.count == configuration.pairCount(on: side))
      for pair in pairs {
        #expect(pair.first.side == side && pair.second.side == side)
        #expect(pair.first.sentence.domain == .filmReviews)
        #expect(pair.second.sentence.domain == .filmReviews)
        #expect(pair.first != pair.second)
      }
      let unordered = Set(
        pairs.map { Set([$0.first.sentence.identifier, $0.second.sentence.identifier]) })
      #expect(unordered.count == pairs.count)
    }
  }

  @Test func `never pairs near-duplicates`() throws {
    let texts = ["Same.", "same!", "SAME", "same", "(same)", "Same?", "one", "two", "three"]
    let all = texts.enumerated().map {
      RatedSentence(
        domain: .filmReviews, identifier: "\($0)", text: $1, ratings: [$0 % 4, 1])
    }
    var configuration = configuration
    configuration.heldOutShare = 0
    configuration.trainPairCount = 3
    for seed in 0..<20 as Range<UInt64> {
      configuration.seed = seed
      let dataset = try RatingsDataset(HumanRatings(sentences: all), configuration: configuration)
      for pair in try dataset.sentencePairs(on: .train) {
        let texts = [pair.first, pair.second].map(\.sentence.text)
        #expect(texts.contains { !$0.lowercased().contains("same") })
      }
    }
  }

  @Test func `labels pairs with the half's own probability, chosen above one half`() throws {
    let dataset = try dataset()
    let pairs = try dataset.sentencePairs(on: .train)
    for role in RatingHalves.Role.allCases {
      var preferences = dataset.preferences(pairs, by: role)[...]
      for pair in pairs {
        let probability = preferenceProbability(
          of: pair.first.halves[role], over: pair.second.halves[role])
        guard probability != 0.5 else { continue }
        let first = preferences.popFirst()
        let preference = try #require(first)
        let texts = [pair.first.sentence.text, pair.second.sentence.text]
        #expect(
          [preference.chosen, preference.rejected]
            == (probability > 0.5 ? texts : texts.reversed()))
        #expect(preference.probability == max(probability, 1 - probability))
      }
      #expect(preferences.isEmpty)
    }
  }

  @Test func `drops a pair of which neither side is preferred`() throws {
    let all = ["one", "two", "three"].map {
      RatedSentence(domain: .filmReviews, identifier: $0, text: $0, ratings: [1, 1])
    }
    let dataset = try RatingsDataset(HumanRatings(sentences: all), configuration: configuration)
    let pair = RatingsDataset.SentencePair(first: dataset.entries[0], second: dataset.entries[1])
    #expect(dataset.preferences([pair], by: .proxy).isEmpty)
  }

  @Test func `refuses more pairs than the sentences can give`() throws {
    var configuration = configuration
    configuration.heldOutShare = 0
    configuration.trainPairCount = 100
    let dataset = try RatingsDataset(
      HumanRatings(sentences: sentences(10)), configuration: configuration)
    #expect(throws: FeedbackError.tooFewSentences(side: "train", sentences: 10, pairs: 100)) {
      try dataset.sentencePairs(on: .train)
    }
  }

  @Test func `finds that the halves agree more than by chance`() throws {
    let agreement = try #require(
      try dataset().halvesAgreement(on: .heldOut, domain: .filmReviews))
    #expect(agreement > 0.85 && agreement < 1)
    #expect(try dataset().halvesAgreement(on: .heldOut, domain: .editorials) == nil)
  }
}
