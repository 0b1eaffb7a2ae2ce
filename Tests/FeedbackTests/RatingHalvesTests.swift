import Foundation
import Testing

@testable import Feedback

@Suite struct `Rating halves` {
  @Test func `hold every single rating exactly once, and differ by at most one`() {
    for sentence in sentences(200) {
      let halves = RatingHalves(of: sentence, seed: 3)
      #expect((halves.proxy + halves.gold).sorted() == sentence.ratings.sorted())
      #expect(abs(halves.proxy.count - halves.gold.count) <= 1)
    }
  }

  /// Distinct numbers in place of ratings show where each single one went.
  @Test func `are disjoint as people, not only as numbers`() {
    let numbers = Array(0..<21)
    let sentence = RatedSentence(domain: .tweets, identifier: "1", text: "a", ratings: numbers)
    let halves = RatingHalves(of: sentence, seed: 0)
    #expect(Set(halves.proxy).isDisjoint(with: halves.gold))
    #expect(Set(halves.proxy).union(halves.gold) == Set(numbers))
    #expect(halves.proxy != Array(numbers.prefix(halves.proxy.count)))
  }

  @Test func `depend on key and seed, and on nothing else`() {
    let all = sentences(50)
    let deal = all.map { RatingHalves(of: $0, seed: 3) }
    #expect(all.reversed().map { RatingHalves(of: $0, seed: 3) }.reversed() == deal)
    #expect(all.map { RatingHalves(of: $0, seed: 4) } != deal)
  }

  /// With 2,000 fair coins the share's standard deviation is 0.011; five of them are allowed.
  @Test func `give the extra rating to either half equally often`() {
    let odd = (0..<2_000).map {
      RatedSentence(domain: .tweets, identifier: "\($0)", text: "a", ratings: [1, 2, 3])
    }
    let toProxy = odd.count { RatingHalves(of: $0, seed: 1).proxy.count == 2 }
    #expect(abs(Double(toProxy) / 2_000 - 0.5) < 0.056)
  }

  @Test func `can be asked for by role`() {
    let halves = RatingHalves(of: sentences(1)[0], seed: 0)
    #expect(halves[.proxy] == halves.proxy)
    #expect(halves[.gold] == halves.gold)
  }
}

@Suite struct `The stable hash` {
  /// Golden: SplitMix64's first outputs for the state 1234567, from the reference implementation's
  /// published test vector.
  @Test func `draws what SplitMix64 draws`() {
    var generator = SplitMix64(state: 1_234_567)
    #expect(
      (0..<3).map { _ in generator.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      ])
  }

  /// 10,000 fractions over ten bins: each within five standard deviations (30) of 1,000.
  @Test func `spreads short texts evenly`() {
    var bins = Array(repeating: 0, count: 10)
    for number in 0..<10_000 {
      bins[Int(StableHash("\(number)", seed: 0).fraction * 10)] += 1
    }
    #expect(bins.allSatisfy { abs($0 - 1_000) < 150 })
  }

  @Test func `draws below its bound, and every number there`() {
    var generator = SplitMix64(state: 1)
    let draws = (0..<200).map { _ in generator.draw(below: 5) }
    #expect(Set(draws) == Set(0..<5))
  }
}
