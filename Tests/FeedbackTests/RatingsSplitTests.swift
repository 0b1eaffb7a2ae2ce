import Testing

@testable import Feedback

@Suite struct `The split of ratings` {
  private func sentence(
    _ identifier: String, _ text: String, _ domain: RatingsDomain = .filmReviews
  ) -> RatedSentence {
    RatedSentence(domain: domain, identifier: identifier, text: text, ratings: [1, 2])
  }

  @Test func `gives each sentence the same side in any order`() throws {
    let all = sentences(300)
    let sides = try RatingsSplit(of: all, seed: 5).sides
    #expect(try RatingsSplit(of: all.reversed(), seed: 5).sides.reversed() == sides)
    #expect(try RatingsSplit(of: all, seed: 6).sides != sides)
  }

  /// 4,000 sentences at 10 %: the share's standard deviation is 0.0047; five of them are allowed.
  @Test func `holds out about the share asked for`() throws {
    let sides = try RatingsSplit(of: sentences(4_000), heldOutShare: 0.1, seed: 0).sides
    let share = Double(sides.count { $0 == .heldOut }) / 4_000
    #expect(abs(share - 0.1) < 0.024)
  }

  @Test func `can hold out nothing or everything`() throws {
    #expect(Set(try RatingsSplit(of: sentences(50), heldOutShare: 0, seed: 0).sides) == [.train])
    #expect(Set(try RatingsSplit(of: sentences(50), heldOutShare: 1, seed: 0).sides) == [.heldOut])
  }

  @Test(arguments: [-0.1, 1.5, .nan])
  func `refuses an impossible share`(share: Double) throws {
    #expect(throws: FeedbackError.self) {
      try RatingsSplit(of: sentences(2), heldOutShare: share, seed: 0)
    }
  }

  @Test func `never parts texts that differ in case, accents or punctuation`() throws {
    for seed in 0..<40 as Range<UInt64> {
      let sides = try RatingsSplit(
        of: [
          sentence("1", "A café, tonight!"), sentence("2", "a CAFE tonight"),
          sentence("3", "(A Café) tonight …", .tweets),
        ], heldOutShare: 0.5, seed: seed
      ).sides
      #expect(Set(sides).count == 1)
    }
  }

  @Test func `never parts sentences of one document, nor what a chain of both connects`() throws {
    for seed in 0..<40 as Range<UInt64> {
      let sides = try RatingsSplit(
        of: [
          sentence("1_1", "one", .editorials), sentence("1_2", "two", .editorials),
          sentence("2_1", "Two!", .editorials), sentence("2_2", "three", .editorials),
        ], heldOutShare: 0.5, seed: seed
      ).sides
      #expect(Set(sides).count == 1)
    }
  }

  @Test func `keeps documents of different domains and other texts apart`() throws {
    let groups = NearDuplicates.groupKeys(of: [
      sentence("1_1", "one", .editorials), sentence("1_1", "two", .productReviews),
      sentence("3", ":)"), sentence("4", ":("), sentence("5", "x"),
    ])
    #expect(Set(groups).count == 5)
  }
}
