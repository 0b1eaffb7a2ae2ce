import Testing

@testable import Feedback

@Suite struct `Pairwise order` {
  @Test func `agrees fully with itself, and not at all with its reverse`() {
    let scores = [0.5, -1, 3, 2]
    #expect(pairAgreement(scores, scores) == 1)
    #expect(pairAgreement(scores, scores.map { -$0 }) == 0)
  }

  /// Pairs (0,1) tie in the second list, (0,2) agree, (1,2) disagree: (½ + 1 + 0)/3.
  @Test func `counts ties half`() {
    #expect(pairAgreement([1, 2, 1.5], [1, 1, 2]) == 0.5)
    #expect(pairAgreement([1, 1], [1, 1]) == 0.5)
  }

  /// 33/15 and 44/20 are one number; as decimals they might not be.
  @Test func `sees ties between means of lists of different lengths`() {
    let first = Array(repeating: 2, count: 12) + [3, 3, 3]
    let second = Array(repeating: 2, count: 16) + [3, 3, 3, 3]
    #expect(first.mean == second.mean)
  }

  /// Over 2 against {1, 2, 3}: won, tied, lost.
  @Test func `prefers by all pairs of single ratings`() {
    #expect(preferenceProbability(of: [2], over: [1, 2, 3]) == 0.5)
    #expect(preferenceProbability(of: [3, 3], over: [1, 2]) == 1)
    #expect(preferenceProbability(of: [1, 2], over: [3]) == 0)
    #expect(preferenceProbability(of: [1, 3], over: [1, 1]) == 0.75)
  }

  @Test func `gives probabilities of both directions that add to one`() {
    let all = sentences(20).map(\.ratings)
    for (first, second) in zip(all, all.dropFirst()) {
      let sum =
        preferenceProbability(of: first, over: second)
        + preferenceProbability(of: second, over: first)
      #expect(abs(sum - 1) < 1e-12)
    }
  }
}
